/** Mappings that lead nowhere, and principals that a mapping is missing for. */
import { ADMIN_ROLE } from "../dsql/index.ts";
import { type AccessCell, type AccessMatrix, CellTable } from "./access-matrix.ts";
import type { Estate, ReviewedCluster, ReviewedMapping, ReviewedPrincipal } from "./estate.ts";
import type { Finding } from "./finding.ts";

/** Stands in for the roles of a database that has none: nobody is mapped to it. */
const SUPPOSED_ROLE = "supposed";

/**
 * The estate that `checkMappings` wants the matrix of: each database that is known has some role with
 * LOGIN, so that the matrix says what IAM allows.
 */
export function withSomeRole(estate: Estate): Estate {
  return {
    ...estate,
    clusters: estate.clusters.map((reviewed) =>
      reviewed.problem !== undefined || reviewed.database.loginRoles.length > 0
        ? reviewed
        : { ...reviewed, database: { ...reviewed.database, loginRoles: [SUPPOSED_ROLE] } },
    ),
  };
}

interface Sought {
  readonly accountIds: readonly string[];
  readonly principals: ReadonlyMap<string, ReviewedPrincipal>;
  readonly cells: CellTable;
}

/** @param matrix of the estate `withSomeRole`, with every circumstance open */
export function checkMappings(estate: Estate, matrix: AccessMatrix): readonly Finding[] {
  const { accountIds } = estate;
  const principals = new Map(estate.principals.map((principal) => [principal.arn, principal]));
  const sought: Sought = { accountIds, principals, cells: new CellTable(matrix) };
  return estate.clusters.flatMap((reviewed) => [
    ...reviewed.database.mappings.flatMap((mapping) => checkMapping(mapping, reviewed, sought)),
    ...accessWithoutMapping(reviewed, sought),
    ...rolesWithoutMapping(reviewed),
  ]);
}

function checkMapping(
  { principalArn, databaseRole }: ReviewedMapping,
  { cluster, database }: ReviewedCluster,
  { accountIds, principals, cells }: Sought,
): readonly Finding[] {
  const where = `role ${databaseRole} of ${cluster.arn}`;
  const revoke = `AWS IAM REVOKE ${identifierText(databaseRole)} FROM '${principalArn}'`;
  const accountId = principalArn.split(":")[4] ?? "";
  if (accountId !== cluster.accountId) {
    return [
      {
        id: "mapping-of-another-account",
        severity: "error",
        where,
        what: `${principalArn} is of account ${accountId}, the cluster of ${cluster.accountId}: DSQL has no cross-account access`,
        todo: `${revoke}, and map a role of account ${cluster.accountId} that ${accountId} may assume`,
      },
    ];
  }
  if (!accountIds.includes(accountId)) return [];
  if (!principals.has(principalArn)) {
    return [
      {
        id: "mapping-of-missing-principal",
        severity: "error",
        where,
        what: `${principalArn} is mapped, but there is no such user or role: whoever makes one of that name gets this access`,
        todo: `${revoke}, or create the principal`,
      },
    ];
  }
  const isWithoutLogin = !database.loginRoles.includes(databaseRole);
  return [
    ...(isWithoutLogin
      ? [
          {
            id: "mapping-to-role-without-login",
            severity: "error" as const,
            where,
            what: `${principalArn} is mapped, but the role has no LOGIN: nobody can connect as it`,
            todo: `ALTER ROLE ${identifierText(databaseRole)} LOGIN, or ${revoke}`,
          },
        ]
      : []),
    ...(mayConnect(cells.of(cluster.arn, principalArn))
      ? []
      : [
          {
            id: "mapping-without-permission",
            severity: "error" as const,
            where,
            what: `${principalArn} is mapped, but IAM does not allow it dsql:DbConnect on the cluster`,
            todo: `allow dsql:DbConnect on ${cluster.arn}, or ${revoke}`,
          },
        ]),
  ];
}

/** Whether IAM lets somebody in as any role, whatever is mapped. */
function mayConnect(cells: readonly AccessCell[]): boolean {
  return cells.some(
    ({ databaseRole, access, code }) =>
      databaseRole !== ADMIN_ROLE && (access !== "no" || code === "role_not_mapped"),
  );
}

function accessWithoutMapping(
  { cluster, database, problem }: ReviewedCluster,
  { principals, cells }: Sought,
): readonly Finding[] {
  if (problem !== undefined) return [];
  const mapped = new Set(database.mappings.map(({ principalArn }) => principalArn));
  return [...principals.values()].flatMap(({ arn, isBuiltIn }): readonly Finding[] => {
    const own = cells.of(cluster.arn, arn);
    if (isBuiltIn || mapped.has(arn) || !mayConnect(own)) return [];
    const isAdmin = own.some(
      ({ databaseRole, access }) => databaseRole === ADMIN_ROLE && access !== "no",
    );
    const role = database.loginRoles.length === 0 ? "CREATE ROLE … WITH LOGIN, and " : "";
    return [
      {
        id: "permission-without-mapping",
        severity: isAdmin ? "info" : "warning",
        where: arn,
        what: `IAM allows dsql:DbConnect on ${cluster.arn}, but no role of its database is mapped to it`,
        todo: `${role}AWS IAM GRANT a role TO '${arn}', or take dsql:DbConnect away`,
      },
    ];
  });
}

function rolesWithoutMapping({ cluster, database }: ReviewedCluster): readonly Finding[] {
  return database.loginRoles
    .filter((role) => !database.mappings.some(({ databaseRole }) => databaseRole === role))
    .map((role): Finding => ({
      id: "role-without-mapping",
      severity: "info",
      where: `role ${role} of ${cluster.arn}`,
      what: "the role has LOGIN, but is mapped to nobody",
      todo: `AWS IAM GRANT ${identifierText(role)} TO a role or user, or ALTER ROLE ${identifierText(role)} NOLOGIN`,
    }));
}

/** As it has to be written in SQL. */
function identifierText(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
