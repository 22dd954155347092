/** What two access matrices differ in: who has gained and who has lost what. */
import type { Access, AccessCell, AccessMatrix, RoleAssumption } from "./access-matrix.ts";

/** One cell that differs. */
export interface AccessChange {
  readonly principal: string;
  readonly cluster: string;
  readonly databaseRole: string;
  /** `gained` if it is more now: no, depends, yes. `changed` if it depends on other keys now. */
  readonly change: "gained" | "lost" | "changed";
  readonly before: Access;
  readonly after: Access;
  /** Of the new matrix; of the old one if the cell is not in the new one. */
  readonly reason: string;
}

/** A role that somebody may assume now, or may no longer. */
export interface AssumptionChange {
  readonly role: string;
  readonly by: string;
  readonly change: "gained" | "lost" | "changed";
  readonly before: Access;
  readonly after: Access;
}

/** All differences. */
export interface AccessDifference {
  readonly access: readonly AccessChange[];
  readonly assumptions: readonly AssumptionChange[];
}

const RANK: Readonly<Record<Access, number>> = { no: 0, depends: 1, yes: 2 };

/** Compares two matrices. What one of them does not have counts as no. */
export function diffAccess(before: AccessMatrix, after: AccessMatrix): AccessDifference {
  return {
    access: pairs(before.cells, after.cells, cellKey).flatMap(([left, right]) => {
      const one = right ?? left;
      const change = changeOf(left, right);
      if (one === undefined || change === undefined) return [];
      const { principal, cluster, databaseRole, reason } = one;
      return [
        {
          principal,
          cluster,
          databaseRole,
          change,
          before: left?.access ?? "no",
          after: right?.access ?? "no",
          reason: right === undefined ? goneReason(one, after) : reason,
        },
      ];
    }),
    assumptions: pairs(assumptionsOf(before), assumptionsOf(after), assumptionKey).flatMap(
      ([left, right]) => {
        const one = right ?? left;
        const change = changeOf(left, right);
        if (one === undefined || change === undefined) return [];
        const { role, by } = one;
        const access = { before: left?.access ?? "no", after: right?.access ?? "no" } as const;
        return [{ role, by, change, ...access }];
      },
    ),
  };
}

/** Whether there is nothing in it. */
export function isSameAccess({ access, assumptions }: AccessDifference): boolean {
  return access.length === 0 && assumptions.length === 0;
}

interface Compared {
  readonly access: Access;
  readonly dependsOn: readonly string[];
}

function changeOf(
  before: Compared | undefined,
  after: Compared | undefined,
): AccessChange["change"] | undefined {
  const gained = RANK[after?.access ?? "no"] - RANK[before?.access ?? "no"];
  if (gained !== 0) return gained > 0 ? "gained" : "lost";
  const keys = (one: Compared | undefined): string => (one?.dependsOn ?? []).join(" ");
  return keys(before) === keys(after) ? undefined : "changed";
}

/** Left and right by key, in the order of the left ones, then of the new ones. */
function pairs<Item>(
  left: readonly Item[],
  right: readonly Item[],
  keyOf: (item: Item) => string,
): readonly (readonly [Item | undefined, Item | undefined])[] {
  const rights = new Map(right.map((item) => [keyOf(item), item]));
  const lefts = new Set(left.map(keyOf));
  return [
    ...left.map((item) => [item, rights.get(keyOf(item))] as const),
    ...right.filter((item) => !lefts.has(keyOf(item))).map((item) => [undefined, item] as const),
  ];
}

function cellKey({ principal, cluster, databaseRole }: AccessCell): string {
  return JSON.stringify([principal, cluster, databaseRole]);
}

interface NamedAssumption extends RoleAssumption {
  readonly role: string;
}

function assumptionKey({ role, by }: NamedAssumption): string {
  return JSON.stringify([role, by]);
}

function assumptionsOf({ principals }: AccessMatrix): readonly NamedAssumption[] {
  return principals.flatMap(({ arn, assumableBy }) =>
    assumableBy.map((assumption) => ({ ...assumption, role: arn })),
  );
}

function goneReason(cell: AccessCell, { principals, clusters }: AccessMatrix): string {
  if (!principals.some(({ arn }) => arn === cell.principal)) return "the principal is gone";
  if (!clusters.some(({ arn }) => arn === cell.cluster)) return "the cluster is gone";
  return "the role of the database is gone";
}
