/**
 * Identity-based policies against one request: an explicit deny wins, else an allow, else an
 * implicit deny.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { matchesGlob } from "./glob-pattern.ts";
import type { AttachedPolicy, PatternElement } from "./policy-document.ts";

/** Who wants to do what to which resource. */
export interface RequestContext {
  readonly principalArn: string;
  /** `service:Action`. */
  readonly action: string;
  /** The resource's ARN. */
  readonly resource: string;
}

/** Names one statement of one attached policy. */
export interface StatementReference {
  readonly policy: AttachedPolicy["source"];
  /** Position in the document, from 0. */
  readonly statementIndex: number;
  readonly sid: string | undefined;
  readonly effect: "Allow" | "Deny";
}

/** A statement that matches in one element and fails in another. */
export interface NearMiss extends StatementReference {
  readonly failedElement: "Action" | "Resource";
  /** What that element says. */
  readonly failed: PatternElement;
}

/** A decision with its reasons. */
export interface Decision {
  readonly kind: "Allow" | "ExplicitDeny" | "ImplicitDeny";
  readonly matched: readonly StatementReference[];
  readonly nearMisses: readonly NearMiss[];
  readonly statementsExamined: number;
}

/** Decides on a request; the order of policies and statements does not matter. */
export function evaluatePolicies(
  request: RequestContext,
  policies: readonly AttachedPolicy[],
): Decision {
  const matched: StatementReference[] = [];
  const nearMisses: NearMiss[] = [];
  let statementsExamined = 0;
  for (const { document, source } of policies) {
    for (const [statementIndex, statement] of document.statements.entries()) {
      statementsExamined += 1;
      const { sid, effect } = statement;
      const reference = { policy: source, statementIndex, sid, effect };
      const hasAction = covers(statement.action, request.action);
      const hasResource = covers(statement.resource, request.resource);
      if (hasAction && hasResource) matched.push(reference);
      else if (hasAction) {
        nearMisses.push({ ...reference, failedElement: "Resource", failed: statement.resource });
      } else if (hasResource) {
        nearMisses.push({ ...reference, failedElement: "Action", failed: statement.action });
      }
    }
  }
  return { kind: verdict(matched), matched, nearMisses, statementsExamined };
}

function verdict(matched: readonly StatementReference[]): Decision["kind"] {
  if (matched.some(({ effect }) => effect === "Deny")) return "ExplicitDeny";
  return matched.length > 0 ? "Allow" : "ImplicitDeny";
}

function covers(element: PatternElement, value: string): boolean {
  return element.patterns.some((pattern) => matchesGlob(pattern, value)) !== element.isNegated;
}
