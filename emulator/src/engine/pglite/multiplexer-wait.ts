/** How long a call has waited for the transactions of other sessions; other waiting does not count. */

import type { MultiplexerTimers } from "./multiplexer-timers.ts";

/** Counts the waiting of one call. */
export interface TransactionWait {
  /** Another session has a transaction open from now on. */
  resume(): void;
  /** No other session has a transaction open any more, or the call waits no longer. */
  pause(): void;
}

/** Calls back once, when the waiting has added up to the limit. */
export function createTransactionWait(
  timers: MultiplexerTimers,
  limitMs: number,
  onTimeout: (waitedMs: number) => void,
): TransactionWait {
  let waitedMs = 0;
  let running: { readonly sinceMs: number; readonly stop: () => void } | undefined;

  function pause(): void {
    if (running === undefined) return;
    waitedMs += timers.nowMs() - running.sinceMs;
    running.stop();
    running = undefined;
  }

  return {
    pause,
    resume: () => {
      if (running !== undefined) return;
      const stop = timers.schedule(Math.max(0, limitMs - waitedMs), () => {
        pause();
        onTimeout(Math.round(waitedMs));
      });
      running = { sinceMs: timers.nowMs(), stop };
    },
  };
}
