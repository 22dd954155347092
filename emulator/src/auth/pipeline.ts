/**
 * An ordered list of named checks. Each step sees the facts that earlier steps have established, in
 * its parameter type, so a step that stands too early does not compile; the order itself is data.
 */
import { redactAuthToken } from "../shared/index.ts";
import { type AuthRefusal, refuse } from "./refusal.ts";

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
  /** Of a step that was refused or waived. */
  readonly refusal?: AuthRefusal;
}

/** How strictly waivable steps count. Required steps count in every mode. */
export type EnforcementMode = "strict" | "soft" | "off";

/** What was done before a step on purpose, and how the run ends by it, if it does. */
export interface StepFault {
  readonly saw: Observations;
  readonly refusal: AuthRefusal | undefined;
}

/** Called before each step, with the facts that are known by then. */
export type BeforeStep = (step: string, facts: object) => Promise<StepFault | undefined>;

/** Result of a run. `Firm` holds in every mode; `All` as well when no step was waived or left out. */
export type PipelineResult<Firm, All> = {
  readonly trace: readonly TraceEntry[];
  /** What the steps that passed have established, whatever the outcome. */
  readonly known: Readonly<Partial<All>>;
} & (
  | {
      readonly kind: "passed";
      readonly isComplete: true;
      readonly facts: All;
      readonly waived: undefined;
    }
  | {
      readonly kind: "passed";
      readonly isComplete: false;
      readonly facts: Firm;
      /** The first refusal that the mode let pass; the trace has all of them. */
      readonly waived: AuthRefusal | undefined;
    }
  | { readonly kind: "refused"; readonly refusal: AuthRefusal }
);

type AnyStep = (facts: never) => StepOutcome<object> | Promise<StepOutcome<object>>;

interface NamedStep {
  readonly name: string;
  readonly isWaivable: boolean;
  /** Names of the facts without which a waivable step cannot run. */
  readonly needs: readonly PropertyKey[];
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
    return new Pipeline([...this.#steps, { name, isWaivable: false, needs: [], run }]);
  }

  /**
   * Adds a check that `soft` records and lets pass, and `off` leaves out. `needs` names all facts
   * that the check uses: when an earlier step was waived, it is made as far as these are there.
   */
  waivable<const Needed extends keyof All, Added extends object>(
    name: string,
    needs: readonly Needed[],
    run: Step<Pick<All, Needed>, Added>,
  ): Pipeline<Initial, Firm, All & Added> {
    return new Pipeline([...this.#steps, { name, isWaivable: true, needs, run }]);
  }

  /** The names of the steps, in order. */
  get names(): readonly string[] {
    return this.#steps.map(({ name }) => name);
  }

  /**
   * Runs the steps until one refuses. Never rejects: a step that throws refuses with
   * `internal_error`, in every mode, since nothing is known of what it would have found.
   */
  async run(
    initial: Initial,
    mode: EnforcementMode,
    before?: BeforeStep,
  ): Promise<PipelineResult<Firm, All>> {
    const trace: TraceEntry[] = [];
    let facts: object = initial;
    let waived: AuthRefusal | undefined;
    for (const step of this.#steps) {
      const { name } = step;
      const fault = await runBefore(before, name, facts);
      if (fault?.refusal !== undefined) {
        const { refusal, saw } = fault;
        trace.push({ step: name, outcome: "refused", saw, refusal });
        return { kind: "refused", refusal, trace, known: facts as Partial<All> };
      }
      const skipReason = step.isWaivable ? reasonToSkip(mode, step.needs, facts) : undefined;
      if (skipReason !== undefined) {
        trace.push({ step: name, outcome: "skipped", saw: { because: skipReason } });
        continue;
      }
      const outcome = await runStep(step, facts);
      const saw = { ...outcome.saw, ...fault?.saw };
      if (outcome.kind === "continue") {
        facts = { ...facts, ...outcome.facts };
        trace.push({ step: name, outcome: "passed", saw });
        continue;
      }
      const { refusal } = outcome;
      if (step.isWaivable && mode === "soft" && refusal.code !== "internal_error") {
        waived ??= refusal;
        trace.push({ step: name, outcome: "waived", saw, refusal });
      } else {
        trace.push({ step: name, outcome: "refused", saw, refusal });
        return { kind: "refused", refusal, trace, known: facts as Partial<All> };
      }
    }
    const known = facts as Partial<All>;
    return mode !== "off" && waived === undefined
      ? { kind: "passed", isComplete: true, facts: facts as All, known, waived, trace }
      : { kind: "passed", isComplete: false, facts: facts as Firm, known, waived, trace };
  }
}

function reasonToSkip(
  mode: EnforcementMode,
  needs: readonly PropertyKey[],
  facts: object,
): string | undefined {
  if (mode === "off") return "enforcement is off";
  const missing = needs.filter((name) => !Object.hasOwn(facts, name));
  return missing.length === 0
    ? undefined
    : `needs what a waived step did not establish: ${missing.map(String).join(", ")}`;
}

async function runBefore(
  before: BeforeStep | undefined,
  step: string,
  facts: object,
): Promise<StepFault | undefined> {
  try {
    return await before?.(step, facts);
  } catch (error) {
    return internalError(`what comes before step \`${step}\``, error);
  }
}

async function runStep(step: NamedStep, facts: object): Promise<StepOutcome<object>> {
  try {
    return await step.run(facts as never);
  } catch (error) {
    const { refusal, saw } = internalError(`step \`${step.name}\``, error);
    return { kind: "refuse", refusal, saw };
  }
}

/** The refusal for something that threw, and what the record keeps of the error: its name and message, on one line. */
export function internalError(
  what: string,
  error: unknown,
): { readonly refusal: AuthRefusal; readonly saw: Observations } {
  const text = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replace(
    /[\s\0]+/g,
    " ",
  );
  const shown = text.includes("X-Amz-") ? redactAuthToken(text) : text;
  return {
    refusal: refuse("internal_error", `${what} failed: ${shown}`),
    saw: { error: shown },
  };
}
