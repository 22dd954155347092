/** All policies that decide on anything, each once. */
import type { AttachedPolicy, PolicyType, StatementReference } from "../iam/index.ts";
import type { Estate } from "./estate.ts";

const MOST_NAMED = 3;

/** A policy in one of its parts. */
export interface InventoriedPolicy {
  readonly policyType: PolicyType;
  readonly policy: AttachedPolicy;
  /** ARNs of what it is attached to. */
  readonly attachedTo: readonly string[];
}

/** The policies of principals, roles' trust, boundaries, clusters, endpoints and the organization. */
export function inventoryOf(estate: Estate): readonly InventoriedPolicy[] {
  const found = new Map<
    string,
    { policyType: PolicyType; policy: AttachedPolicy; to: Set<string> }
  >();
  const add = (policyType: PolicyType, policies: readonly AttachedPolicy[], to?: string): void => {
    for (const policy of policies) {
      const key = policyKey(policyType, policy.source);
      const known = found.get(key) ?? { policyType, policy, to: new Set() };
      known.to.add(to ?? policy.source.attachedTo);
      found.set(key, known);
    }
  };
  for (const { policies, trust } of estate.principals) {
    add("identity-based", policies.identity);
    add("boundary", policies.boundary === undefined ? [] : [policies.boundary]);
    add("trust", trust === undefined ? [] : [trust]);
    add("service-control", (policies.serviceControl ?? []).flat());
    add("resource-control", (policies.resourceControl ?? []).flat());
  }
  for (const { policy } of estate.clusters)
    add("resource-based", policy === undefined ? [] : [policy]);
  add("vpc-endpoint", estate.endpointPolicies);
  return [...found.values()].map(({ policyType, policy, to }) => ({
    policyType,
    policy,
    attachedTo: [...to],
  }));
}

/** Where a policy stands, for people: a managed one may be attached to very many. */
export function policyPlace({ policyType, policy, attachedTo }: InventoriedPolicy): string {
  const named = attachedTo.slice(0, MOST_NAMED).join(", ");
  const rest = attachedTo.length - MOST_NAMED;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `${policyType} policy \`${policy.source.name}\` of ${named}${more}`;
}

/** The same for all principals that a managed policy is attached to. */
export function policyKey(policyType: PolicyType, source: AttachedPolicy["source"]): string {
  return `${policyType}\n${source.arn ?? `${source.attachedTo}\n${source.name}`}`;
}

/** The same for all decisions of one statement. */
export function statementKey({ policyType, policy, statementIndex }: StatementReference): string {
  return `${policyKey(policyType, policy)}\n${statementIndex}`;
}

/** Whether AWS wrote it: nobody here can change it. */
export function isOfAws(policyType: PolicyType, { arn, name }: AttachedPolicy["source"]): boolean {
  if (arn !== undefined) return /^arn:[\w-]+:\w+::aws:/.test(arn);
  return /^(?:service|resource)-control$/.test(policyType) && /^(?:RCP)?FullAWSAccess$/.test(name);
}
