/** Runs one scenario. */
import type { Scenario, Step } from "../format/scenario.ts";
import type { StepKind } from "../format/step-schemas.ts";
import { substitute, UnknownVariable } from "../format/substitute.ts";
import { awsStep } from "../steps/aws-step.ts";
import { connectStep } from "../steps/connect-step.ts";
import { breakStep, closedStep, closeStep, queryStep } from "../steps/connection-steps.ts";
import { clockStep, eventStep, faultStep, httpStep, stateStep } from "../steps/emulator-steps.ts";
import type { EmulatorHandle } from "./emulator-handle.ts";
import type { ScenarioEmulators } from "./scenario-emulators.ts";
import { StepError, type StepFailure } from "./step-outcome.ts";
import { configOf, makeWorld, type World } from "./world.ts";

/** What became of a scenario. */
export type ScenarioResult = {
  readonly scenario: Scenario;
  readonly durationMs: number;
} & (
  | { readonly kind: "passed" }
  | { readonly kind: "skipped"; readonly reason: string }
  | {
      readonly kind: "failed";
      /** `undefined` if it failed before its first step. */
      readonly step: Step | undefined;
      /** Counted from 1. */
      readonly stepNumber: number;
      readonly failure: StepFailure;
    }
);

/** What runs a step; throws a StepError when something else came than was expected. */
export type StepRunner = (world: World, input: unknown) => Promise<void>;

const RUNNERS: Readonly<Record<StepKind, StepRunner>> = {
  connect: connectStep,
  query: queryStep,
  close: closeStep,
  break: breakStep,
  closed: closedStep,
  iam: awsStep("iam"),
  sts: awsStep("sts"),
  dsql: awsStep("dsql"),
  clock: clockStep,
  fault: faultStep,
  event: eventStep,
  state: stateStep,
  http: httpStep,
};

/** Runs a scenario on an emulator in a fresh state. Never throws for what happens in it. */
export async function runScenario(
  scenario: Scenario,
  emulators: ScenarioEmulators,
): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const finished = (): { scenario: Scenario; durationMs: number } => ({
    scenario,
    durationMs: performance.now() - startedAt,
  });
  const progress: Progress = { step: undefined, number: 0 };
  try {
    const config = configOf(scenario);
    const lease = await emulators.take(config);
    try {
      await runSteps(scenario, lease.emulator, config, progress);
    } finally {
      await lease.end();
    }
    return { kind: "passed", ...finished() };
  } catch (error) {
    const { step, number: stepNumber } = progress;
    return { kind: "failed", step, stepNumber, failure: failureOf(error), ...finished() };
  }
}

/** Where the run is. */
interface Progress {
  step: Step | undefined;
  number: number;
}

async function runSteps(
  scenario: Scenario,
  emulator: EmulatorHandle,
  config: Scenario["config"],
  progress: Progress,
): Promise<void> {
  const world = await makeWorld(scenario, emulator, config);
  try {
    for (const [index, step] of scenario.steps.entries()) {
      progress.step = step;
      progress.number = index + 1;
      await RUNNERS[step.kind](world, substitute(step.input, world.variables));
    }
  } finally {
    await Promise.allSettled(
      [...world.connections.values()].map((connection) => connection.close()),
    );
  }
}

function failureOf(error: unknown): StepFailure {
  if (error instanceof StepError) return error;
  if (error instanceof UnknownVariable) {
    return { expected: "a variable that is known", seen: error.message };
  }
  const cause =
    error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  const text = error instanceof Error ? `${error.message}${cause}` : String(error);
  return { expected: "the step to be carried out", seen: text };
}
