/**
 * Watches for a client that does not take its answer: past a few MiB it holds back the engine, and
 * with it everybody else.
 */

import type { EngineProcess } from "./engine-process.ts";
import type { MultiplexerTimers } from "./multiplexer-timers.ts";
import type { Work } from "./multiplexer-work.ts";

/** How often it looks, only while work waits behind other work. Our choice. */
const LOOK_EVERY_MS = 1_000;

/** Options of `createHeldBackWatch`. */
export interface HeldBackWatchOptions {
  readonly process: EngineProcess;
  readonly timers: MultiplexerTimers;
  /** How long one call may hold back the engine while others wait, in milliseconds. */
  readonly limitMs: number;
  /** The work that the engine runs now, if other work waits for it. */
  readonly contended: () => Work | undefined;
}

/**
 * Makes the watch.
 *
 * @returns to be called whenever work may have begun to wait; it goes to sleep by itself
 */
export function createHeldBackWatch(options: HeldBackWatchOptions): () => void {
  const { process, timers, limitMs, contended } = options;
  let awake = false;

  function look(): void {
    awake = false;
    const work = contended();
    if (work === undefined) return;
    const heldBackMs = process.heldBackMs();
    if (heldBackMs > limitMs) work.onHeldBack?.(heldBackMs);
    wake();
  }

  function wake(): void {
    if (awake || contended() === undefined) return;
    awake = true;
    timers.schedule(LOOK_EVERY_MS, look);
  }

  return wake;
}
