import type { Clock } from "../../src/shared/index.ts";

/** A clock that stands still until it is told to move. */
export class FixedClock implements Clock {
  #epochMs: number;

  /** @param start in ISO 8601 */
  constructor(start = "2026-01-02T03:04:05Z") {
    this.#epochMs = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#epochMs);
  }

  /** Moves the clock; a negative number moves it back. */
  advance(ms: number): void {
    this.#epochMs += ms;
  }
}
