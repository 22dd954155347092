/** AWS's words for a denied request. */
import type { Decision, PolicyType } from "./decision.ts";
import type { RequestContext } from "./request-context.ts";

/** A denied request, and whether the ARN of the managed policy that denies is appended. */
export interface Denial {
  readonly request: RequestContext;
  readonly decision: Decision;
  /** Newer messages have it; `false` unless given. */
  readonly showsPolicyArn?: boolean;
}

const NAMES: Readonly<Record<PolicyType, string>> = {
  "identity-based": "identity-based policy",
  "resource-based": "resource-based policy",
  trust: "role trust policy",
  boundary: "permissions boundary",
  session: "session policy",
  "service-control": "service control policy",
  "resource-control": "resource control policy",
  "vpc-endpoint": "VPC endpoint policy",
};

/** The type of policy in AWS's words, such as `permissions boundary`. */
export function policyTypeName(type: PolicyType): string {
  return NAMES[type];
}

/**
 * AWS's message for a denied request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialMessage({ request, decision, showsPolicyArn = false }: Denial): string {
  const { principal, action, resource } = request;
  const type = decision.decidedBy ?? "identity-based";
  const why =
    decision.kind === "ExplicitDeny"
      ? `with an explicit deny in ${withArticle(type)}`
      : `because no ${NAMES[type]} allows the ${action} action`;
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  // Nothing decides an implicit deny, so that it has no ARN to show.
  const arn = showsPolicyArn ? decision.deciding[0]?.policy.arn : undefined;
  const suffix = arn === undefined ? "" : `: ${arn}`;
  return `User: ${principal.arn} is not authorized to perform: ${action}${on} ${why}${suffix}`;
}

function withArticle(type: PolicyType): string {
  if (type === "trust") return `the ${NAMES[type]}`;
  return `${type === "identity-based" ? "an" : "a"} ${NAMES[type]}`;
}
