/** The emulator's time: every rule that depends on time asks this port and nothing else. */
export interface Clock {
  /** The current emulator time. */
  now(): Date;
}
