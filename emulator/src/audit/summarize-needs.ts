/** From single needs to what each principal needs altogether. */
import type {
  NeededDeny,
  NeededGrant,
  NeededPermissions,
  NeededPrincipal,
  NeededWidening,
} from "../auth/index.ts";
import type { KeptNeed } from "./needed-log.ts";

/** A policy of all statements that a principal needs. */
export interface SummedPolicy {
  readonly Version: "2012-10-17";
  /** One for each action, in their order; the resources are sorted. */
  readonly Statement: readonly {
    readonly Effect: "Allow";
    readonly Action: string;
    readonly Resource: string | readonly string[];
  }[];
}

/** What a database needs for a principal. */
export interface GrantInCluster extends NeededGrant {
  /** The cluster's ARN. */
  readonly cluster: string;
}

/** All that one principal has needed. */
export interface NeedsOfPrincipal {
  readonly principal: NeededPrincipal;
  readonly connections: number;
  /** ISO 8601, in emulator time. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** To be attached to the principal; `null` when its policies allow what it asked for. */
  readonly policy: SummedPolicy | null;
  readonly widenings: readonly NeededWidening[];
  readonly denies: readonly NeededDeny[];
  /** One for each role of each cluster. */
  readonly grants: readonly GrantInCluster[];
}

/** The needs by principal, in the order of their ARNs. */
export function summarizeNeeds(needs: readonly KeptNeed[]): readonly NeedsOfPrincipal[] {
  const byArn = new Map<string, KeptNeed[]>();
  for (const need of needs) {
    const { arn } = need.needed.principal;
    byArn.set(arn, [...(byArn.get(arn) ?? []), need]);
  }
  return [...byArn.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, ofPrincipal]) => summarize(ofPrincipal));
}

function summarize(needs: readonly KeptNeed[]): NeedsOfPrincipal[] {
  const [first] = needs;
  if (first === undefined) return [];
  const accesses = needs.flatMap(({ needed }) => needed.access ?? []);
  const seen = needs.flatMap(({ firstSeenAt, lastSeenAt }) => [firstSeenAt, lastSeenAt]).sort();
  return [
    {
      principal: first.needed.principal,
      connections: needs.reduce((sum, { connections }) => sum + connections, 0),
      firstSeenAt: seen[0] ?? first.firstSeenAt,
      lastSeenAt: seen.at(-1) ?? first.lastSeenAt,
      policy: sumPolicies(accesses),
      widenings: distinct(accesses.flatMap(({ widenings }) => widenings)),
      denies: distinct(accesses.flatMap(({ denies }) => denies)),
      grants: sumGrants(needs.map(({ needed }) => needed)),
    },
  ];
}

type Access = NonNullable<NeededPermissions["access"]>;

function sumPolicies(accesses: readonly Access[]): SummedPolicy | null {
  const resources = new Map<string, Set<string>>();
  for (const { Action, Resource } of accesses.flatMap(({ policy }) => policy?.Statement ?? [])) {
    resources.set(Action, (resources.get(Action) ?? new Set()).add(Resource));
  }
  if (resources.size === 0) return null;
  const statements = [...resources]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([action, found]) => {
      const sorted = [...found].sort();
      const [only] = sorted;
      const resource = sorted.length === 1 && only !== undefined ? only : sorted;
      return { Effect: "Allow", Action: action, Resource: resource } as const;
    });
  return { Version: "2012-10-17", Statement: statements };
}

/** Of one role in one cluster, what has been looked up says more than what has not. */
function sumGrants(needs: readonly NeededPermissions[]): readonly GrantInCluster[] {
  const byRole = new Map<string, GrantInCluster>();
  for (const { cluster, grant } of needs) {
    if (grant === null) continue;
    const key = JSON.stringify([cluster, grant.databaseRole]);
    if (grant.state === "missing" || !byRole.has(key)) byRole.set(key, { cluster, ...grant });
  }
  return [...byRole.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, grant]) => grant);
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
