/** How long sessions of a role may be. */
import { throwViolations, violation } from "./member-rules.ts";

/** Seconds; SPEC: the values of `MaxSessionDuration`. */
const SHORTEST_SECONDS = 3600;
const LONGEST_SECONDS = 43_200;

/**
 * A `MaxSessionDuration` in seconds, or its default of an hour.
 *
 * @throws IamError `ValidationError`
 */
export function checkSessionDuration(seconds: number = SHORTEST_SECONDS): number {
  const quoted = `'${seconds}'`;
  if (!Number.isInteger(seconds) || seconds < SHORTEST_SECONDS) {
    const text = `Member must have value greater than or equal to ${SHORTEST_SECONDS}`;
    throwViolations([violation(quoted, "maxSessionDuration", text)]);
  }
  if (seconds > LONGEST_SECONDS) {
    const text = `Member must have value less than or equal to ${LONGEST_SECONDS}`;
    throwViolations([violation(quoted, "maxSessionDuration", text)]);
  }
  return seconds;
}
