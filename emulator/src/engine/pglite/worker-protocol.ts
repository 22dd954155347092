/**
 * What the main thread and the engine's worker thread say to each other: messages, and a few words
 * of shared memory for what must be seen while the worker is busy in a statement.
 */

import type { CallOutcome, EngineCall } from "./engine-process.ts";

/** The bootstrap superuser of the snapshot; never the role of a client. */
export const SUPERUSER_ROLE = "rdsadmin";

/** What the worker is started with. */
export interface WorkerOptions {
  readonly snapshotFile: string;
  /** Directory of the database cluster, filled from the snapshot if it is not there; in memory without it. */
  readonly dataDirectory: string | undefined;
  /** Files to start from in memory, as a tar; the snapshot's without them. */
  readonly archive: Uint8Array | undefined;
  /** Cap of the engine's linear memory, in MiB. */
  readonly memoryLimitMiB: number;
  /** Guard that keeps clients from the superuser; `undefined` is the best one that passes its test. */
  readonly superuserGuard: SuperuserGuardName | undefined;
  readonly controlWords: Int32Array<SharedArrayBuffer>;
}

/** The two ways to close the road to the superuser, best one first. */
export const SUPERUSER_GUARDS = ["authenticated-user", "security-context"] as const;
/** One of `SUPERUSER_GUARDS`. */
export type SuperuserGuardName = (typeof SUPERUSER_GUARDS)[number];

/** From the main thread to the worker. */
export interface CallMessage extends EngineCall {
  /** 1 to 2^30; unique among the calls under way. */
  readonly callNumber: number;
}

/** From the worker to the main thread. */
export type WorkerMessage =
  | { readonly kind: "ready"; readonly cancelFlags: CancelFlags }
  | { readonly kind: "start-failed"; readonly message: string }
  /** A piece of a large answer; its bytes count as outstanding until the main thread takes them off. */
  | { readonly kind: "output"; readonly callNumber: number; readonly bytes: Uint8Array }
  | {
      readonly kind: "outcome";
      readonly callNumber: number;
      readonly outcome: CallOutcome;
      /** The rest of the answer; not counted as outstanding. */
      readonly bytes: Uint8Array | undefined;
    };

/** Where the engine looks for a request to interrupt: PostgreSQL's own variables. */
export interface CancelFlags {
  readonly memory: SharedArrayBuffer;
  /** Addresses in bytes. */
  readonly queryCancelPending: number;
  readonly interruptPending: number;
  /** Address of the pointer to the latch that `pg_sleep` waits for. */
  readonly myLatch: number;
}

/** Index of each control word. Times are milliseconds of `monotonicMs`, never 0 when they are set. */
export const CONTROL = {
  /** The call whose frames run; its negative while the main thread raises the cancel flags. */
  interruptibleCall: 0,
  /** Bytes in `output` messages that no sink has taken yet. */
  outstandingBytes: 1,
  /** The call that is not to wait for its sink any more, since it was cancelled. */
  cancelledCall: 2,
  /** The call that the worker is busy with, 0 when it is idle. */
  currentCall: 3,
  startedAtMs: 4,
  /** Set while the worker waits for the sink. */
  blockedSinceMs: 5,
  /** Time that the current call has waited for the sink so far. */
  blockedTotalMs: 6,
} as const;

/** Number of control words. */
export const CONTROL_WORDS = 8;

/** Milliseconds of the clock that all threads of the process share, modulo 2^30, never 0. */
export function monotonicMs(): number {
  return (Number((process.hrtime.bigint() / 1_000_000n) & 0x3fff_ffffn) || 1) | 0;
}

/** Time from one value of `monotonicMs` to a later one. */
export function elapsedMs(since: number, now: number): number {
  return (now - since) & 0x3fff_ffff;
}
