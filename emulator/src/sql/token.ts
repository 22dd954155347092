/** The tokens of PostgreSQL's lexer, as far as recognizing statements needs them. */

/** What a token is; `string` includes dollar-quoted, escape and bit strings. */
export type TokenKind =
  "word" | "quoted-identifier" | "string" | "number" | "parameter" | "operator" | "punctuation";

/** One token; white space and comments are none. */
export interface Token {
  readonly kind: TokenKind;
  /** Position of its first character. */
  readonly start: number;
  /** Position after its last character. */
  readonly end: number;
  /**
   * For a word its lower-case form, for an operator or punctuation the characters; empty for the
   * others, so that a quoted identifier or a string never equals a keyword.
   */
  readonly symbol: string;
}

/** All tokens of a text. */
export interface TokenList {
  readonly tokens: readonly Token[];
  /**
   * False when a comment, string or quoted identifier has no end; PostgreSQL refuses such a text as
   * a whole.
   */
  readonly isTerminated: boolean;
}

/** Whether the token is `U&"…"` or `U&'…'`. */
export function isUnicodeQuoted(sql: string, token: Token): boolean {
  if (token.kind !== "quoted-identifier" && token.kind !== "string") return false;
  return (sql.charCodeAt(token.start) | 0x20) === 0x75;
}
