/** The token is valid now: neither expired, nor from the future, nor made to last too long. */
import { LIMITS } from "../../dsql/index.ts";
import type { Clock, ClockState } from "../../shared/index.ts";
import { assertNever } from "../../shared/index.ts";
import { type AuthToken, checkTokenLifetime, formatAmzDate } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { adviceOnMovedClock, adviceOnTimeZone, describeClock } from "../clock-difference.ts";
import type { SignatureSurroundings } from "../ports.ts";
import { type AuthRefusal, refuse, withFix } from "../refusal.ts";

/**
 * Makes the step that checks the token's time window against the emulator's clock. How that clock
 * stands to the system's is asked only when the token is too old or too new.
 */
export function checkLifetime(
  clock: Clock,
  surroundings?: Pick<SignatureSurroundings, "clockState">,
): (facts: { readonly token: AuthToken }) => StepOutcome<object> {
  return ({ token }) => {
    const now = clock.now();
    const saw = {
      signedAt: token.signedAt.toISOString(),
      expiresInSeconds: token.expiresInSeconds,
      now: now.toISOString(),
    };
    const refusal = lifetimeRefusal(token, now);
    if (refusal === undefined) return { kind: "continue", facts: {}, saw };
    if (refusal.code !== "token_expired" && refusal.code !== "token_not_yet_valid") {
      return { kind: "refuse", saw, refusal };
    }
    const state = surroundings?.clockState();
    return {
      kind: "refuse",
      saw: { ...saw, ...(state && { clockOffsetMs: state.offsetMs, isFrozen: state.isFrozen }) },
      refusal: withClockAdvice(refusal, token, state ?? { now, isFrozen: false, offsetMs: 0 }),
    };
  };
}

/** The refusal, with what the clocks have to do with it. */
function withClockAdvice(refusal: AuthRefusal, token: AuthToken, state: ClockState): AuthRefusal {
  const difference = describeClock(state);
  if (difference === undefined) return withFix(refusal, adviceOnTimeZone(token, state.now));
  const systemNow = new Date(state.now.getTime() - state.offsetMs);
  const isRightThen = lifetimeRefusal(token, systemNow) === undefined;
  const told = { ...refusal, reason: `${refusal.reason}; ${difference}` };
  return withFix(told, isRightThen ? adviceOnMovedClock(state) : undefined);
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
