import type { Clock } from "../shared/index.ts";

/** What the emulator's clock is made from. */
export interface EmulatorClockOptions {
  /** Time of the system; what the emulator's time is counted from. */
  readonly systemNow?: () => Date;
}

/** Makes the emulator's clock. It shows the time of the system. */
export function createEmulatorClock({
  systemNow = () => new Date(),
}: EmulatorClockOptions = {}): Clock {
  return { now: systemNow };
}
