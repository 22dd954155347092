/** A decision in words: AWS's for the client, the emulator's for the decision record. */
import type {
  Decision,
  NearMiss,
  RequestContext,
  StatementReference,
} from "./evaluate-policies.ts";

/**
 * AWS's message for a denied request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialMessage(request: RequestContext & { readonly decision: Decision }): string {
  const { principalArn, action, resource, decision } = request;
  const why =
    decision.kind === "ExplicitDeny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${principalArn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

/** Near misses that an explanation shows, and patterns of each (our choice): more is a search, not an answer. */
const MAX_SHOWN = 3;

/**
 * The decision and its reasons, a line each. Of an implicit deny: the statements that come nearest,
 * first those that cover the action and fail in the resource.
 */
export function explainDecision(decision: Decision, request: RequestContext): string[] {
  const { action, resource } = request;
  switch (decision.kind) {
    case "Allow":
      return [`allow: ${decision.matched.map(nameOf).join(", ")}`];
    case "ExplicitDeny": {
      const denying = decision.matched.filter(({ effect }) => effect === "Deny");
      return [`explicit deny: ${denying.map(nameOf).join(", ")}`];
    }
    case "ImplicitDeny": {
      const count = decision.statementsExamined;
      const nearest = decision.nearMisses
        .filter(({ effect }) => effect === "Allow")
        .sort((left, right) => rankOf(left) - rankOf(right));
      return [
        `implicit deny: ${count} statement${count === 1 ? "" : "s"} looked at, none allows \`${action}\` on \`${resource}\``,
        ...nearest.slice(0, MAX_SHOWN).map((miss) => `nearest: ${describeMiss(miss)}`),
      ];
    }
  }
}

function rankOf({ failedElement }: NearMiss): number {
  return failedElement === "Resource" ? 0 : 1;
}

function describeMiss(miss: NearMiss): string {
  const covered = miss.failedElement === "Resource" ? "action" : "resource";
  const { isNegated, patterns } = miss.failed;
  const element = `${isNegated ? "Not" : ""}${miss.failedElement}`;
  const shown = patterns.slice(0, MAX_SHOWN).map(({ text }) => `\`${text}\``);
  const more = patterns.length > MAX_SHOWN ? ` and ${patterns.length - MAX_SHOWN} more` : "";
  return `${nameOf(miss)} covers the ${covered}, its ${element} is ${shown.join(", ")}${more}`;
}

function nameOf({ policy, statementIndex, sid }: StatementReference): string {
  const statement = sid === undefined ? `${statementIndex}` : `\`${sid}\``;
  return `statement ${statement} of ${policy.kind} policy \`${policy.name}\``;
}
