/**
 * Sizes of policies as IAM counts them: characters, without white space between the parts.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */

/** AWS's limits in characters, by what a policy is for. */
export const POLICY_SIZE_LIMITS = {
  managed: 6144,
  /** All inline policies of one user together. */
  userInline: 2048,
  /** All inline policies of one role together. */
  roleInline: 10_240,
  /** All inline policies of one group together. */
  groupInline: 5120,
  trust: 2048,
  /** An inline session policy; the managed ones that come with it count beside it. */
  session: 2048,
  serviceControl: 10_240,
  resourceControl: 5120,
  /** A policy of a cluster. */
  cluster: 20_480,
} as const;

/**
 * Characters of a JSON value written without white space, or the first number above the limit:
 * counting stops there. Without recursion, so that no depth of a document matters.
 */
export function policySize(json: unknown, limit = Infinity): number {
  let size = 0;
  const waiting: unknown[] = [json];
  while (waiting.length > 0 && size <= limit) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      size += 2 + Math.max(0, value.length - 1);
      for (const item of value) waiting.push(item);
    } else if (typeof value === "object" && value !== null) {
      const entries = Object.entries(value);
      size += 2 + Math.max(0, entries.length - 1);
      for (const [name, member] of entries) {
        size += JSON.stringify(name).length + 1;
        waiting.push(member);
      }
    } else {
      size += typeof value === "string" ? JSON.stringify(value).length : String(value).length;
    }
  }
  return size;
}
