/** What the scheduler runs, and how it ended. */

import type { OutputSink } from "../../session/index.ts";
import type { CallOutcome, EngineCall } from "./engine-process.ts";
import type { SettingValues } from "./session-settings.ts";

/** What the engine has once everything that was sent has run. */
export interface EngineState {
  readonly settings: SettingValues;
  /** Session whose unnamed statement the engine has; 0 when none. */
  readonly unnamedOwner: number;
  /** Grows each time all prepared statements may have been removed. */
  readonly statementGeneration: number;
}

/** A call ready to be sent. */
export interface PreparedCall {
  readonly call: EngineCall;
  readonly onOutput: OutputSink;
  /** What the engine has after it. */
  readonly after: EngineState;
  /** Whether nothing else may be sent before it has ended. */
  readonly exclusive: boolean;
}

/** How a piece of work ended: as its call did, or without having been run. */
export type WorkResult =
  | Exclude<CallOutcome, { readonly kind: "deferred" }>
  | { readonly kind: "wait-timeout"; readonly waitedMs: number }
  | { readonly kind: "cancelled" }
  /** The session may not begin a transaction any more. */
  | { readonly kind: "mapping-lost" };

/** One call to come. */
export interface Work {
  /** Session that it belongs to; 0 is the emulator itself. */
  readonly sessionNumber: number;
  /** Asked at the moment at which a transaction would begin: whether the session may not any more. */
  hasLostMapping?(): boolean;
  /**
   * Makes the call, at the moment at which it is sent; again if the engine deferred it.
   *
   * @param transactionOpen - whether the session's own transaction is open, so that settings may not
   *   be switched
   */
  prepare(state: EngineState, transactionOpen: boolean): PreparedCall;
  /**
   * Called when the work holds back the engine, because its answer is not taken, for longer than it
   * may while others wait.
   */
  onHeldBack?(heldBackMs: number): void;
  /** Takes the result; called once. Work that has to come next is submitted from here. */
  settle(result: WorkResult): void;
}
