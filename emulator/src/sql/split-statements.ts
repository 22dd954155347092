/**
 * Cuts a text into its statements where PostgreSQL's grammar does: at semicolons outside of
 * parentheses (a list of CREATE RULE actions is inside) and outside of `BEGIN ATOMIC … END`.
 */

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
  let first = 0;
  while (first < tokens.length) {
    const next = indexAfterStatement(tokens, first);
    addStatement(statements, sql, tokens.slice(first, next));
    first = next + 1;
  }
  return { statements, isTerminated };
}

function addStatement(statements: Statement[], sql: string, tokens: readonly Token[]): void {
  const start = tokens[0]?.start;
  const end = tokens.at(-1)?.end;
  if (start === undefined || end === undefined) return;
  statements.push({ text: sql.slice(start, end), start, end, tokens });
}

/** Index of the semicolon that ends the statement, or the number of tokens. */
function indexAfterStatement(tokens: readonly Token[], first: number): number {
  let parentheses = 0;
  let body: BodyState = { depth: 0, isInRoutine: beginsRoutine(tokens, first) };
  for (let index = first; index < tokens.length; index++) {
    const symbol = tokens[index]?.symbol;
    if (symbol === "(") parentheses++;
    else if (symbol === ")") parentheses--;
    if (parentheses > 0) continue;
    if (symbol === ";" && body.depth === 0) return index;
    body = bodyStateAfter(tokens, index, body);
  }
  return tokens.length;
}

/** How many `BEGIN ATOMIC` are open, and whether the innermost statement defines a routine. */
interface BodyState {
  readonly depth: number;
  readonly isInRoutine: boolean;
}

function beginsRoutine(tokens: readonly Token[], first: number): boolean {
  if (tokens[first]?.symbol !== "create") return false;
  const isReplacing = tokens[first + 1]?.symbol === "or" && tokens[first + 2]?.symbol === "replace";
  const routine = tokens[first + (isReplacing ? 3 : 1)]?.symbol;
  return routine === "function" || routine === "procedure";
}

/**
 * Each statement of a body ends with a semicolon and none begins with END, so the END that closes a
 * body follows a semicolon or the ATOMIC; every other END belongs to a CASE or is a column label.
 */
function bodyStateAfter(tokens: readonly Token[], index: number, body: BodyState): BodyState {
  const symbol = tokens[index]?.symbol;
  if (body.isInRoutine && symbol === "atomic" && tokens[index - 1]?.symbol === "begin") {
    return { depth: body.depth + 1, isInRoutine: beginsRoutine(tokens, index + 1) };
  }
  if (body.depth === 0) return body;
  if (symbol === ";") return { depth: body.depth, isInRoutine: beginsRoutine(tokens, index + 1) };
  if (symbol === "end" && isStatementStart(tokens, index)) {
    return { depth: body.depth - 1, isInRoutine: false };
  }
  return body;
}

function isStatementStart(tokens: readonly Token[], index: number): boolean {
  const previous = tokens[index - 1]?.symbol;
  return previous === ";" || (previous === "atomic" && tokens[index - 2]?.symbol === "begin");
}
