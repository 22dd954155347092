/** The time window of a presigned request: `X-Amz-Date` and `X-Amz-Expires` against a clock's time. */
import type { AuthToken } from "./auth-token.ts";

/** The moment and the limits that a token's window is compared with. */
export interface LifetimeLimits {
  readonly now: Date;
  /** How far ahead of `now` a token may be signed, in seconds. */
  readonly maxSkewSeconds: number;
  /** The largest `X-Amz-Expires`, in seconds. */
  readonly maxLifetimeSeconds: number;
}

/** Whether a token is valid at a moment, and if not, why. */
export type LifetimeVerdict =
  | { readonly kind: "valid" }
  | { readonly kind: "lifetime-too-long" }
  | { readonly kind: "lifetime-not-positive" }
  /** `limit`: the latest signing time that would have been accepted. */
  | { readonly kind: "not-yet-valid"; readonly limit: Date }
  | { readonly kind: "expired"; readonly expiredAt: Date };

/**
 * Compares a token's window with `now`, to the millisecond. What is wrong at every moment (a
 * lifetime out of range) is said before what is wrong only at this one.
 *
 * Boundaries, both chosen, since none is documented: a token for N seconds is expired once N
 * seconds have passed, and one signed exactly the skew ahead is valid.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function checkTokenLifetime(
  token: Pick<AuthToken, "signedAt" | "expiresInSeconds">,
  limits: LifetimeLimits,
): LifetimeVerdict {
  const { signedAt, expiresInSeconds } = token;
  const { now, maxSkewSeconds, maxLifetimeSeconds } = limits;
  if (expiresInSeconds > maxLifetimeSeconds) return { kind: "lifetime-too-long" };
  if (expiresInSeconds <= 0) return { kind: "lifetime-not-positive" };
  const limit = new Date(now.getTime() + maxSkewSeconds * 1000);
  if (signedAt > limit) return { kind: "not-yet-valid", limit };
  const expiredAt = new Date(signedAt.getTime() + expiresInSeconds * 1000);
  return now < expiredAt ? { kind: "valid" } : { kind: "expired", expiredAt };
}
