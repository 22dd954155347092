/**
 * Character classes of PostgreSQL's lexer. Every character outside ASCII counts as a letter, the
 * no-break space too.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/parser/scan.l
 */

const WHITE_SPACE = " \t\n\r\f\v";
const OPERATOR = "~!@#^&|`?+-*/%<>=";

const IS_WHITE_SPACE = asciiTable((character) => WHITE_SPACE.includes(character));
const IS_OPERATOR = asciiTable((character) => OPERATOR.includes(character));
const IS_DIGIT = asciiTable((character) => /[0-9]/.test(character));
const IS_WORD_START = asciiTable((character) => /[A-Za-z_]/.test(character));
const IS_WORD_PART = asciiTable((character) => /[A-Za-z0-9_$]/.test(character));

function asciiTable(test: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (test(String.fromCharCode(code)) ? 1 : 0));
}

/** Blank, tab, line feed, carriage return, form feed, vertical tab. */
export function isWhiteSpace(code: number): boolean {
  return IS_WHITE_SPACE[code] === 1;
}

/** Whether the character ends a line, and a `--` comment with it. */
export function isNewline(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

/** A character of which operators are made. */
export function isOperatorCharacter(code: number): boolean {
  return IS_OPERATOR[code] === 1;
}

/** A decimal digit. */
export function isDigit(code: number): boolean {
  return IS_DIGIT[code] === 1;
}

/** A character with which an unquoted identifier can begin. */
export function isWordStart(code: number): boolean {
  return code >= 128 || IS_WORD_START[code] === 1;
}

/** A character with which an unquoted identifier can go on. */
export function isWordPart(code: number): boolean {
  return code >= 128 || IS_WORD_PART[code] === 1;
}

/** The text in lower case the way PostgreSQL folds identifiers: ASCII letters only. */
export function foldCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}
