export {
  createEmulatorClock,
  type EmulatorClock,
  type EmulatorClockOptions,
} from "./emulator-clock.ts";
export type { SystemTimers } from "./system-timers.ts";
