/** The emulator's time: every rule that depends on time asks these ports and nothing else. */
export interface Clock {
  /** The current emulator time. */
  now(): Date;
}

/** Calls a timer off; does nothing when it has run. */
export type CancelTimer = () => void;

/** Timers by the emulator's time. */
export interface ClockTimers {
  /**
   * Runs something once when the emulator's time reaches `at`; soon, when it has done so already.
   *
   * When the clock is moved, what becomes due runs in the order of its moments (of the calls, at equal
   * moments), while the clock shows that moment, and the one who moves the clock waits for it. So it
   * must not wait for anything that only another timer could end.
   */
  schedule(at: Date, run: () => Promise<void> | void): CancelTimer;
}

/** What the emulator's clock shows, and how it stands to the system's. */
export interface ClockState {
  readonly now: Date;
  /** Whether it stands still. */
  readonly isFrozen: boolean;
  /** Emulator time less system time, in milliseconds; negative when the emulator is behind. */
  readonly offsetMs: number;
}

/** What can be done to the clock; whether it stands still is only changed by `freeze` and `resume`. */
export type ClockChange =
  /** Back, if negative. */
  | { readonly kind: "advance"; readonly byMs: number }
  | { readonly kind: "set"; readonly to: Date }
  /** From the system's time. */
  | { readonly kind: "offset"; readonly offsetMs: number }
  | { readonly kind: "freeze" }
  /** Goes on from the moment that it shows. */
  | { readonly kind: "resume" };

/** What has become of a change. */
export type ClockChangeResult =
  | { readonly kind: "changed"; readonly state: ClockState }
  | {
      readonly kind: "refused";
      readonly cause: "sessions-open" | "out-of-range";
      /** One sentence: what is wrong and what to do. */
      readonly reason: string;
    };

/** The hands of the clock. */
export interface ClockControl {
  state(): ClockState;
  /**
   * Changes the clock; resolves when everything that has become due by it has happened. Changes are
   * made one after the other.
   *
   * @param options with `force`, the clock goes back also while sessions are open
   */
  change(change: ClockChange, options?: { readonly force?: boolean }): Promise<ClockChangeResult>;
}
