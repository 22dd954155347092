/** The credential scope of a token against what the receiver is: the rule that a token works in one place. */
import type { AuthToken } from "./auth-token.ts";

/** What the scope must name. */
export interface ExpectedScope {
  readonly region: string;
  /** Signing name of the service, `dsql` for auth tokens. */
  readonly service: string;
}

/**
 * Whether a scope is the expected one, and if not, which part is wrong. A wrong terminator is no
 * case here: such a text does not parse as an auth token.
 */
export type ScopeVerdict =
  | { readonly kind: "valid" }
  | {
      readonly kind: "wrong-date" | "wrong-region" | "wrong-service";
      readonly seen: string;
      readonly expected: string;
    };

/**
 * Compares the parts of the scope exactly, the date with the day of `X-Amz-Date`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#create-string-to-sign
 */
export function checkCredentialScope(
  token: Pick<AuthToken, "credential" | "amzDate">,
  expected: ExpectedScope,
): ScopeVerdict {
  const { date, region, service } = token.credential;
  const signedOn = token.amzDate.slice(0, "YYYYMMDD".length);
  if (date !== signedOn) return { kind: "wrong-date", seen: date, expected: signedOn };
  if (region !== expected.region) {
    return { kind: "wrong-region", seen: region, expected: expected.region };
  }
  if (service !== expected.service) {
    return { kind: "wrong-service", seen: service, expected: expected.service };
  }
  return { kind: "valid" };
}
