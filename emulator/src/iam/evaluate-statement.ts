/** One statement against one request. */
import { type Condition, holds } from "./condition/condition.ts";
import type { FailedCondition, NearMiss } from "./decision.ts";
import { matchesGlob } from "./glob.ts";
import type { ElementText, PatternElement, PolicyStatement } from "./policy-document.ts";
import { isExcepted, matchPrincipal, type PrincipalMatch } from "./principal-element.ts";
import type { ContextKeys, RequestContext } from "./request-context.ts";

/** How a statement meets a request: it covers it, nearly does, or is about something else. */
export type StatementResult =
  | { readonly kind: "covers"; readonly principal: PrincipalMatch }
  | {
      readonly kind: "near";
      readonly failedElement: NearMiss["failedElement"];
      readonly failed: ElementText;
      readonly condition?: FailedCondition;
    }
  | typeof UNRELATED;

const UNRELATED = { kind: "unrelated" } as const;
const COVERS: Readonly<Record<PrincipalMatch, StatementResult>> = {
  direct: { kind: "covers", principal: "direct" },
  issuer: { kind: "covers", principal: "issuer" },
  account: { kind: "covers", principal: "account" },
  none: { kind: "covers", principal: "none" },
};

/**
 * Evaluates a statement. `hasBoundary` says whether the principal has a permissions boundary: a deny
 * with `NotPrincipal` then applies whomever it leaves out.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function evaluateStatement(
  statement: PolicyStatement,
  request: RequestContext,
  hasBoundary: boolean,
): StatementResult {
  const { action, resource } = statement;
  const { keys } = request;
  const hasAction = covers(action, request.action, keys);
  const hasResource = resource === undefined || covers(resource, request.resource, keys);
  if (!hasAction) {
    if (!hasResource || resource === undefined) return UNRELATED;
    return { kind: "near", failedElement: "Action", failed: action.written };
  }
  if (!hasResource) return { kind: "near", failedElement: "Resource", failed: resource.written };
  const principal = principalOf(statement, request, hasBoundary);
  if (principal === "none" && statement.principal !== undefined) {
    const { written } = statement.principal;
    return { kind: "near", failedElement: "Principal", failed: written };
  }
  for (const condition of statement.conditions) {
    if (!holds(condition, keys)) return conditionMiss(condition, keys);
  }
  return COVERS[principal];
}

/** An unresolved variable covers nothing; under a `Not…` it takes the whole statement out. */
function covers(element: PatternElement, value: string, keys: ContextKeys): boolean {
  const { isNegated } = element.written;
  let isUnresolved = false;
  for (const glob of element.globs) {
    const matches = matchesGlob(glob, value, keys);
    if (matches === true) return !isNegated;
    if (matches === undefined) isUnresolved = true;
  }
  return isNegated && !isUnresolved;
}

function principalOf(
  { principal: element, effect }: PolicyStatement,
  { principal }: RequestContext,
  hasBoundary: boolean,
): PrincipalMatch {
  if (element === undefined) return "direct";
  if (!element.written.isNegated) return matchPrincipal(element, principal);
  if (effect === "Deny" && hasBoundary) return "direct";
  // Who is not left out is covered as by `*`: an exception names no one in particular.
  return isExcepted(element, principal) ? "none" : "direct";
}

function conditionMiss(condition: Condition, keys: ContextKeys): StatementResult {
  const { operator, key, values, contextKey, written } = condition;
  return {
    kind: "near",
    failedElement: "Condition",
    failed: written,
    condition: { operator, key, expected: values, seen: keys.get(contextKey) ?? null },
  };
}
