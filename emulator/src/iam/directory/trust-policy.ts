/**
 * Trust policies of roles.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { POLICY_SIZE_LIMITS } from "../policy-size.ts";
import type { DirectoryState } from "./directory-state.ts";
import { IamError } from "./iam-error.ts";
import { parsePolicyText } from "./parse-policy-text.ts";
import { refuseQuota } from "./quota.ts";

/**
 * That a text can be the trust policy of a role: its users and roles of this account must be there.
 *
 * @throws IamError `MalformedPolicyDocument`, `LimitExceeded`
 */
export function checkTrustPolicy(state: DirectoryState, text: string): void {
  const { document, characters } = parsePolicyText(text, "trust");
  if (characters > POLICY_SIZE_LIMITS.trust) {
    refuseQuota("ACLSizePerRole", POLICY_SIZE_LIMITS.trust);
  }
  for (const { principal } of document.statements) {
    for (const arn of principal?.arns ?? []) {
      if (isMissing(state, arn)) {
        const message = `Invalid principal in policy: "AWS":"${arn}"`;
        throw new IamError("MalformedPolicyDocument", message);
      }
    }
  }
}

function isMissing({ accountId, users, roles }: DirectoryState, arn: string): boolean {
  const iam = `arn:aws:iam::${accountId}:`;
  if (arn.startsWith(`${iam}user/`)) return users.findByArn(arn) === undefined;
  if (arn.startsWith(`${iam}role/`)) return roles.findByArn(arn) === undefined;
  return false;
}

/**
 * Puts another name of a principal into all trust policies: its new ARN when it is renamed, its
 * unique id when it is deleted, so that nobody inherits its trust by taking its name.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function replaceTrusted({ roles }: DirectoryState, arn: string, by: string): void {
  if (arn === by) return;
  for (const role of roles.all()) {
    if (role.trustPolicy.includes(arn)) {
      role.trustPolicy = withPrincipal(role.trustPolicy, arn, by);
    }
  }
}

function withPrincipal(text: string, arn: string, by: string): string {
  const json: unknown = JSON.parse(text);
  // Only below `Principal` and `NotPrincipal`: an ARN in a condition stays what it is.
  const replaced = JSON.stringify(json, (name: string, value: unknown) => {
    if (name !== "Principal" && name !== "NotPrincipal") return value;
    const within = JSON.stringify(value);
    return JSON.parse(within.replaceAll(JSON.stringify(arn), JSON.stringify(by))) as unknown;
  });
  return replaced === JSON.stringify(json) ? text : replaced;
}
