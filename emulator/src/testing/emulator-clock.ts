/** The emulator's clock in a test's hands. */
import { askApi } from "./emulator-http.ts";

/** Reads and moves the clock. Each change resolves when all that has become due by it has happened. */
export interface EmulatorClock {
  /** What it shows. */
  now(): Promise<Date>;
  /** Moves it by a duration of ISO 8601, such as `PT61M`, or by milliseconds. */
  advance(by: string | number): Promise<Date>;
  /** Sets it. Back is refused while connections are open, unless by force. */
  set(to: Date | string, options?: { readonly force?: boolean }): Promise<Date>;
  /** Stops it. */
  freeze(): Promise<Date>;
  /** Lets it run on from what it shows. */
  resume(): Promise<Date>;
}

/** The clock of the emulator at this URL; its functions reject with `EmulatorApiError`. */
export function emulatorClock(baseUrl: string): EmulatorClock {
  const ask = async (change?: object): Promise<Date> => {
    const { now } = (await askApi(baseUrl, "clock", change)) as { readonly now: string };
    return new Date(now);
  };
  return {
    now: () => ask(),
    advance: (by) => ask({ advance: typeof by === "string" ? by : `PT${by / 1000}S` }),
    set: (to, { force = false } = {}) =>
      ask({ set: typeof to === "string" ? to : to.toISOString(), force }),
    freeze: () => ask({ freeze: true }),
    resume: () => ask({ resume: true }),
  };
}
