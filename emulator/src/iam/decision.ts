/** What evaluation says of a request, with its reasons. */
import type { AttachedPolicy, ElementText } from "./policy-document.ts";

/** The types of policies, as AWS's messages name them. */
export type PolicyType =
  | "resource-control"
  | "service-control"
  | "vpc-endpoint"
  | "resource-based"
  | "trust"
  | "identity-based"
  | "boundary"
  | "session";

/** Names one statement of one attached policy. */
export interface StatementReference {
  readonly policyType: PolicyType;
  readonly policy: AttachedPolicy["source"];
  /** Position in the document, from 0. */
  readonly statementIndex: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
}

/** The condition that did not hold. */
export interface FailedCondition {
  readonly operator: string;
  readonly key: string;
  readonly expected: readonly string[];
  /** The key's values in the request; `null` if the request does not have the key. */
  readonly seen: readonly string[] | null;
}

/**
 * A statement that covers the action or the resource and fails in another element: the first of
 * action, resource, principal and conditions that does not cover the request.
 */
export interface NearMiss extends StatementReference {
  readonly failedElement: "Action" | "Resource" | "Principal" | "Condition";
  /** What that element says. */
  readonly failed: ElementText;
  readonly condition?: FailedCondition;
}

/** A decision with its reasons. */
export interface Decision {
  readonly kind: "Allow" | "ExplicitDeny" | "ImplicitDeny";
  /**
   * The type of policy that decided: of an explicit deny the one that denies, of an implicit deny
   * the one that lacks an allow, of an allow the one that grants. `undefined` only for the root
   * user, whom no policy has to allow anything.
   */
  readonly decidedBy: PolicyType | undefined;
  /** The statements that deny, or those that grant; none for an implicit deny. */
  readonly deciding: readonly StatementReference[];
  /** All statements that cover the request, of all policies. */
  readonly matched: readonly StatementReference[];
  readonly nearMisses: readonly NearMiss[];
  readonly statementsExamined: number;
}
