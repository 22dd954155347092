/**
 * Where the longer tokens and the comments end. Each function gets the position of the first
 * character and returns the position after the last one, or -1 when the end of the text comes first.
 *
 * @see https://www.postgresql.org/docs/16/sql-syntax-lexical.html
 */

import {
  isNewline,
  isOperatorCharacter,
  isWhiteSpace,
  isWordPart,
  isWordStart,
} from "./character-classes.ts";

const QUOTE = 0x27;
const BACKSLASH = 0x5c;
const DOLLAR = 0x24;
const HYPHEN = 0x2d;
const PLUS = 0x2b;
const NON_STANDARD_OPERATOR = "~!@#^&|`?%";
const BLOCK_COMMENT_EDGE = /\/\*|\*\//g;

/**
 * What is special inside of a string: in a plain one the doubled quote, in an escape string (`E''`)
 * the backslash too, in a bit string (`B''`, `X''`) nothing.
 */
export type Quoting = "plain" | "escape" | "bit";

/** End of a `--` comment: the line end, which is not part of it, or the end of the text. */
export function lineCommentEnd(sql: string, start: number): number {
  let position = start;
  while (position < sql.length && !isNewline(sql.charCodeAt(position))) position++;
  return position;
}

/** End of a block comment; block comments nest. */
export function blockCommentEnd(sql: string, start: number): number {
  let depth = 0;
  BLOCK_COMMENT_EDGE.lastIndex = start;
  for (;;) {
    const edge = BLOCK_COMMENT_EDGE.exec(sql)?.[0];
    if (edge === undefined) return -1;
    depth += edge === "/*" ? 1 : -1;
    if (depth === 0) return BLOCK_COMMENT_EDGE.lastIndex;
  }
}

/** End of a quoted identifier, whose first character is the double quote. */
export function quotedIdentifierEnd(sql: string, start: number): number {
  let position = start + 1;
  for (;;) {
    const quote = sql.indexOf('"', position);
    if (quote < 0) return -1;
    if (sql.charCodeAt(quote + 1) !== 0x22) return quote + 1;
    position = quote + 2;
  }
}

/**
 * End of a string, whose first character is the single quote, with the pieces that continue it on
 * later lines.
 */
export function stringEnd(sql: string, start: number, quoting: Quoting): number {
  let open = start;
  for (;;) {
    const end = pieceEnd(sql, open, quoting);
    if (end < 0) return -1;
    const next = continuationStart(sql, end);
    if (next < 0) return end;
    open = next;
  }
}

/** End of one piece of a string, whose first character is the single quote. */
export function pieceEnd(sql: string, start: number, quoting: Quoting): number {
  if (quoting === "escape") return escapePieceEnd(sql, start);
  return quoting === "plain" ? plainPieceEnd(sql, start) : sql.indexOf("'", start + 1) + 1 || -1;
}

function plainPieceEnd(sql: string, start: number): number {
  let position = start + 1;
  for (;;) {
    const quote = sql.indexOf("'", position);
    if (quote < 0) return -1;
    if (sql.charCodeAt(quote + 1) !== QUOTE) return quote + 1;
    position = quote + 2;
  }
}

function escapePieceEnd(sql: string, start: number): number {
  let position = start + 1;
  while (position < sql.length) {
    const code = sql.charCodeAt(position);
    const isDoubled = code === QUOTE && sql.charCodeAt(position + 1) === QUOTE;
    if (code === QUOTE && !isDoubled) return position + 1;
    position += code === BACKSLASH || isDoubled ? 2 : 1;
  }
  return -1;
}

/**
 * Position of the quote with which a string goes on after its closing quote, or -1. White space with
 * a line end must lie between, and `--` comments may.
 */
export function continuationStart(sql: string, afterQuote: number): number {
  let position = afterQuote;
  let hasNewline = false;
  for (;;) {
    const code = sql.charCodeAt(position);
    if (isNewline(code)) hasNewline = true;
    if (isWhiteSpace(code)) position++;
    else if (code === HYPHEN && sql.charCodeAt(position + 1) === HYPHEN) {
      position = lineCommentEnd(sql, position);
    } else return hasNewline && code === QUOTE ? position : -1;
  }
}

/** Delimiter of a dollar-quoted string at the position (`$$`, `$tag$`), or undefined. */
export function dollarDelimiter(sql: string, start: number): string | undefined {
  let position = start + 1;
  if (isWordStart(sql.charCodeAt(position))) {
    do position++;
    while (sql.charCodeAt(position) !== DOLLAR && isWordPart(sql.charCodeAt(position)));
  }
  return sql.charCodeAt(position) === DOLLAR ? sql.slice(start, position + 1) : undefined;
}

/** End of a dollar-quoted string. */
export function dollarStringEnd(sql: string, start: number, delimiter: string): number {
  const close = sql.indexOf(delimiter, start + delimiter.length);
  return close < 0 ? -1 : close + delimiter.length;
}

/** Where an operator ends, and the run of single signs behind it. */
export interface OperatorExtent {
  /** Position after the operator. */
  readonly end: number;
  /** Up to here follow plus and minus signs, each an operator of its own. */
  readonly signsEnd: number;
}

/**
 * Extent of an operator of which the first character is at the position: the longest run of operator
 * characters before a comment, without trailing signs that belong to what follows. Signs stay part
 * of it when it has a character that no standard operator has.
 */
export function operatorExtent(sql: string, start: number): OperatorExtent {
  let runEnd = start;
  let keepsSigns = false;
  let lastOther = start;
  for (;;) {
    const code = sql.charCodeAt(runEnd);
    if (!isOperatorCharacter(code) || isCommentStart(sql, runEnd)) break;
    keepsSigns ||= NON_STANDARD_OPERATOR.includes(sql.charAt(runEnd));
    if (code !== PLUS && code !== HYPHEN) lastOther = runEnd;
    runEnd++;
  }
  return { end: keepsSigns ? runEnd : lastOther + 1, signsEnd: runEnd };
}

function isCommentStart(sql: string, position: number): boolean {
  return sql.startsWith("--", position) || sql.startsWith("/*", position);
}
