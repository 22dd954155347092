/** The access matrix as text. */
import {
  type AccessCell,
  type AccessMatrix,
  type MatrixCluster,
  type MatrixPrincipal,
  shortName,
} from "./access-matrix.ts";

/** A table for each cluster, the reason of each cell below it, and who may assume the roles. */
export function renderMatrix(matrix: AccessMatrix): string {
  const clusters = matrix.clusters.flatMap((cluster) => clusterText(cluster, matrix));
  const assumptions = matrix.principals.flatMap(credentialsText);
  const lines = [
    ...(matrix.clusters.length === 0 ? ["no cluster fits"] : clusters),
    ...(assumptions.length === 0 ? [] : ["credentials", ...assumptions, ""]),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function clusterText(cluster: MatrixCluster, { principals, cells }: AccessMatrix): string[] {
  const own = cells.filter((cell) => cell.cluster === cluster.arn);
  const foreign = own.filter(({ code }) => code === "cross_account");
  const shown = principals.filter(({ arn }) =>
    own.some((cell) => cell.principal === arn && cell.code !== "cross_account"),
  );
  const answer = (arn: string, role: string): string =>
    own.find((cell) => cell.principal === arn && cell.databaseRole === role)?.access ?? "-";
  const table = [
    ["", ...cluster.databaseRoles],
    ...shown.map(({ arn }) => [
      shortName(arn),
      ...cluster.databaseRoles.map((role) => answer(arn, role)),
    ]),
  ];
  const others = new Set(foreign.map(({ principal }) => principal)).size;
  return [
    cluster.arn,
    ...(cluster.problem === null ? [] : [`  roles and mappings unknown: ${cluster.problem}`]),
    ...columns(table),
    ...(others === 0 ? [] : [`  and ${others} of other accounts: no`]),
    "",
    ...own.filter(({ code }) => code !== "cross_account").map(reasonText),
    "",
  ];
}

function reasonText({ principal, databaseRole, access, reason }: AccessCell): string {
  const answer = access === "depends" ? reason : `${access}: ${reason}`;
  return `  ${shortName(principal)} as ${databaseRole}: ${answer}`;
}

function credentialsText({
  arn,
  kind,
  activeAccessKeys,
  assumableBy,
}: MatrixPrincipal): readonly string[] {
  const name = shortName(arn);
  if (kind === "user") {
    return activeAccessKeys > 0 ? [] : [`  ${name}: no active access key`];
  }
  if (assumableBy.length === 0) return [`  ${name}: nobody may assume it`];
  return assumableBy.map(({ by, access, dependsOn }) => {
    const who = by.startsWith("arn:") ? shortName(by) : by;
    const under = access === "depends" ? `, depends on ${dependsOn.join(", ")}` : "";
    return `  ${name}: assumed by ${who}${under}`;
  });
}

/** Rows with aligned columns, indented. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd(),
  );
}
