/** Cuts a text into its statements. */

import { createStatementBoundary } from "./statement-boundary.ts";
import type { Token } from "./token.ts";
import { tokenize } from "./tokenize.ts";

/** One statement of a text, without the semicolon, and without blanks and comments around it. */
export interface Statement {
  readonly text: string;
  /** Position of its first character in the whole text. */
  readonly start: number;
  /** Position after its last character in the whole text. */
  readonly end: number;
  /** Its tokens, positions in the whole text. */
  readonly tokens: readonly Token[];
}

/** The statements of a text. */
export interface StatementList {
  readonly statements: readonly Statement[];
  /**
   * False when a comment, string or quoted identifier has no end: then the whole text is the one
   * statement, for PostgreSQL to refuse.
   */
  readonly isTerminated: boolean;
}

/** The statements of a text; empty ones are left out. Never throws. */
export function splitStatements(sql: string): StatementList {
  const { tokens, isTerminated } = tokenize(sql);
  if (!isTerminated) {
    return { statements: [{ text: sql, start: 0, end: sql.length, tokens }], isTerminated };
  }
  const statements: Statement[] = [];
  const boundary = createStatementBoundary();
  let current: Token[] = [];
  for (const token of tokens) {
    if (!boundary.isEnd(token)) {
      current.push(token);
      continue;
    }
    addStatement(statements, sql, current);
    current = [];
  }
  addStatement(statements, sql, current);
  return { statements, isTerminated };
}

function addStatement(statements: Statement[], sql: string, tokens: readonly Token[]): void {
  const start = tokens[0]?.start;
  const end = tokens.at(-1)?.end;
  if (start === undefined || end === undefined) return;
  statements.push({ text: sql.slice(start, end), start, end, tokens });
}
