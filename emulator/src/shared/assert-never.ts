import { InvariantViolation } from "./invariant-violation.ts";

/**
 * Marks a branch that the type system proves unreachable.
 *
 * @throws InvariantViolation when it is reached all the same, which is a bug in the emulator
 */
export function assertNever(value: never, what = "value"): never {
  throw new InvariantViolation(`unexpected ${what}: ${JSON.stringify(value)}`);
}
