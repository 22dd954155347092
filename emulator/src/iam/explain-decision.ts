/** A decision in words: AWS's for the client, the emulator's for the decision record. */
import type { Decision, RequestContext, StatementReference } from "./evaluate-policies.ts";

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

/** The decision and its reasons, a line each. */
export function explainDecision(decision: Decision, request: RequestContext): string[] {
  const { action, resource } = request;
  const counted = `${decision.statementsExamined} statements looked at`;
  switch (decision.kind) {
    case "Allow":
      return [`allow: ${decision.matched.map(nameOf).join(", ")}`];
    case "ExplicitDeny": {
      const denying = decision.matched.filter(({ effect }) => effect === "Deny");
      return [`explicit deny: ${denying.map(nameOf).join(", ")}`];
    }
    case "ImplicitDeny":
      return [
        `implicit deny: ${counted}, none allows \`${action}\` on \`${resource}\``,
        ...decision.nearMisses
          .filter(({ effect }) => effect === "Allow")
          .map((miss) => `nearest: ${nameOf(miss)} does not match in ${miss.failedElement}`),
      ];
  }
}

function nameOf({ policy, statementIndex, sid }: StatementReference): string {
  return `statement ${sid ?? statementIndex} of ${policy.kind} policy ${policy.name}`;
}
