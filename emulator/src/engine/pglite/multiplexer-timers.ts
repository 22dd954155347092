/** Real time as the multiplexer needs it: a port, so that tests need not wait. */

/** Timers and a clock that never goes back. */
export interface MultiplexerTimers {
  /** Milliseconds since an arbitrary moment. */
  nowMs(): number;
  /** Calls back once after `delayMs`; the returned function calls it off. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** Timers of the process; they do not keep it alive. */
export const systemTimers: MultiplexerTimers = {
  nowMs: () => performance.now(),
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
