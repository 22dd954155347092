/**
 * All policies that apply to a request: an explicit deny in any of them wins, else every ceiling
 * must allow, else somebody must grant.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
import type { Decision, PolicyType } from "./decision.ts";
import { PolicyScan } from "./policy-scan.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { PrincipalMatch } from "./principal-element.ts";
import type { RequestContext } from "./request-context.ts";

/** Policies of one place of an organization: its root, one organizational unit, or the account. */
export type PolicyLevel = readonly AttachedPolicy[];

/** A request and the policies that apply to it. An optional type that is left out does not restrict. */
export interface AccessQuestion {
  readonly request: RequestContext;
  /** Of the user and its groups, or of the session's role. */
  readonly identity: readonly AttachedPolicy[];
  /** The permissions boundary of the user or role. */
  readonly boundary?: AttachedPolicy | undefined;
  /** Session policies; an empty list for a session that was made without any permission. */
  readonly session?: readonly AttachedPolicy[] | undefined;
  /** The policy of the resource. */
  readonly resource?: AttachedPolicy | undefined;
  /** The trust policy, if the resource is a role that is to be assumed: it must allow, whatever else does. */
  readonly trust?: AttachedPolicy | undefined;
  /** Policy of the VPC endpoint that the request came through. */
  readonly vpcEndpoint?: AttachedPolicy | undefined;
  /** Service control policies over the principal's account; every level must allow. */
  readonly serviceControl?: readonly PolicyLevel[] | undefined;
  /** Resource control policies over the resource's account; every level must allow. */
  readonly resourceControl?: readonly PolicyLevel[] | undefined;
}

/** Decides on a request; the order of policies and statements does not matter. */
export function evaluateAccess(question: AccessQuestion): Decision {
  const { request, boundary, session, resource, trust, vpcEndpoint } = question;
  const scan = (type: PolicyType, policies: readonly AttachedPolicy[]): PolicyScan =>
    new PolicyScan(type, policies, request, boundary !== undefined);
  const optional = (
    type: PolicyType,
    policies: readonly AttachedPolicy[] | undefined,
  ): readonly PolicyScan[] => (policies === undefined ? [] : [scan(type, policies)]);
  const one = (type: PolicyType, policy: AttachedPolicy | undefined): readonly PolicyScan[] =>
    optional(type, policy === undefined ? undefined : [policy]);

  const ceilings = [
    ...(question.resourceControl ?? []).map((level) => scan("resource-control", level)),
    ...(isOfAnAccount(request)
      ? (question.serviceControl ?? []).map((level) => scan("service-control", level))
      : []),
    ...one("vpc-endpoint", vpcEndpoint),
  ];
  const resources = [...one("trust", trust), ...one("resource-based", resource)];
  const identity = scan("identity-based", question.identity);
  const limits = [...one("boundary", boundary), ...optional("session", session)];
  const scans = [...ceilings, ...resources, identity, ...limits];

  const denying = scans.find(({ denies }) => denies.length > 0);
  if (denying !== undefined) return decision("ExplicitDeny", denying.type, scans);
  const lacking = ceilings.find(({ allows }) => allows.length === 0);
  if (lacking !== undefined) return decision("ImplicitDeny", lacking.type, scans);
  return decideOnGrants({ request, resources, identity, limits, scans });
}

interface Scans {
  readonly request: RequestContext;
  /** The trust policy, the resource's policy, or none. */
  readonly resources: readonly PolicyScan[];
  readonly identity: PolicyScan;
  /** Permissions boundary and session policies. */
  readonly limits: readonly PolicyScan[];
  readonly scans: readonly PolicyScan[];
}

/** Nothing denies and the ceilings allow: who grants? */
function decideOnGrants({ request, resources, identity, limits, scans }: Scans): Decision {
  const { principal } = request;
  const [resource] = resources;
  const grant: PrincipalMatch = resource?.grant ?? "none";
  const resourceType = resource?.type ?? "resource-based";
  const isForeign = isCrossAccount(request);
  const mustResourceAllow = isForeign || resourceType === "trust" || !isOfAnAccount(request);

  const lackingLimit = limits.find(({ allows }) => allows.length === 0)?.type;
  const isRoot = principal.kind === "root";
  const lackingIdentity =
    isRoot || identity.allows.length > 0 ? lackingLimit : ("identity-based" as const);
  // A grant to the caller's own ARN stands alone; one to its role is under the limits of the role.
  const lackingResource = lackingForResource(grant, lackingLimit);
  const doesResourceSuffice = lackingResource === undefined && !isForeign;

  if (!isOfAnAccount(request)) {
    return grant === "direct"
      ? allow(resourceType, resources, scans)
      : decision("ImplicitDeny", resourceType, scans);
  }
  if (mustResourceAllow && grant === "none") {
    const lacking = isForeign ? (lackingIdentity ?? resourceType) : resourceType;
    return decision("ImplicitDeny", lacking, scans);
  }
  if (lackingIdentity === undefined) {
    const granting = [...(isRoot ? [] : [identity]), ...(grant === "none" ? [] : resources)];
    return allow(resourceType === "trust" ? "trust" : granting[0]?.type, granting, scans);
  }
  if (doesResourceSuffice) return allow(resourceType, resources, scans);
  return decision(
    "ImplicitDeny",
    grant === "issuer" && !isForeign ? lackingResource : lackingIdentity,
    scans,
  );
}

/** What keeps a resource's grant from being enough; `undefined` if nothing does. */
function lackingForResource(
  grant: PrincipalMatch,
  lackingLimit: PolicyType | undefined,
): PolicyType | undefined {
  switch (grant) {
    case "direct":
      return undefined;
    case "issuer":
      return lackingLimit;
    // An account that is named may delegate; its policies must do so.
    case "account":
    case "none":
      return "identity-based";
  }
}

function isOfAnAccount({ principal }: RequestContext): boolean {
  return principal.kind !== "service" && principal.kind !== "web-identity";
}

function isCrossAccount(request: RequestContext): boolean {
  const { principal, resourceAccountId } = request;
  return (
    isOfAnAccount(request) &&
    resourceAccountId !== undefined &&
    resourceAccountId !== principal.accountId
  );
}

function allow(
  type: PolicyType | undefined,
  granting: readonly PolicyScan[],
  scans: readonly PolicyScan[],
): Decision {
  return { ...decision("Allow", type, scans), deciding: granting.flatMap(({ allows }) => allows) };
}

function decision(
  kind: Decision["kind"],
  decidedBy: PolicyType | undefined,
  scans: readonly PolicyScan[],
): Decision {
  let statementsExamined = 0;
  for (const scan of scans) statementsExamined += scan.statementsExamined;
  return {
    kind,
    decidedBy,
    deciding: kind === "ExplicitDeny" ? scans.flatMap(({ denies }) => denies) : [],
    matched: scans.flatMap(({ matched }) => matched),
    nearMisses: scans.flatMap(({ nearMisses }) => nearMisses),
    statementsExamined,
  };
}
