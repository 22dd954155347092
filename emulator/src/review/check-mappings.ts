/** Mappings that lead nowhere, and principals that a mapping is missing for. */
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { AccessMatrix } from "./access-matrix.ts";
import type { Estate, ReviewedCluster, ReviewedMapping } from "./estate.ts";
import type { Finding } from "./finding.ts";

/** The matrix is one in which every circumstance is open. */
export function checkMappings(estate: Estate, matrix: AccessMatrix): readonly Finding[] {
  return estate.clusters.flatMap((reviewed) => [
    ...reviewed.database.mappings.flatMap((mapping) => checkMapping(mapping, reviewed, estate)),
    ...mappingsWithoutAccess(reviewed, estate, matrix),
    ...accessWithoutMapping(reviewed, estate, matrix),
    ...rolesWithoutMapping(reviewed),
  ]);
}

function checkMapping(
  { principalArn, databaseRole }: ReviewedMapping,
  { cluster }: ReviewedCluster,
  { accountIds, principals }: Estate,
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
  if (!accountIds.includes(accountId) || principals.some(({ arn }) => arn === principalArn)) {
    return [];
  }
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

/** Whoever could connect as any role without a mapping: the same question without the database. */
function mayConnect(matrix: AccessMatrix, principal: string, cluster: string): boolean {
  return matrix.cells.some(
    (cell) =>
      cell.principal === principal &&
      cell.cluster === cluster &&
      cell.databaseRole !== ADMIN_ROLE &&
      (cell.access !== "no" || cell.code === "role_not_mapped"),
  );
}

function mappingsWithoutAccess(
  { cluster, database }: ReviewedCluster,
  { principals }: Estate,
  matrix: AccessMatrix,
): readonly Finding[] {
  return database.mappings
    .filter(({ principalArn }) =>
      principals.some(
        ({ arn, accountId }) => arn === principalArn && accountId === cluster.accountId,
      ),
    )
    .filter(({ principalArn }) => !mayConnect(matrix, principalArn, cluster.arn))
    .map(({ principalArn, databaseRole }) => ({
      id: "mapping-without-permission",
      severity: "error",
      where: `role ${databaseRole} of ${cluster.arn}`,
      what: `${principalArn} is mapped, but IAM does not allow it dsql:DbConnect on the cluster`,
      todo: `allow dsql:DbConnect on ${cluster.arn}, or AWS IAM REVOKE ${identifierText(databaseRole)} FROM '${principalArn}'`,
    }));
}

function accessWithoutMapping(
  { cluster, database }: ReviewedCluster,
  { principals }: Estate,
  { cells }: AccessMatrix,
): readonly Finding[] {
  if (database.loginRoles.length === 0) return [];
  return principals
    .filter(({ isBuiltIn }) => !isBuiltIn)
    .filter(({ arn }) => !database.mappings.some(({ principalArn }) => principalArn === arn))
    .flatMap(({ arn }) => {
      const own = cells.filter((cell) => cell.principal === arn && cell.cluster === cluster.arn);
      if (!own.some(({ code }) => code === "role_not_mapped")) return [];
      const isAdmin = own.some(
        ({ databaseRole, access }) => databaseRole === ADMIN_ROLE && access !== "no",
      );
      return [
        {
          id: "permission-without-mapping",
          severity: isAdmin ? ("info" as const) : ("warning" as const),
          where: arn,
          what: `IAM allows dsql:DbConnect on ${cluster.arn}, but no role of its database is mapped to it`,
          todo: `AWS IAM GRANT a role TO '${arn}', or take dsql:DbConnect away`,
        },
      ];
    });
}

function rolesWithoutMapping({ cluster, database }: ReviewedCluster): readonly Finding[] {
  return database.loginRoles
    .filter((role) => !database.mappings.some(({ databaseRole }) => databaseRole === role))
    .map((role) => ({
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
