/** A policy in the form in which it is evaluated: patterns compiled, every element known. */
import type { GlobPattern } from "./glob-pattern.ts";

/** Whether a statement's patterns name what it covers (`Action`) or what it leaves out (`NotAction`). */
export interface PatternElement {
  readonly isNegated: boolean;
  readonly patterns: readonly GlobPattern[];
}

/** One statement of a policy. */
export interface PolicyStatement {
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  readonly action: PatternElement;
  readonly resource: PatternElement;
}

/** A parsed identity-based policy. */
export interface PolicyDocument {
  readonly version: "2012-10-17" | "2008-10-17";
  readonly statements: readonly PolicyStatement[];
}

/** A policy and where it is attached, for the reasons of a decision. */
export interface AttachedPolicy {
  readonly document: PolicyDocument;
  readonly source: {
    readonly kind: "managed" | "inline";
    readonly name: string;
    /** ARN of the principal that the policy is attached to. */
    readonly attachedTo: string;
  };
}
