export { assertNever } from "./assert-never.ts";
export { decodeBase32, encodeBase32 } from "./base32.ts";
export type { Brand } from "./brand.ts";
export type {
  CancelTimer,
  Clock,
  ClockChange,
  ClockChangeResult,
  ClockControl,
  ClockState,
  ClockTimers,
} from "./clock.ts";
export { InvariantViolation } from "./invariant-violation.ts";
export { parseDuration, parseMoment } from "./iso-8601.ts";
export { redactAuthToken, redactSecret } from "./redact.ts";
