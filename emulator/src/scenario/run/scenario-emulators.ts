/** The emulators that scenarios are run on, and how each scenario finds one in a fresh state. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scenario } from "../format/scenario.ts";
import { valueAt } from "../format/json-value.ts";
import { askEmulator } from "./emulator-api.ts";
import type { EmulatorHandle, EmulatorStarter } from "./emulator-handle.ts";

type Config = Scenario["config"];

/** On what scenarios are run. */
export type ScenarioTarget =
  /** On emulators of this run's own. */
  | { readonly kind: "own"; readonly start: EmulatorStarter }
  /** All on one that runs, one after the other. */
  | {
      readonly kind: "running";
      readonly emulator: EmulatorHandle;
      /** Whether each finds what the one before has left, and that stays; else the state is brought back. */
      readonly keepsState: boolean;
    };

/** An emulator for one scenario. */
export interface Lease {
  readonly emulator: EmulatorHandle;
  /** The scenario is over; never throws. */
  end(): Promise<void>;
}

/** Emulators for the scenarios of one run. */
export interface ScenarioEmulators {
  /**
   * An emulator in a fresh state that no other scenario has.
   *
   * @throws Error when there is none to be had
   */
  take(config: Config): Promise<Lease>;
  /** Leaves things as they were. @throws Error when they cannot be brought back */
  close(): Promise<void>;
}

/**
 * Opens what a run needs.
 *
 * @param mostIdle emulators that are kept although no scenario runs on them
 */
export function openEmulators(target: ScenarioTarget, mostIdle: number): ScenarioEmulators {
  if (target.kind === "own") return new OwnEmulators(target.start, mostIdle);
  return target.keepsState
    ? new KeptEmulator(target.emulator)
    : new BorrowedEmulator(target.emulator);
}

/** Starts emulators; scenarios of one configuration take turns on one, which is reset before each of them. */
class OwnEmulators implements ScenarioEmulators {
  readonly #start: EmulatorStarter;
  readonly #mostIdle: number;
  /** The one that was used last is the last one. */
  readonly #idle: { readonly key: string; readonly emulator: OwnEmulator }[] = [];

  constructor(start: EmulatorStarter, mostIdle: number) {
    this.#start = start;
    this.#mostIdle = mostIdle;
  }

  async take(config: Config): Promise<Lease> {
    const key = config === undefined ? "" : JSON.stringify(config);
    const emulator = (await this.#takeIdle(key)) ?? (await this.#startOne(config));
    return {
      emulator: emulator.handle,
      end: async () => {
        this.#idle.push({ key, emulator });
        if (this.#idle.length > this.#mostIdle) await this.#idle.shift()?.emulator.stop();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map(({ emulator }) => emulator.stop()));
  }

  async #takeIdle(key: string): Promise<OwnEmulator | undefined> {
    const index = this.#idle.findLastIndex((idle) => idle.key === key);
    const emulator = index === -1 ? undefined : this.#idle.splice(index, 1)[0]?.emulator;
    if (emulator === undefined) return undefined;
    try {
      await resetTo(emulator.handle, "configuration", true);
      return emulator;
    } catch {
      // A scenario may have broken it.
      await emulator.stop();
      return undefined;
    }
  }

  async #startOne(config: Config): Promise<OwnEmulator> {
    const directory = mkdtempSync(join(tmpdir(), "dsql-scenario-"));
    const remove = (): void => {
      rmSync(directory, { recursive: true, force: true });
    };
    try {
      const handle = await this.#start(configFile(config, directory));
      const stop = async (): Promise<void> => {
        await handle.stop().catch(() => undefined);
        remove();
      };
      // From its first reset on, an emulator keeps what its databases begin with: later resets are quick.
      await resetTo(handle, "configuration", true);
      return { handle, stop };
    } catch (error) {
      remove();
      throw error;
    }
  }
}

interface OwnEmulator {
  readonly handle: EmulatorHandle;
  /** Never throws. */
  stop(): Promise<void>;
}

/** A running emulator whose state goes back, before each scenario and at the end, to what it was at first. */
class BorrowedEmulator implements ScenarioEmulators {
  readonly #emulator: EmulatorHandle;
  readonly #snapshot = `scenario-run-${randomUUID()}`;
  #isSaved = false;

  constructor(emulator: EmulatorHandle) {
    this.#emulator = emulator;
  }

  async take(): Promise<Lease> {
    if (!this.#isSaved) {
      await ask(this.#emulator, "POST", "/_emulator/snapshots", { name: this.#snapshot });
      this.#isSaved = true;
    }
    await resetTo(this.#emulator, { snapshot: this.#snapshot }, true);
    return { emulator: this.#emulator, end: async () => undefined };
  }

  async close(): Promise<void> {
    if (!this.#isSaved) return;
    // The records stay, so that the last scenario can be explained.
    await resetTo(this.#emulator, { snapshot: this.#snapshot }, false);
    await ask(this.#emulator, "DELETE", `/_emulator/snapshots/${this.#snapshot}`);
  }
}

/** A running emulator as it is. */
class KeptEmulator implements ScenarioEmulators {
  readonly #emulator: EmulatorHandle;

  constructor(emulator: EmulatorHandle) {
    this.#emulator = emulator;
  }

  async take(): Promise<Lease> {
    return { emulator: this.#emulator, end: async () => undefined };
  }

  async close(): Promise<void> {
    // Nothing was changed that is to be brought back.
  }
}

async function resetTo(emulator: EmulatorHandle, to: unknown, records: boolean): Promise<void> {
  await ask(emulator, "POST", "/_emulator/reset", { to, clock: true, records });
}

async function ask(
  emulator: EmulatorHandle,
  method: string,
  path: string,
  question?: unknown,
): Promise<void> {
  const { status, body } = await askEmulator(emulator, method, path, question);
  if (status < 300) return;
  const message = valueAt(body, "error.message");
  throw new Error(
    `the emulator's state cannot be brought back: ${typeof message === "string" ? message : `it answered ${status}`}`,
  );
}

function configFile(config: Config, directory: string): string | undefined {
  if (config === undefined || typeof config === "string") return config;
  const file = join(directory, "dsql-emulator.json");
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
