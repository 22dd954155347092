/**
 * PostgreSQL's lexer, for texts with `standard_conforming_strings` on, which cannot be switched off
 * in Aurora DSQL.
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
  operatorEnd,
  quotedIdentifierEnd,
  stringEnd,
} from "./scan-extents.ts";
import type { Token, TokenKind, TokenList } from "./token.ts";
import { isUnicodeQuoted } from "./token-value.ts";

const NUMBER =
  /0[xX](?:_?[0-9A-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*(?:\.(?!\.)(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?/y;
const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const AMPERSAND = 0x26;
const DOT = 0x2e;

/** Kind and end of the token at a position; end -1: it has no end. */
interface Extent {
  readonly kind: TokenKind;
  readonly end: number;
}

/** The tokens of a text, up to the first thing without an end. Never throws. */
export function tokenize(sql: string): TokenList {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    position = skipBlanks(sql, position);
    if (position < 0) return { tokens, isTerminated: false };
    if (position >= sql.length) return { tokens, isTerminated: true };
    const { kind, end } = extentAt(sql, position);
    if (end < 0) return { tokens, isTerminated: false };
    tokens.push({ kind, start: position, end, symbol: symbolOf(sql, kind, position, end) });
    if (kind === "string") joinUnicodeEscape(sql, tokens);
    position = end;
  }
}

/** Makes `U&"…" UESCAPE '!'` one token: the last three become one. */
function joinUnicodeEscape(sql: string, tokens: Token[]): void {
  const [quoted, uescape, escape] = tokens.slice(-3);
  if (quoted === undefined || uescape?.symbol !== "uescape" || escape === undefined) return;
  if (!isUnicodeQuoted(sql, quoted)) return;
  tokens.splice(-3, 3, { ...quoted, end: escape.end });
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

function extentAt(sql: string, start: number): Extent {
  const code = sql.charCodeAt(start);
  if (isWordStart(code)) return wordOrPrefixedExtent(sql, start);
  if (code === QUOTE) return { kind: "string", end: stringEnd(sql, start, false) };
  if (code === DOUBLE_QUOTE) {
    return { kind: "quoted-identifier", end: quotedIdentifierEnd(sql, start) };
  }
  if (code === DOLLAR) return dollarExtent(sql, start);
  if (isDigit(code) || (code === DOT && isDigit(sql.charCodeAt(start + 1)))) {
    return { kind: "number", end: numberEnd(sql, start) };
  }
  if (isOperatorCharacter(code)) {
    return { kind: "operator", end: operatorEnd(sql, start, operatorRunEnd(sql, start)) };
  }
  return { kind: "punctuation", end: start + 1 };
}

/** `E'`, `B'`, `X'`, `N'`, `U&'` and `U&"` are single tokens; a blank between makes them two. */
function wordOrPrefixedExtent(sql: string, start: number): Extent {
  const next = sql.charCodeAt(start + 1);
  const letter = sql.charCodeAt(start) | 0x20;
  if (next === QUOTE && "ebxn".includes(String.fromCharCode(letter))) {
    return { kind: "string", end: stringEnd(sql, start + 1, letter === 0x65) };
  }
  if (next === AMPERSAND && letter === 0x75) {
    const quote = sql.charCodeAt(start + 2);
    if (quote === QUOTE) return { kind: "string", end: stringEnd(sql, start + 2, false) };
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

function operatorRunEnd(sql: string, start: number): number {
  let end = start + 1;
  while (isOperatorCharacter(sql.charCodeAt(end))) end++;
  return end;
}

function symbolOf(sql: string, kind: TokenKind, start: number, end: number): string {
  if (kind === "word") return foldCase(sql.slice(start, end));
  return kind === "operator" || kind === "punctuation" ? sql.slice(start, end) : "";
}
