export { assertNever } from "./assert-never.ts";
export { encodeBase32 } from "./base32.ts";
export type { Brand } from "./brand.ts";
export type { Clock } from "./clock.ts";
export { InvariantViolation } from "./invariant-violation.ts";
export { redactAuthToken, redactSecret } from "./redact.ts";
