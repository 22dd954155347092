/** The token is valid now: neither expired, nor from the future, nor made to last too long. */
import { LIMITS } from "../../dsql/index.ts";
import type { Clock } from "../../shared/index.ts";
import { assertNever } from "../../shared/index.ts";
import { type AuthToken, checkTokenLifetime, formatAmzDate } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { type AuthRefusal, refuse } from "../refusal.ts";

/** Makes the step that checks the token's time window against the emulator's clock. */
export function checkLifetime(
  clock: Clock,
): (facts: { readonly token: AuthToken }) => StepOutcome<object> {
  return ({ token }) => {
    const now = clock.now();
    const saw = {
      signedAt: token.signedAt.toISOString(),
      expiresInSeconds: token.expiresInSeconds,
      now: now.toISOString(),
    };
    const refusal = lifetimeRefusal(token, now);
    return refusal === undefined
      ? { kind: "continue", facts: {}, saw }
      : { kind: "refuse", saw, refusal };
  };
}

function lifetimeRefusal(token: AuthToken, now: Date): AuthRefusal | undefined {
  const result = checkTokenLifetime(token, {
    now,
    maxSkewSeconds: LIMITS.maxTokenSkewSeconds.value,
    maxLifetimeSeconds: LIMITS.maxTokenLifetimeSeconds.value,
  });
  const { amzDate, expiresInSeconds } = token;
  switch (result.kind) {
    case "valid":
      return undefined;
    case "lifetime-too-long":
      return refuse(
        "token_lifetime_too_long",
        `X-Amz-Expires is ${expiresInSeconds}, more than ${LIMITS.maxTokenLifetimeSeconds.value} seconds`,
      );
    case "lifetime-not-positive":
      return refuse("token_lifetime_not_positive", `X-Amz-Expires is ${expiresInSeconds}`);
    case "not-yet-valid": {
      const aheadSeconds = secondsBetween(now, token.signedAt);
      const limit = new Date(now.getTime() + LIMITS.maxTokenSkewSeconds.value * 1000);
      return refuse(
        "token_not_yet_valid",
        `token was signed ${aheadSeconds} s in the future: signed ${token.signedAt.toISOString()}, the emulator's clock is ${now.toISOString()}`,
        { amzDate, limit: formatAmzDate(limit), now: formatAmzDate(now) },
      );
    }
    case "expired": {
      const limit = new Date(now.getTime() - expiresInSeconds * 1000);
      return refuse(
        "token_expired",
        `token expired ${secondsBetween(result.expiredAt, now)} s ago: signed ${token.signedAt.toISOString()} for ${expiresInSeconds} s, the emulator's clock is ${now.toISOString()}`,
        {
          amzDate,
          limit: formatAmzDate(limit),
          now: formatAmzDate(now),
          lifetime: lifetimeText(expiresInSeconds),
        },
      );
    }
    default:
      return assertNever(result, "lifetime");
  }
}

function secondsBetween(earlier: Date, later: Date): number {
  return Math.floor((later.getTime() - earlier.getTime()) / 1000);
}

/** AWS writes the window as `15 min.`; lifetimes that are no whole minutes are our wording. */
function lifetimeText(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min.` : `${seconds} sec.`;
}
