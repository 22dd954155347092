/**
 * PostgreSQL's lexer, one token at a time, for texts with `standard_conforming_strings` on, which
 * cannot be switched off in Aurora DSQL. The time for a whole text is proportional to its length.
 *
 * @see https://www.postgresql.org/docs/16/sql-syntax-lexical.html
 */

import {
  foldCase,
  isDigit,
  isOperatorCharacter,
  isWhiteSpace,
  isWordPart,
  isWordStart,
} from "./character-classes.ts";
import {
  blockCommentEnd,
  dollarDelimiter,
  dollarStringEnd,
  lineCommentEnd,
  operatorExtent,
  quotedIdentifierEnd,
  stringEnd,
} from "./scan-extents.ts";
import { isUnicodeQuoted, type Token, type TokenKind } from "./token.ts";

const NUMBER =
  /0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*(?:\.(?!\.)(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?/y;
const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const AMPERSAND = 0x26;
const DOT = 0x2e;
const COLON = 0x3a;
const EQUALS = 0x3d;

/** Kind and end of the token at a position; end -1: it has no end. */
interface Extent {
  readonly kind: TokenKind;
  readonly end: number;
}

const STUCK: Extent = { kind: "punctuation", end: -1 };

/** Where in a text the lexer is. */
export interface Cursor {
  readonly sql: string;
  /** Position after the last token. */
  position: number;
  /** Up to here each character is an operator of its own: signs taken off a longer operator. */
  signsEnd: number;
  /** Whether the lexer stands before something that has no end; then there are no more tokens. */
  isStuck: boolean;
}

/** A cursor at the start of a text. */
export function startOfText(sql: string): Cursor {
  return { sql, position: 0, signsEnd: 0, isStuck: false };
}

/**
 * The next token, or undefined when there is none: at the end of the text, or before a comment,
 * string or quoted identifier without an end. Never throws.
 */
export function nextToken(cursor: Cursor): Token | undefined {
  const token = nextPlainToken(cursor);
  return token !== undefined && isUnicodeQuoted(cursor.sql, token)
    ? withUnicodeEscape(cursor, token)
    : token;
}

function nextPlainToken(cursor: Cursor): Token | undefined {
  const { sql } = cursor;
  const start = cursor.isStuck ? -1 : skipBlanks(sql, cursor.position);
  if (start >= sql.length) return undefined;
  const { kind, end } = start < 0 ? STUCK : extentAt(cursor, start);
  if (end < 0) {
    cursor.isStuck = true;
    return undefined;
  }
  cursor.position = end;
  return { kind, start, end, symbol: symbolOf(sql, kind, start, end) };
}

/** Makes `U&"…" UESCAPE '!'` one token. */
function withUnicodeEscape(cursor: Cursor, quoted: Token): Token {
  const ahead: Cursor = { ...cursor };
  if (nextPlainToken(ahead)?.symbol !== "uescape") return quoted;
  const escape = nextPlainToken(ahead);
  if (escape?.kind !== "string") return quoted;
  cursor.position = escape.end;
  return { ...quoted, end: escape.end };
}

/** Position after white space and comments; -1 when a comment has no end. */
function skipBlanks(sql: string, start: number): number {
  let position = start;
  for (;;) {
    while (isWhiteSpace(sql.charCodeAt(position))) position++;
    if (sql.startsWith("--", position)) position = lineCommentEnd(sql, position);
    else if (sql.startsWith("/*", position)) position = blockCommentEnd(sql, position);
    else return position;
    if (position < 0) return -1;
  }
}

function extentAt(cursor: Cursor, start: number): Extent {
  const { sql } = cursor;
  const code = sql.charCodeAt(start);
  if (isWordStart(code)) return wordOrPrefixedExtent(sql, start);
  if (code === QUOTE) return { kind: "string", end: stringEnd(sql, start, "plain") };
  if (code === DOUBLE_QUOTE) {
    return { kind: "quoted-identifier", end: quotedIdentifierEnd(sql, start) };
  }
  if (code === DOLLAR) return dollarExtent(sql, start);
  if (isDigit(code) || (code === DOT && isDigit(sql.charCodeAt(start + 1)))) {
    return { kind: "number", end: numberEnd(sql, start) };
  }
  if (isOperatorCharacter(code)) {
    if (start < cursor.signsEnd) return { kind: "operator", end: start + 1 };
    const { end, signsEnd } = operatorExtent(sql, start);
    cursor.signsEnd = signsEnd;
    return { kind: "operator", end };
  }
  return { kind: "punctuation", end: start + (isDoublePunctuation(sql, start) ? 2 : 1) };
}

/** `E'`, `B'`, `X'`, `U&'` and `U&"` are single tokens; a blank between makes them two. */
function wordOrPrefixedExtent(sql: string, start: number): Extent {
  const next = sql.charCodeAt(start + 1);
  const letter = sql.charCodeAt(start) | 0x20;
  if (next === QUOTE && "ebx".includes(String.fromCharCode(letter))) {
    const end = stringEnd(sql, start + 1, letter === 0x65 ? "escape" : "bit");
    return { kind: "string", end };
  }
  if (next === AMPERSAND && letter === 0x75) {
    const quote = sql.charCodeAt(start + 2);
    if (quote === QUOTE) return { kind: "string", end: stringEnd(sql, start + 2, "plain") };
    if (quote === DOUBLE_QUOTE) {
      return { kind: "quoted-identifier", end: quotedIdentifierEnd(sql, start + 2) };
    }
  }
  let end = start + 1;
  while (isWordPart(sql.charCodeAt(end))) end++;
  return { kind: "word", end };
}

function dollarExtent(sql: string, start: number): Extent {
  const delimiter = dollarDelimiter(sql, start);
  if (delimiter !== undefined) {
    return { kind: "string", end: dollarStringEnd(sql, start, delimiter) };
  }
  let end = start + 1;
  while (isDigit(sql.charCodeAt(end))) end++;
  return { kind: end > start + 1 ? "parameter" : "punctuation", end };
}

function numberEnd(sql: string, start: number): number {
  NUMBER.lastIndex = start;
  NUMBER.test(sql);
  return Math.max(NUMBER.lastIndex, start + 1);
}

/** `::`, `:=` and `..`. */
function isDoublePunctuation(sql: string, start: number): boolean {
  const code = sql.charCodeAt(start);
  const next = sql.charCodeAt(start + 1);
  return code === COLON ? next === COLON || next === EQUALS : code === DOT && next === DOT;
}

function symbolOf(sql: string, kind: TokenKind, start: number, end: number): string {
  if (kind === "word") return foldCase(sql.slice(start, end));
  return kind === "operator" || kind === "punctuation" ? sql.slice(start, end) : "";
}
