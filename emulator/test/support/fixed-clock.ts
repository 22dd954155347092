import type { Clock, ClockChange, ClockControl, ClockState } from "../../src/shared/index.ts";

/** A clock that stands still until it is told to move; it has no timers. */
export class FixedClock implements Clock, ClockControl {
  readonly #startMs: number;
  #epochMs: number;

  /** @param start in ISO 8601; also the time of a system that stands still */
  constructor(start = "2026-01-02T03:04:05Z") {
    this.#startMs = Date.parse(start);
    this.#epochMs = this.#startMs;
  }

  now(): Date {
    return new Date(this.#epochMs);
  }

  /** Moves the clock; a negative number moves it back. */
  advance(ms: number): void {
    this.#epochMs += ms;
  }

  state(): ClockState {
    return { now: this.now(), isFrozen: true, offsetMs: this.#epochMs - this.#startMs };
  }

  async change(change: ClockChange): ReturnType<ClockControl["change"]> {
    if (change.kind === "advance") this.advance(change.byMs);
    else if (change.kind === "set") this.#epochMs = change.to.getTime();
    else if (change.kind === "offset") this.#epochMs = this.#startMs + change.offsetMs;
    return { kind: "changed", state: this.state() };
  }
}
