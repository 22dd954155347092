/** Why a step failed. */

/** A step did not do what was expected; ends its scenario. */
export interface StepFailure {
  readonly expected: string;
  readonly seen: string;
  /** The emulator's explanation of the connection that it is about. */
  readonly explanation?: string | undefined;
}

/** Ends a step from within. */
export class StepError extends Error implements StepFailure {
  override readonly name = "StepError";
  readonly expected: string;
  readonly seen: string;
  readonly explanation: string | undefined;

  constructor(expected: string, seen: string, explanation?: string) {
    super(`expected ${expected}, saw ${seen}`);
    this.expected = expected;
    this.seen = seen;
    this.explanation = explanation;
  }
}
