/** Timers of the process, as a port, so that tests need not wait. */
export interface SystemTimers {
  /**
   * Calls back once after so many milliseconds, less than 2^31 of them.
   *
   * @returns a function that calls it off
   */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** Timers of the process; they do not keep it alive. */
export const systemTimers: SystemTimers = {
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
