/** Timers that go on only when a test says so. */

import type { MultiplexerTimers } from "../../src/engine/index.ts";

/** Timers, and the function that lets time pass. */
export interface ManualTimers extends MultiplexerTimers {
  /** Lets this many milliseconds pass and calls back whatever becomes due, in order. */
  advance(ms: number): void;
}

/** Makes timers that stand at 0. */
export function createManualTimers(): ManualTimers {
  let now = 0;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  return {
    nowMs: () => now,
    schedule: (delayMs, callback) => {
      const timer = { at: now + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        now = next.at;
        next.callback();
      }
      now = end;
    },
  };
}
