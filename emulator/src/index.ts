/** The package: starts an emulator in this process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packageVersion, type ReadyInfo } from "./cli/index.ts";
import { type EmulatorEvent, startComposed } from "./compose.ts";
import { loadConfig } from "./config/index.ts";

export type { ReadyInfo } from "./cli/index.ts";
export type { EmulatorEvent } from "./compose.ts";
export { ConfigurationError } from "./config/index.ts";

/** How to start an emulator; what is not given is as for `dsql-emulator start`, but any free ports. */
export interface StartEmulatorOptions {
  /** Path of a configuration file; without it none is read. */
  readonly configFile?: string;
  /** Keeps databases, CA and generated credentials; without it nothing is kept. */
  readonly dataDirectory?: string;
  readonly host?: string;
  /** 0, the default, is any free port. */
  readonly pgPort?: number;
  /** 0, the default, is any free port. */
  readonly httpPort?: number;
  readonly enforce?: "strict" | "soft" | "off";
  readonly explainErrors?: boolean;
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
    const config = loadConfig({ args: argumentsOf(options), env: {}, workingDirectory });
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

function argumentsOf(options: StartEmulatorOptions): string[] {
  const { configFile, dataDirectory, host, enforce } = options;
  const texts = {
    "--config": configFile === undefined ? undefined : resolve(configFile),
    "--data-dir": dataDirectory === undefined ? undefined : resolve(dataDirectory),
    "--host": host,
    "--enforce": enforce,
    "--pg-port": String(options.pgPort ?? 0),
    "--http-port": String(options.httpPort ?? 0),
  };
  const args = Object.entries(texts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return options.explainErrors === true ? [...args, "--explain-errors"] : args;
}
