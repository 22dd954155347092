/** What a clock that is off has to do with a token that is too old or too new, in the emulator's voice. */
import type { ClockState } from "../shared/index.ts";
import type { AuthToken } from "../sigv4/index.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Time zones lie half an hour apart; their farthest is UTC+14. */
const ZONE_STEP_MS = 30 * MINUTE_MS;
const FARTHEST_ZONE_MS = 14 * HOUR_MS;

/** How old a token may be that was made just now (our choice). */
const JUST_NOW_MS = MINUTE_MS;

/** How the emulator's clock stands to the system's; `undefined` where it runs within a second of it. */
export function describeClock({ isFrozen, offsetMs }: ClockState): string | undefined {
  const distance = Math.abs(offsetMs);
  if (distance < SECOND_MS) return isFrozen ? "the emulator's clock stands still" : undefined;
  const side = offsetMs > 0 ? "ahead of" : "behind";
  const where = `${describeDuration(distance)} ${side} the system's`;
  return isFrozen
    ? `the emulator's clock stands still, ${where}`
    : `the emulator's clock is ${where}`;
}

/** What to do about a token that is right at the time of the system. */
export function adviceOnMovedClock({ isFrozen }: ClockState): string {
  const resume = isFrozen ? "`dsql-emulator clock resume` and " : "";
  return `sign at the emulator's time, as \`dsql-emulator token\` does, or move the clock back to the system's: ${resume}\`dsql-emulator clock offset PT0S\``;
}

/**
 * What to do about a token whose time is a time zone away from the emulator's, if it is; a client
 * that takes its local time for UTC makes such tokens.
 */
export function adviceOnTimeZone(
  { signedAt }: Pick<AuthToken, "signedAt">,
  now: Date,
): string | undefined {
  const difference = signedAt.getTime() - now.getTime();
  const distance = Math.abs(difference);
  const zone = Math.round(distance / ZONE_STEP_MS) * ZONE_STEP_MS;
  if (zone === 0 || zone > FARTHEST_ZONE_MS) return undefined;
  if (Math.abs(distance - zone) > JUST_NOW_MS) return undefined;
  const side = difference > 0 ? "ahead" : "behind";
  return `if the token was made just now, the client's clock is ${describeDuration(zone)} ${side}: set its time and time zone right`;
}

/** The two largest units: `1 h 0 min`, `5 min 3 s`, `12 s`. */
function describeDuration(ms: number): string {
  if (ms >= DAY_MS) return `${Math.floor(ms / DAY_MS)} d ${Math.floor((ms % DAY_MS) / HOUR_MS)} h`;
  if (ms >= HOUR_MS) {
    return `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min`;
  }
  const seconds = Math.floor((ms % MINUTE_MS) / SECOND_MS);
  return ms >= MINUTE_MS ? `${Math.floor(ms / MINUTE_MS)} min ${seconds} s` : `${seconds} s`;
}
