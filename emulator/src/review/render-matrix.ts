/** The access matrix as text. */
import {
  type AccessCell,
  type AccessMatrix,
  CellTable,
  type MatrixCluster,
  type MatrixPrincipal,
  shortName,
} from "./access-matrix.ts";

/** A table for each cluster, the reason of each cell below it, and who may assume the roles. */
export function renderMatrix(matrix: AccessMatrix): string {
  const table = new CellTable(matrix);
  const clusters = matrix.clusters.flatMap((cluster) =>
    clusterText(cluster, matrix.principals, table),
  );
  const assumptions = matrix.principals.flatMap(credentialsText);
  const lines = [
    ...(matrix.clusters.length === 0 ? ["no cluster fits"] : clusters),
    ...(assumptions.length === 0 ? [] : ["credentials", ...assumptions, ""]),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function clusterText(
  { arn: clusterArn, databaseRoles, problem }: MatrixCluster,
  principals: readonly MatrixPrincipal[],
  cells: CellTable,
): string[] {
  const asked = principals
    .map(({ arn }) => ({ arn, own: cells.of(clusterArn, arn) }))
    .filter(({ own }) => own.length > 0);
  const shown = asked.filter(({ own }) => own.some(({ code }) => code !== "cross_account"));
  const others = asked.length - shown.length;
  const table = [
    ["", ...databaseRoles],
    ...shown.map(({ arn, own }) => [
      shortName(arn),
      ...databaseRoles.map(
        (role) => own.find(({ databaseRole }) => databaseRole === role)?.access ?? "-",
      ),
    ]),
  ];
  return [
    clusterArn,
    ...(problem === null ? [] : [`  roles and mappings unknown: ${problem}`]),
    ...(shown.length === 0 ? ["  nobody of its account"] : columns(table)),
    ...(others === 0 ? [] : [`  and ${others} of other accounts: no`]),
    "",
    ...shown.flatMap(({ own }) => own.map(reasonText)),
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
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd(),
  );
}
