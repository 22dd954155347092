/** One transition's result, and the results that several transitions share. */
import { errorResponse } from "../pgwire/index.ts";
import { InvariantViolation } from "../shared/index.ts";
import type { ConnectionEffect, ConnectionInput } from "./connection-event.ts";
import type { ConnectionState } from "./connection-state.ts";

/** The next state, and what to do on the way to it. */
export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly ConnectionEffect[];
}

/** What PostgreSQL says to a client that is put out. */
export const TERMINATED = {
  sqlState: "57P01",
  message: "terminating connection due to administrator command",
} as const;

/** Ends the connection with a FATAL error. */
export function closeWith(sqlState: string, message: string, reason: string): Step {
  return {
    state: { kind: "Closed" },
    effects: [
      { kind: "send", bytes: errorResponse({ severity: "FATAL", sqlState, message }) },
      { kind: "close", reason },
    ],
  };
}

/**
 * For an input that the driver may not give in this state.
 *
 * @throws InvariantViolation always
 */
export function unexpected(state: ConnectionState, input: ConnectionInput): never {
  throw new InvariantViolation(`input ${input.kind} in state ${state.kind}`);
}
