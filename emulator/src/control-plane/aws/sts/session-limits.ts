/** Session policies and session tags of a request, checked as STS does. */
import {
  type IamDirectory,
  IamError,
  parsePolicyText,
  POLICY_SIZE_LIMITS,
  type SessionPolicies,
} from "../../../iam/index.ts";
import { QueryError } from "../query/query-error.ts";

/** Managed session policies of one request. */
const MAX_POLICY_ARNS = 10;
/** Tags of one session. */
const MAX_TAGS = 50;
/**
 * What policies and tags may take in the packed form that the service makes of them, in bytes. Chosen:
 * the form is not published; this is what the plain limits of policy and tags add up to, roughly.
 */
const PACKED_BYTES = 10_240;

/** What a request says of policies. */
export interface PolicyMembers {
  readonly policyArns: readonly { readonly arn?: string | undefined }[] | undefined;
  readonly policy: string | undefined;
}

/** What a request says of tags. */
export type TagMembers = readonly { readonly key: string; readonly value: string }[] | undefined;

/**
 * The session policies of a request; `undefined` if it has none.
 *
 * @throws QueryError `MalformedPolicyDocument`, `ValidationError`
 */
export function sessionPolicies(
  { policyArns = [], policy }: PolicyMembers,
  directory: IamDirectory,
): SessionPolicies | undefined {
  const managed = policyArns.flatMap(({ arn }) => arn ?? []);
  if (managed.length > MAX_POLICY_ARNS) {
    throw new QueryError(
      "ValidationError",
      400,
      `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${MAX_POLICY_ARNS}`,
    );
  }
  for (const arn of managed) {
    if (directory.findManagedPolicy(arn, "") !== undefined) continue;
    // Chosen: the service's text is not published.
    throw new QueryError("ValidationError", 400, `The specified policy ${arn} does not exist`);
  }
  if (policy !== undefined) checkPolicy(policy);
  if (policy === undefined && managed.length === 0) return undefined;
  return { inline: policy, managed };
}

function checkPolicy(policy: string): void {
  // SPEC: the limit is of the text as it is, white space included.
  if (policy.length > POLICY_SIZE_LIMITS.session) {
    throw new QueryError(
      "ValidationError",
      400,
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${POLICY_SIZE_LIMITS.session}`,
    );
  }
  try {
    parsePolicyText(policy);
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    throw new QueryError("MalformedPolicyDocument", 400, error.message);
  }
}

/**
 * The session tags of a request, by key.
 *
 * @throws QueryError `InvalidParameterValue`, `ValidationError`
 */
export function sessionTags(tags: TagMembers = []): Readonly<Record<string, string>> {
  if (tags.length > MAX_TAGS) {
    throw new QueryError(
      "ValidationError",
      400,
      `1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to ${MAX_TAGS}`,
    );
  }
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()));
  if (keys.size < tags.length) {
    const message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    throw new QueryError("InvalidParameterValue", 400, message);
  }
  if (tags.some(({ key }) => key.toLowerCase().startsWith("aws:"))) {
    const message = "'aws:' prefixed tag key names are not allowed for external use.";
    throw new QueryError("InvalidParameterValue", 400, message);
  }
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

/**
 * How much of the room for policies and tags they take, in percent.
 *
 * @throws QueryError `PackedPolicyTooLarge`
 */
export function packedPolicySize(
  policies: SessionPolicies | undefined,
  tags: Readonly<Record<string, string>>,
): number | undefined {
  if (policies === undefined && Object.keys(tags).length === 0) return undefined;
  const texts = [
    policies?.inline ?? "",
    ...(policies?.managed ?? []),
    ...Object.entries(tags).flat(),
  ];
  const bytes = texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
  const percent = Math.ceil((bytes * 100) / PACKED_BYTES);
  if (percent <= 100) return percent;
  throw new QueryError(
    "PackedPolicyTooLarge",
    400,
    `Packed size of session tags consumes ${percent}% of allotted space.`,
  );
}
