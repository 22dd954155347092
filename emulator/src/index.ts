/** The package: starts an emulator in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageVersion, type ReadyInfo, startArguments, type StartSettings } from "./cli/index.ts";
import { type EmulatorEvent, startComposed } from "./compose.ts";
import { loadConfig } from "./config/index.ts";

export type { ReadyInfo, StartSettings } from "./cli/index.ts";
export type { EmulatorEvent } from "./compose.ts";
export { ConfigurationError } from "./config/index.ts";

/** How to start an emulator. */
export interface StartEmulatorOptions extends StartSettings {
  /** Told of each decision, and of what happens to the engines. */
  readonly onEvent?: (event: EmulatorEvent) => void;
}

/** An emulator that runs in this process. */
export interface RunningEmulator extends ReadyInfo, AsyncDisposable {
  /** Ends all connections and frees everything; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts an emulator in this process; when it resolves, both ports listen.
 *
 * @throws ConfigurationError with all problems of the options and the file
 * @throws Error when a port, a file or a certificate cannot be used
 */
export async function startEmulator(options: StartEmulatorOptions = {}): Promise<RunningEmulator> {
  const temporary =
    options.dataDirectory === undefined ? mkdtempSync(join(tmpdir(), "dsql-emulator-")) : undefined;
  const workingDirectory = temporary ?? process.cwd();
  const removeTemporary = (): void => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  try {
    const config = loadConfig({ args: startArguments(options), env: {}, workingDirectory });
    const emulator = await startComposed({
      config,
      stateDirectory: config.dataDirectory ?? workingDirectory,
      version: packageVersion(),
      onEvent: options.onEvent ?? (() => undefined),
    });
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopped ??= emulator.stop().finally(removeTemporary);
      return stopped;
    };
    return { ...emulator.info, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    removeTemporary();
    throw error;
  }
}
