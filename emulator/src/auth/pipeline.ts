/**
 * An ordered list of named checks. Each step sees the facts that earlier steps have established, in
 * its parameter type, so a step that stands too early does not compile; the order itself is data.
 */
import type { AuthRefusal } from "./refusal.ts";

/** What a step saw, for the decision record; never a secret. */
export type Observations = Readonly<Record<string, unknown>>;

/** Result of one step: more facts, or a refusal. */
export type StepOutcome<Added> =
  | { readonly kind: "continue"; readonly facts: Added; readonly saw?: Observations }
  | { readonly kind: "refuse"; readonly refusal: AuthRefusal; readonly saw?: Observations };

/** One line of the trace of a connection. */
export interface TraceEntry {
  readonly step: string;
  /** `waived`: refused, but the enforcement mode let it pass. `skipped`: not looked at, with the reason in `saw`. */
  readonly outcome: "passed" | "refused" | "waived" | "skipped";
  readonly saw: Observations;
}

/** How strictly waivable steps count. Required steps count in every mode. */
export type EnforcementMode = "strict" | "soft" | "off";

/** Result of a run. `Firm` holds in every mode; `All` as well when no step was waived or left out. */
export type PipelineResult<Firm, All> =
  | (
      | {
          readonly kind: "passed";
          readonly isComplete: true;
          readonly facts: All;
          readonly waived: undefined;
          readonly trace: readonly TraceEntry[];
        }
      | {
          readonly kind: "passed";
          readonly isComplete: false;
          readonly facts: Firm;
          readonly waived: AuthRefusal | undefined;
          readonly trace: readonly TraceEntry[];
        }
    )
  | {
      readonly kind: "refused";
      readonly refusal: AuthRefusal;
      readonly trace: readonly TraceEntry[];
    };

type AnyStep = (facts: never) => StepOutcome<object> | Promise<StepOutcome<object>>;

interface NamedStep {
  readonly name: string;
  readonly isWaivable: boolean;
  readonly run: AnyStep;
}

type Step<Facts, Added> = (facts: Facts) => StepOutcome<Added> | Promise<StepOutcome<Added>>;

/**
 * A pipeline under construction and ready to run. `Firm` are the facts that hold in every
 * enforcement mode, `All` those that hold when no step was waived.
 */
export class Pipeline<Initial extends object, Firm extends object, All extends Firm> {
  readonly #steps: readonly NamedStep[];

  private constructor(steps: readonly NamedStep[]) {
    this.#steps = steps;
  }

  /** An empty pipeline over the facts that it starts with. */
  static over<Facts extends object>(): Pipeline<Facts, Facts, Facts> {
    return new Pipeline<Facts, Facts, Facts>([]);
  }

  /** Adds a check that counts in every mode; it may use firm facts only. */
  required<Added extends object>(
    name: string,
    run: Step<Firm, Added>,
  ): Pipeline<Initial, Firm & Added, All & Added> {
    return new Pipeline([...this.#steps, { name, isWaivable: false, run }]);
  }

  /** Adds a check that `soft` records and lets pass, and `off` leaves out. */
  waivable<Added extends object>(
    name: string,
    run: Step<All, Added>,
  ): Pipeline<Initial, Firm, All & Added> {
    return new Pipeline([...this.#steps, { name, isWaivable: true, run }]);
  }

  /** The names of the steps, in order. */
  get names(): readonly string[] {
    return this.#steps.map(({ name }) => name);
  }

  /** Runs the steps until one refuses. */
  async run(initial: Initial, mode: EnforcementMode): Promise<PipelineResult<Firm, All>> {
    const trace: TraceEntry[] = [];
    let facts: object = initial;
    let waived: AuthRefusal | undefined;
    for (const step of this.#steps) {
      const skipReason = step.isWaivable ? reasonToSkip(mode, waived) : undefined;
      if (skipReason !== undefined) {
        trace.push({ step: step.name, outcome: "skipped", saw: { because: skipReason } });
        continue;
      }
      const outcome = await step.run(facts as never);
      const saw = outcome.saw ?? {};
      if (outcome.kind === "continue") {
        facts = { ...facts, ...outcome.facts };
        trace.push({ step: step.name, outcome: "passed", saw });
      } else if (step.isWaivable && mode === "soft") {
        waived = outcome.refusal;
        trace.push({ step: step.name, outcome: "waived", saw });
      } else {
        trace.push({ step: step.name, outcome: "refused", saw });
        return { kind: "refused", refusal: outcome.refusal, trace };
      }
    }
    return mode !== "off" && waived === undefined
      ? { kind: "passed", isComplete: true, facts: facts as All, waived, trace }
      : { kind: "passed", isComplete: false, facts: facts as Firm, waived, trace };
  }
}

function reasonToSkip(mode: EnforcementMode, waived: AuthRefusal | undefined): string | undefined {
  if (mode === "off") return "enforcement is off";
  return waived === undefined ? undefined : `an earlier step would have refused (${waived.code})`;
}
