/** Runs many scenarios, some at a time. */
import type { Scenario } from "../format/scenario.ts";
import { runScenario, type ScenarioResult, type ScenarioTarget } from "./run-scenario.ts";

/** How to run. */
export interface RunOptions {
  readonly target: ScenarioTarget;
  /** How many at a time, at least 1; on a running emulator always one. */
  readonly jobs: number;
  /** Whether to start none after the first that fails. */
  readonly isBailing: boolean;
  /** Told of each result as soon as it is there, in any order. */
  readonly onResult?: (result: ScenarioResult) => void;
}

/** The results in the order of the scenarios; those that were not started are left out. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  { target, jobs, isBailing, onResult }: RunOptions,
): Promise<readonly ScenarioResult[]> {
  const results: (ScenarioResult | undefined)[] = scenarios.map(() => undefined);
  let next = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    while (next < scenarios.length && !(isBailing && hasFailed)) {
      const index = next;
      next += 1;
      const scenario = scenarios[index];
      if (scenario === undefined) return;
      const result = await runScenario(scenario, target);
      if (result.kind === "failed") hasFailed = true;
      results[index] = result;
      onResult?.(result);
    }
  };
  const workers = target.kind === "running" ? 1 : Math.min(Math.max(1, jobs), scenarios.length);
  await Promise.all(Array.from({ length: workers }, work));
  return results.filter((result) => result !== undefined);
}
