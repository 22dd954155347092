/** Everything that looks wrong. */
import type { AccessMatrix } from "./access-matrix.ts";
import { checkConnections, type ReviewedConnection } from "./check-connections.ts";
import { checkMappings } from "./check-mappings.ts";
import { checkStatements } from "./check-statements.ts";
import { checkTrust } from "./check-trust.ts";
import type { Estate } from "./estate.ts";
import { ACTIONS_WITHOUT_OPERATION } from "./known-actions.ts";
import { type Finding, sortFindings } from "./finding.ts";

/** What is examined. */
export interface Examined {
  readonly estate: Estate;
  /** Of the same estate `withSomeRole`, with every circumstance open. */
  readonly matrix: AccessMatrix;
  /** Connections of the decision log; none for a configuration that nobody runs. */
  readonly connections: readonly ReviewedConnection[];
  /** Names of the operations of DSQL, without `dsql:`. */
  readonly knownActions: readonly string[];
}

/** All findings, the gravest first. */
export function examine({
  estate,
  matrix,
  connections,
  knownActions,
}: Examined): readonly Finding[] {
  return sortFindings([
    ...estate.clusters.flatMap(({ cluster, problem }): readonly Finding[] =>
      problem === undefined
        ? []
        : [
            {
              id: "database-not-asked",
              severity: "warning",
              where: cluster.arn,
              what: `roles and mappings of the database are unknown: ${problem}`,
              todo: "ask again when the database answers",
            },
          ],
    ),
    ...checkMappings(estate, matrix),
    ...checkTrust(estate, matrix),
    ...checkStatements(estate, [...knownActions, ...ACTIONS_WITHOUT_OPERATION]),
    ...checkConnections(connections, estate),
  ]);
}
