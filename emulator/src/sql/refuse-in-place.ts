/** Puts an SQL statement that raises the error in the place of each refused statement. */

import type { RefusedStatement } from "./refusal.ts";
import { renderWithReplacements } from "./render-with-replacements.ts";

/** Parameters that the replacement uses, so that Bind finds them; clients send tens. Our choice. */
const MAX_PARAMETERS = 1000;

/**
 * The text with its refused statements replaced, so that the error is raised where the statement
 * would have run: not in a failed transaction, and not behind a statement that has failed.
 */
export function refuseInPlace(sql: string, refused: readonly RefusedStatement[]): string {
  return renderWithReplacements(
    sql,
    refused.map((statement) => ({
      start: statement.start,
      end: statement.end,
      text: refusingSql(statement),
    })),
  );
}

function refusingSql({ sqlState, message, parameterCount }: RefusedStatement): string {
  const parameters = Array.from(
    { length: Math.min(parameterCount, MAX_PARAMETERS) },
    (_, index) => `, $${index + 1}`,
  );
  const literal = message.replaceAll("'", "''");
  return `SELECT pg_catalog.dsql_emulator_refuse('${sqlState}', '${literal}')${parameters.join("")}`;
}
