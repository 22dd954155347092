/**
 * Puts other SQL in the place of statements: what raises the error in that of a refused one, and what
 * does the work in that of one that PostgreSQL does not know.
 */

import type { RefusedStatement, ReplacedStatement } from "./refusal.ts";
import { renderWithReplacements } from "./render-with-replacements.ts";

/** Parameters that the replacement uses, so that Bind finds them; clients send tens. Our choice. */
const MAX_PARAMETERS = 1000;

/**
 * The text with these statements replaced, so that an error is raised where the statement would have
 * run: not in a failed transaction, and not behind a statement that has failed.
 */
export function replaceInPlace(sql: string, statements: readonly ReplacedStatement[]): string {
  return renderWithReplacements(
    sql,
    statements.map((statement) =>
      "text" in statement
        ? statement
        : { start: statement.start, end: statement.end, text: refusingSql(statement) },
    ),
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
