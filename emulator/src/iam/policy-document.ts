/** A policy in the form in which it is evaluated: patterns compiled, every element known. */
import type { Condition } from "./condition/condition.ts";
import type { Glob } from "./glob.ts";
import type { PrincipalElement } from "./principal-element.ts";

/** An element as it is written, for the reasons of a decision. */
export interface ElementText {
  /** Whether it names what the statement leaves out (`NotAction`) and not what it covers (`Action`). */
  readonly isNegated: boolean;
  readonly patterns: readonly { readonly text: string }[];
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface PatternElement {
  readonly written: ElementText;
  readonly globs: readonly Glob[];
}

/** One statement of a policy. */
export interface PolicyStatement {
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
  readonly action: PatternElement;
  /** `undefined` in a trust policy: the role itself is the resource. */
  readonly resource: PatternElement | undefined;
  /** `undefined` in a policy of a principal: it applies to whom it is attached to. */
  readonly principal: PrincipalElement | undefined;
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
}

/** A parsed policy of any type. */
export interface PolicyDocument {
  readonly version: "2012-10-17" | "2008-10-17";
  readonly id?: string;
  readonly statements: readonly PolicyStatement[];
}

/** A policy and where it is attached, for the reasons of a decision. */
export interface AttachedPolicy {
  readonly document: PolicyDocument;
  readonly source: {
    readonly kind: "managed" | "inline";
    readonly name: string;
    /** ARN of the principal, resource or account that the policy is attached to. */
    readonly attachedTo: string;
    /** ARN of a managed policy. */
    readonly arn?: string;
  };
}
