/** Scenarios as they are run: cases, includes and shared parts are worked in. */
import type { JsonObject } from "./json-value.ts";
import type { StepKind } from "./step-schemas.ts";
import type { Place } from "./yaml-file.ts";

/** One step; its variables are filled in when it is its turn. */
export interface Step {
  readonly kind: StepKind;
  readonly name: string | undefined;
  readonly input: unknown;
  readonly place: Place;
}

/** What a scenario pins. */
export interface Rule {
  readonly text: string;
  readonly source: string;
  readonly confidence?: "documented" | "observed" | "inferred" | "chosen";
}

/** A scenario with the variables of its case. */
export interface Scenario {
  /** With the name of the case, as in `wrong secret: of a user`. */
  readonly name: string;
  readonly rule: Rule | undefined;
  readonly place: Place;
  /** A mapping, an absolute path, or `undefined` for an emulator without configuration. */
  readonly config: JsonObject | string | undefined;
  readonly variables: JsonObject;
  readonly steps: readonly Step[];
}
