/** Runs many scenarios, some at a time. */
import type { Scenario } from "../format/scenario.ts";
import { runScenario, type ScenarioResult } from "./run-scenario.ts";
import { openEmulators, type ScenarioTarget } from "./scenario-emulators.ts";

const OWN_CONFIGURATION = "has a configuration of its own, which a running emulator cannot take";
const STOPPED = "not started, since the run was stopped";
const BAILED = "not started, since one before it has failed";

/** How to run. */
export interface RunOptions {
  readonly target: ScenarioTarget;
  /** How many at a time, at least 1; on a running emulator always one. */
  readonly jobs: number;
  /** Whether to start none after the first that fails. */
  readonly isBailing: boolean;
  /** Starts none from then on; those that run come to their end. */
  readonly signal?: AbortSignal;
  /** Told of each result as soon as it is there, in any order. */
  readonly onResult?: (result: ScenarioResult) => void;
}

/**
 * The results in the order of the scenarios; those that were not started are skipped.
 *
 * @throws Error when a running emulator cannot be brought back to what it was
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  { target, jobs, isBailing, signal, onResult }: RunOptions,
): Promise<readonly ScenarioResult[]> {
  const workers = target.kind === "running" ? 1 : Math.min(Math.max(1, jobs), scenarios.length);
  const emulators = openEmulators(target, workers);
  const results: (ScenarioResult | undefined)[] = scenarios.map(() => undefined);
  let next = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    while (next < scenarios.length && !(isBailing && hasFailed) && signal?.aborted !== true) {
      const index = next;
      next += 1;
      const scenario = scenarios[index];
      if (scenario === undefined) return;
      const result: ScenarioResult =
        target.kind === "running" && scenario.config !== undefined
          ? { kind: "skipped", reason: OWN_CONFIGURATION, scenario, durationMs: 0 }
          : await runScenario(scenario, emulators);
      if (result.kind === "failed") hasFailed = true;
      results[index] = result;
      onResult?.(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    await emulators.close();
  }
  return scenarios.map(
    (scenario, index) =>
      results[index] ?? {
        kind: "skipped",
        reason: signal?.aborted === true ? STOPPED : BAILED,
        scenario,
        durationMs: 0,
      },
  );
}
