/** The emulator's clock: follows the system's until somebody moves it or stops it. */
import type {
  CancelTimer,
  Clock,
  ClockChange,
  ClockChangeResult,
  ClockControl,
  ClockState,
  ClockTimers,
} from "../shared/index.ts";
import { DueQueue } from "./due-queue.ts";
import { type SystemTimers, systemTimers } from "./system-timers.ts";
import { changedTimeline, emulatorTime, type Timeline } from "./timeline.ts";

/**
 * Longest time between two looks at the system's clock while a timer waits, in milliseconds. Our
 * choice: the time that a timer is late after the machine has slept or its clock was set; and far
 * below the 2^31 ms that Node's own timers can wait.
 */
const LONGEST_NAP_MS = 60_000;

/** The moments that the clock can show: those whose year has four digits in every text. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(10_000, 0, 1) - 1;

/** What the emulator's clock is made from. */
export interface EmulatorClockOptions {
  /** Time of the system; what the emulator's time is counted from. */
  readonly systemNow?: () => Date;
  readonly systemTimers?: SystemTimers;
  /** Number of sessions that are open: while there is one, the clock goes back only by force. */
  readonly openSessions?: () => number;
  /** Told of what a timer threw; the clock goes on. */
  readonly onTimerError?: (error: unknown) => void;
}

/** The clock, its timers and its hands. */
export type EmulatorClock = Clock & ClockTimers & ClockControl;

/** Makes the emulator's clock. It shows the time of the system until it is changed. */
export function createEmulatorClock(options: EmulatorClockOptions = {}): EmulatorClock {
  return new AdjustableClock(options);
}

class AdjustableClock implements EmulatorClock {
  readonly #systemNow: () => Date;
  readonly #systemTimers: SystemTimers;
  readonly #openSessions: () => number;
  readonly #onTimerError: (error: unknown) => void;
  readonly #queue = new DueQueue();
  #timeline: Timeline = { kind: "running", offsetMs: 0 };
  /** On the way from one moment to another: the moment that has been reached. */
  #reachedMs: number | undefined;
  /** Changes, and what becomes due by itself: one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #alarm: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(options: EmulatorClockOptions) {
    this.#systemNow = options.systemNow ?? (() => new Date());
    this.#systemTimers = options.systemTimers ?? systemTimers;
    this.#openSessions = options.openSessions ?? (() => 0);
    this.#onTimerError = options.onTimerError ?? (() => undefined);
  }

  now(): Date {
    return new Date(this.#nowMs());
  }

  schedule(at: Date, run: () => Promise<void> | void): CancelTimer {
    const cancel = this.#queue.add(at.getTime(), run);
    this.#setAlarm();
    return cancel;
  }

  state(): ClockState {
    const now = this.now();
    const offsetMs = now.getTime() - this.#systemNow().getTime();
    const { kind } = this.#timeline;
    // A clock that runs keeps its distance exactly.
    return kind === "running" && this.#reachedMs === undefined
      ? { now, isFrozen: false, offsetMs: this.#timeline.offsetMs }
      : { now, isFrozen: kind === "frozen", offsetMs };
  }

  change(
    change: ClockChange,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<ClockChangeResult> {
    const result = this.#last.then(() => this.#apply(change, force));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #apply(change: ClockChange, force: boolean): Promise<ClockChangeResult> {
    const systemMs = this.#systemNow().getTime();
    const fromMs = emulatorTime(this.#timeline, systemMs);
    const next = changedTimeline(this.#timeline, change, systemMs);
    const toMs = emulatorTime(next, systemMs);
    if (!(toMs >= EARLIEST_MS && toMs <= LATEST_MS)) {
      const reason = "the clock shows moments from 1970 to 9999; choose one of them";
      return { kind: "refused", cause: "out-of-range", reason };
    }
    const open = toMs < fromMs && !force ? this.#openSessions() : 0;
    if (open > 0) {
      const sessions = open === 1 ? "1 session is open" : `${open} sessions are open`;
      const reason = `the clock does not go back while ${sessions}: end them, or force it`;
      return { kind: "refused", cause: "sessions-open", reason };
    }
    this.#clearAlarm();
    if (toMs > fromMs) await this.#travel(fromMs, toMs);
    this.#timeline = next;
    this.#reachedMs = undefined;
    this.#setAlarm();
    return { kind: "changed", state: this.state() };
  }

  async #travel(fromMs: number, toMs: number): Promise<void> {
    this.#reachedMs = fromMs;
    for (let due = this.#queue.first; due !== undefined && due.atMs <= toMs;) {
      this.#queue.takeFirst();
      this.#reachedMs = Math.max(this.#reachedMs, due.atMs);
      await this.#run(due.run);
      due = this.#queue.first;
    }
  }

  /** What has become due because time has passed. */
  async #runDue(): Promise<void> {
    for (let due = this.#queue.first; due !== undefined && due.atMs <= this.#nowMs();) {
      this.#queue.takeFirst();
      await this.#run(due.run);
      due = this.#queue.first;
    }
    this.#setAlarm();
  }

  async #run(run: () => Promise<void> | void): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#onTimerError(error);
    }
  }

  #nowMs(): number {
    return this.#reachedMs ?? emulatorTime(this.#timeline, this.#systemNow().getTime());
  }

  /** Sees to it that the timer that is due first is looked at in time. */
  #setAlarm(): void {
    const due = this.#queue.first;
    if (due === undefined || this.#reachedMs !== undefined) return;
    const nowMs = this.#nowMs();
    if (this.#timeline.kind === "frozen" && due.atMs > nowMs) return;
    if (this.#alarm !== undefined && this.#alarm.atMs <= due.atMs) return;
    this.#clearAlarm();
    const napMs = Math.min(Math.max(0, due.atMs - nowMs), LONGEST_NAP_MS);
    const cancel = this.#systemTimers.schedule(napMs, () => {
      this.#alarm = undefined;
      this.#last = this.#last.then(() => this.#runDue());
    });
    this.#alarm = { atMs: nowMs + napMs, cancel };
  }

  #clearAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }
}
