/**
 * What identifiers and strings stand for, after quotes and escapes are resolved.
 *
 * @see https://www.postgresql.org/docs/16/sql-syntax-lexical.html
 */

import { foldCase } from "./character-classes.ts";
import {
  continuationStart,
  pieceEnd,
  type Quoting,
  quotedIdentifierEnd,
  stringEnd,
} from "./scan-extents.ts";
import { isUnicodeQuoted, type Token } from "./token.ts";
import { tokenize } from "./tokenize.ts";

const ESCAPE =
  /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|([\s\S]))/g;
const LETTER_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** Name that an identifier stands for, or undefined when the token is none. */
export function identifierName(sql: string, token: Token | undefined): string | undefined {
  if (token?.kind === "word") return token.symbol;
  if (token?.kind !== "quoted-identifier") return undefined;
  if (!isUnicodeQuoted(sql, token)) return unquotedName(sql, token.start, token.end);
  const end = quotedIdentifierEnd(sql, token.start + 2);
  return resolveUnicodeEscapes(unquotedName(sql, token.start + 2, end), sql, token, end);
}

function unquotedName(sql: string, start: number, end: number): string {
  return sql.slice(start + 1, end - 1).replaceAll('""', '"');
}

/** Text that a string stands for, or undefined when the token is none; of bit strings the digits. */
export function stringValue(sql: string, token: Token | undefined): string | undefined {
  if (token?.kind !== "string") return undefined;
  switch (foldCase(sql.slice(token.start, token.start + 1))) {
    case "$": {
      const delimiterLength = sql.indexOf("$", token.start + 1) + 1 - token.start;
      return sql.slice(token.start + delimiterLength, token.end - delimiterLength);
    }
    case "e":
      return joinPieces(sql, token.start + 1, "escape").replace(ESCAPE, resolveEscape);
    case "u": {
      const end = stringEnd(sql, token.start + 2, "plain");
      return resolveUnicodeEscapes(joinPieces(sql, token.start + 2, "plain"), sql, token, end);
    }
    case "'":
      return joinPieces(sql, token.start, "plain");
    default:
      return joinPieces(sql, token.start + 1, "bit");
  }
}

function joinPieces(sql: string, firstQuote: number, quoting: Quoting): string {
  let value = "";
  let open = firstQuote;
  while (open >= 0) {
    const end = pieceEnd(sql, open, quoting);
    value += sql.slice(open + 1, end - 1);
    open = continuationStart(sql, end);
  }
  return value.replaceAll("''", "'");
}

function resolveEscape(
  _match: string,
  hex: string | undefined,
  shortUnicode: string | undefined,
  longUnicode: string | undefined,
  octal: string | undefined,
  letter: string | undefined,
): string {
  const hexadecimal = hex ?? shortUnicode ?? longUnicode;
  if (hexadecimal !== undefined) return fromCodePoint(Number.parseInt(hexadecimal, 16));
  if (octal !== undefined) return fromCodePoint(Number.parseInt(octal, 8) & 0xff);
  return LETTER_ESCAPES.get(letter ?? "") ?? letter ?? "";
}

/** Resolves the escapes of a `U&` token, whose quoted part ends at the position. */
function resolveUnicodeEscapes(text: string, sql: string, token: Token, quotedEnd: number): string {
  const uescape = sql.slice(quotedEnd, token.end);
  const given = stringValue(uescape, tokenize(uescape).tokens[1]) ?? "";
  const escape = given === "" ? "\\" : given.charAt(0);
  let resolved = "";
  let position = 0;
  for (;;) {
    const at = text.indexOf(escape, position);
    if (at < 0) return resolved + text.slice(position);
    resolved += text.slice(position, at);
    const digits = /^(?:([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6}))/.exec(text.slice(at + 1, at + 8));
    const hex = digits?.[1] ?? digits?.[2];
    resolved += hex === undefined ? escape : fromCodePoint(Number.parseInt(hex, 16));
    const isDoubled = text.charAt(at + 1) === escape;
    position = at + 1 + (digits?.[0].length ?? (isDoubled ? 1 : 0));
  }
}

function fromCodePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
