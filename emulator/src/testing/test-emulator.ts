/** An emulator for tests: started here from a configuration that the test writes, or one that runs already. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ReadyInfo,
  startEmulator as startInProcess,
  type StartEmulatorOptions,
} from "../index.ts";
import { startArguments } from "../cli/index.ts";
import { startChild } from "./child-emulator.ts";
import type { ConfigurationForm } from "./configuration-form.ts";
import { type Decisions, decisionsOf } from "./decisions.ts";
import { type EmulatorClock, emulatorClock } from "./emulator-clock.ts";
import { askApi } from "./emulator-http.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { reset, type ResetOptions, type SnapshotHandle, takeSnapshot } from "./reset.ts";

/** How to start; ports are any free ones unless given. */
export interface TestEmulatorOptions extends Omit<StartEmulatorOptions, "configFile"> {
  /** The configuration itself, or the path of its file. */
  readonly config?: ConfigurationForm | string;
  /**
   * Whether it runs in a process of its own, which ends with this one: engines and tests then do not share a
   * heap. `onEvent` hears nothing of it, and a wrong configuration is an Error with the command's words.
   */
  readonly inChildProcess?: boolean;
}

/** A running emulator, and what a test asks of it. */
export interface TestEmulator extends ReadyInfo, AsyncDisposable {
  readonly clock: EmulatorClock;
  readonly decisions: Decisions;
  readonly faults: Faults;
  /** All accounts, clusters and mappings, in the form of the configuration; secrets only if asked for. */
  state(options?: { readonly withSecrets?: boolean }): Promise<ConfigurationForm>;
  /** Keeps clusters, IAM and what the databases hold under a name; rejects with `EmulatorApiError`. */
  snapshot(name: string): Promise<SnapshotHandle>;
  /** Ends all connections and brings everything back; in milliseconds to a snapshot. */
  reset(options?: ResetOptions): Promise<void>;
  /** Ends all connections and the emulator, if it was started here; safe to call twice. */
  stop(): Promise<void>;
}

const running = new Set<TestEmulator>();

/** The emulators that this process has started or attached to and not stopped. */
export function runningTestEmulators(): readonly TestEmulator[] {
  return [...running];
}

/**
 * Starts an emulator.
 *
 * @throws ConfigurationError with all problems of the options and the configuration
 */
export async function startEmulator(options: TestEmulatorOptions = {}): Promise<TestEmulator> {
  const { config, inChildProcess = false, ...rest } = options;
  const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const configFile = writtenFile(config, directory);
    const settings = configFile === undefined ? rest : { ...rest, configFile };
    if (inChildProcess) {
      const child = await startChild(startArguments(settings), directory);
      return handle(child.info, () => child.stop().finally(remove));
    }
    const emulator = await startInProcess(settings);
    return handle(emulator, () => emulator.stop().finally(remove));
  } catch (error) {
    remove();
    throw error;
  }
}

function writtenFile(config: TestEmulatorOptions["config"], directory: string): string | undefined {
  if (config === undefined || typeof config === "string") return config;
  const file = join(directory, "dsql-emulator.json");
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** A handle of an emulator that runs elsewhere, by the content of its ready file. `stop` only lets go of it. */
export function attachEmulator(info: ReadyInfo): TestEmulator {
  return handle(info, async () => undefined);
}

function handle(info: ReadyInfo, end: () => Promise<void>): TestEmulator {
  const { pid, postgres, http, caCertificate, region, accountId, credentials, clusters } = info;
  const baseUrl = http.url;
  const stop = async (): Promise<void> => {
    running.delete(emulator);
    await end();
  };
  const emulator: TestEmulator = {
    ...{ pid, postgres, http, caCertificate, region, accountId, credentials, clusters },
    clock: emulatorClock(baseUrl),
    decisions: decisionsOf(baseUrl),
    faults: faultsOf(baseUrl),
    state: async ({ withSecrets = false } = {}) =>
      (await askApi(baseUrl, `state?secrets=${withSecrets}`)) as ConfigurationForm,
    snapshot: (name) => takeSnapshot(baseUrl, name),
    reset: (options) => reset(baseUrl, options),
    stop,
    [Symbol.asyncDispose]: stop,
  };
  running.add(emulator);
  return emulator;
}
