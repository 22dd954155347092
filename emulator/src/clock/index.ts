export { createEmulatorClock, type EmulatorClockOptions } from "./emulator-clock.ts";
