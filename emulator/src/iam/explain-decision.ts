/** A decision in the emulator's words, for the decision record. */
import type { Decision, NearMiss, PolicyType, StatementReference } from "./decision.ts";
import { policyTypeName } from "./denial-message.ts";
import type { RequestContext } from "./request-context.ts";

/** Near misses that an explanation shows, and values of each (our choice): more is a search, not an answer. */
const MAX_SHOWN = 3;

const NEARNESS: readonly NearMiss["failedElement"][] = [
  "Condition",
  "Principal",
  "Resource",
  "Action",
];

/**
 * The decision and its reasons, a line each. Of an implicit deny: the statements that come nearest,
 * those that cover most of the request first.
 */
export function explainDecision(decision: Decision, request: RequestContext): string[] {
  switch (decision.kind) {
    case "Allow":
      if (decision.deciding.length === 0) return ["allow: the root user of the account"];
      return [`allow: ${decision.deciding.map(nameOf).join(", ")}`];
    case "ExplicitDeny":
      return [`explicit deny: ${decision.deciding.map(nameOf).join(", ")}`];
    case "ImplicitDeny":
      return explainImplicitDeny(decision, decision.decidedBy ?? "identity-based", request);
  }
}

function explainImplicitDeny(
  decision: Decision,
  lacking: PolicyType,
  { action, resource }: RequestContext,
): string[] {
  const what = `\`${action}\` on \`${resource}\``;
  const couldAllow = ({ policyType, effect }: StatementReference): boolean =>
    effect === "Allow" && (policyType === lacking || isAlternative(policyType, lacking));
  const nearest = decision.nearMisses
    .filter(couldAllow)
    .sort((left, right) => rankOf(left) - rankOf(right))
    .slice(0, MAX_SHOWN)
    .map((miss) => `nearest: ${describeMiss(miss)}`);
  if (lacking === "identity-based") {
    const count = decision.statementsExamined;
    const counted = `${count} statement${count === 1 ? "" : "s"} looked at`;
    return [`implicit deny: ${counted}, none allows ${what}`, ...nearest];
  }
  const granting = decision.matched.filter(
    ({ policyType, effect }) => effect === "Allow" && policyType !== lacking,
  );
  return [
    `implicit deny: no ${policyTypeName(lacking)} allows ${what}`,
    ...(granting.length === 0 ? [] : [`allowed elsewhere: ${granting.map(nameOf).join(", ")}`]),
    ...nearest,
  ];
}

/** A resource's policy can allow what no policy of the principal allows. */
function isAlternative(type: PolicyType, lacking: PolicyType): boolean {
  return lacking === "identity-based" && type === "resource-based";
}

function rankOf({ failedElement }: NearMiss): number {
  return NEARNESS.indexOf(failedElement);
}

function describeMiss(miss: NearMiss): string {
  const name = nameOf(miss);
  const { failedElement, condition } = miss;
  if (condition !== undefined) {
    const seen = condition.seen === null ? "is not in the request" : `is ${shown(condition.seen)}`;
    return `${name} covers all but a condition: \`${condition.operator}\` of ${shown(condition.expected)}, but \`${condition.key}\` ${seen}`;
  }
  const covered = failedElement === "Action" ? "resource" : "action";
  const both = failedElement === "Principal" ? "action and the resource" : covered;
  const { isNegated, patterns } = miss.failed;
  const element = `${isNegated ? "Not" : ""}${failedElement}`;
  return `${name} covers the ${both}, its ${element} is ${shown(patterns.map(({ text }) => text))}`;
}

function shown(values: readonly string[]): string {
  const more = values.length > MAX_SHOWN ? ` and ${values.length - MAX_SHOWN} more` : "";
  const first = values.slice(0, MAX_SHOWN).map((value) => `\`${value}\``);
  return `${first.join(", ")}${more}`;
}

function nameOf({ policyType, policy, statementIndex, sid }: StatementReference): string {
  const statement = sid === undefined ? `${statementIndex}` : `\`${sid}\``;
  const kind =
    policyType === "identity-based" ? `${policy.kind} policy` : policyTypeName(policyType);
  return `statement ${statement} of ${kind} \`${policy.name}\``;
}
