/** What the runner must know of an emulator; everything else it asks over its ports. */
import type { ReadyInfo } from "../../cli/index.ts";

/** An emulator that runs. */
export interface EmulatorHandle extends ReadyInfo {
  stop(): Promise<void>;
}

/**
 * Starts an emulator of a scenario's own.
 *
 * @param configFile absolute path, or `undefined` for none
 */
export type EmulatorStarter = (configFile: string | undefined) => Promise<EmulatorHandle>;
