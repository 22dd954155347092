/** The access matrix as plain JSON data: who can connect to which cluster as which database role. */

/** `depends`: on context keys whose value is not given. */
export type Access = "yes" | "no" | "depends";

/** One statement of a policy, for people. */
export interface NamedStatement {
  readonly policyType: string;
  readonly policy: string;
  /** ARN of what it is attached to. */
  readonly attachedTo: string;
  /** Position in the document, from 0. */
  readonly statement: number;
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
}

/** Whether a principal can connect to a cluster as a role. */
export interface AccessCell {
  readonly principal: string;
  readonly cluster: string;
  readonly databaseRole: string;
  readonly access: Access;
  /** Of a no: the code of the refusal, as in the decision log. */
  readonly code: string | null;
  /** One line. */
  readonly reason: string;
  /** The statements that decide; of `depends` those that may. */
  readonly deciding: readonly NamedStatement[];
  /** Context keys, as the policies write them. */
  readonly dependsOn: readonly string[];
}

/** Who may assume a role. */
export interface RoleAssumption {
  /** ARN of a user or role, or how the trust policy names a provider or service. */
  readonly by: string;
  readonly access: "yes" | "depends";
  readonly dependsOn: readonly string[];
}

/** A principal of the matrix. */
export interface MatrixPrincipal {
  readonly arn: string;
  readonly kind: "user" | "role";
  readonly accountId: string;
  /** Of a user. */
  readonly activeAccessKeys: number;
  /** Of a role. */
  readonly assumableBy: readonly RoleAssumption[];
}

/** A cluster of the matrix. */
export interface MatrixCluster {
  readonly arn: string;
  readonly identifier: string;
  /** `admin` first. */
  readonly databaseRoles: readonly string[];
  /** Why roles and mappings are unknown; `null` if they are known. */
  readonly problem: string | null;
}

/** The matrix. */
export interface AccessMatrix {
  readonly version: 1;
  /** What was supposed; `null` stayed open. */
  readonly circumstances: {
    readonly sourceIp: string | null;
    readonly mfa: boolean | null;
    /** ISO 8601. */
    readonly at: string | null;
    readonly applicationName: string | null;
  };
  readonly principals: readonly MatrixPrincipal[];
  readonly clusters: readonly MatrixCluster[];
  readonly cells: readonly AccessCell[];
}

/** Which part of the matrix is wanted: ARN, name or id; `*` stands for anything. */
export interface MatrixFilter {
  readonly principal?: string | undefined;
  readonly cluster?: string | undefined;
  readonly databaseRole?: string | undefined;
}

/** Whether a value of JSON is a matrix of this version; what is in its lists is not looked at. */
export function isAccessMatrix(json: unknown): json is AccessMatrix {
  const { version, principals, clusters, cells } = (json ?? {}) as Partial<AccessMatrix>;
  return (
    version === 1 && Array.isArray(principals) && Array.isArray(clusters) && Array.isArray(cells)
  );
}

/** Whether any of the names fits a filter. */
export function fits(filter: string | undefined, names: readonly string[]): boolean {
  return filter === undefined || names.some((name) => matches(filter.split("*"), name));
}

/** The first part begins the name, the last one ends it, those between follow each other. */
function matches(parts: readonly string[], name: string): boolean {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let offset = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, offset);
    if (found === -1) return false;
    offset = found + part.length;
  }
  return name.length - last.length >= offset && name.endsWith(last);
}

/** `user/path/name` of an ARN; what is no ARN, such as the id of an organizational unit, as it is. */
export function shortName(arn: string): string {
  const parts = arn.split(":");
  return parts[0] === "arn" && parts.length > 5 ? parts.slice(5).join(":") : arn;
}

/** Cells by cluster and principal, so that they need not be searched for each pair. */
export class CellTable {
  readonly #cells = new Map<string, Map<string, AccessCell[]>>();

  constructor({ cells }: Pick<AccessMatrix, "cells">) {
    for (const cell of cells) {
      const ofCluster = this.#cells.get(cell.cluster) ?? new Map<string, AccessCell[]>();
      const found = ofCluster.get(cell.principal) ?? [];
      found.push(cell);
      this.#cells.set(cell.cluster, ofCluster.set(cell.principal, found));
    }
  }

  /** Those of one principal on one cluster, a role each. */
  of(cluster: string, principal: string): readonly AccessCell[] {
    return this.#cells.get(cluster)?.get(principal) ?? [];
  }
}
