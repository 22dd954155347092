/**
 * Watches over the calls of an engine: repeats a cancel until the call ends, interrupts a statement
 * that runs for too long, and gives up on an engine that does not react.
 *
 * A wedged engine must be ended before about 23 s: then V8 aborts the whole process.
 */

import type { SendCancel } from "./cancel-signal.ts";
import { CONTROL, elapsedMs, monotonicMs } from "./worker-protocol.ts";

/** Time that an interrupted statement has to end. */
const GRACE_MS = 3_000;
const TICK_MS = 50;

/** What the watchdog works with. */
export interface CallWatchdogParts {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly sendCancel: SendCancel;
  /** Time that a statement may run, waiting for a slow client not counted, in milliseconds. */
  readonly statementLimitMs: number;
  /** Called once when the engine does not react. */
  readonly onWedged: (reason: string) => void;
}

/** The watch over one engine. */
export interface CallWatchdog {
  /** Starts the watch; it goes to sleep by itself when `isBusy` says that there are no calls. */
  wake(isBusy: () => boolean): void;
  /** Interrupts this call, now and again until it has ended. */
  cancel(callNumber: number): void;
  /** To be told when a call has ended. */
  ended(callNumber: number): void;
  stop(): void;
}

/** A watchdog that sleeps. */
export function createCallWatchdog(parts: CallWatchdogParts): CallWatchdog {
  const { control, sendCancel, statementLimitMs } = parts;
  let timer: NodeJS.Timeout | undefined;
  let cancelledCall = 0;

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = (): void => {
    // A cancel that comes before the statement has begun is lost in PostgreSQL; so it is repeated.
    if (cancelledCall !== 0) sendCancel(cancelledCall);
    const currentCall = Atomics.load(control, CONTROL.currentCall);
    if (currentCall === 0) return;
    const runningMs = activeMs(control);
    if (runningMs > statementLimitMs + GRACE_MS) {
      stop();
      parts.onWedged(
        `a statement ran for more than ${statementLimitMs} ms and could not be interrupted`,
      );
    } else if (runningMs > statementLimitMs) sendCancel(currentCall);
  };

  return {
    wake(isBusy) {
      timer ??= setInterval(() => {
        if (isBusy()) look();
        else stop();
      }, TICK_MS);
    },
    cancel(callNumber) {
      cancelledCall = callNumber;
      sendCancel(callNumber);
    },
    ended(callNumber) {
      if (callNumber === cancelledCall) cancelledCall = 0;
    },
    stop,
  };
}

/** Time that the worker has been busy with the current call without waiting for the client. */
function activeMs(control: Int32Array<SharedArrayBuffer>): number {
  const runningMs = elapsedMs(Atomics.load(control, CONTROL.startedAtMs), monotonicMs());
  return runningMs - heldBackMs(control);
}

/** Time that the worker has waited for the sink of the current call so far; 0 when it is idle. */
export function heldBackMs(control: Int32Array<SharedArrayBuffer>): number {
  if (Atomics.load(control, CONTROL.currentCall) === 0) return 0;
  const blockedSince = Atomics.load(control, CONTROL.blockedSinceMs);
  const blockedMs = blockedSince === 0 ? 0 : elapsedMs(blockedSince, monotonicMs());
  return Atomics.load(control, CONTROL.blockedTotalMs) + blockedMs;
}
