/**
 * `AWS IAM GRANT role TO 'arn'` and `AWS IAM REVOKE role FROM 'arn'`, which PostgreSQL does not know.
 *
 * In their place it gets a CALL, as long as the statement if that can be, so that the positions of
 * errors behind it stay right. One that breaks the grammar is replaced in such a way that PostgreSQL
 * finds the error where it is, and says it as it says every other: the words before it are taken
 * away, and what stands in their place allows nothing of what follows.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html
 */

import { isReservedWord } from "./reserved-words.ts";
import type { TranslatedStatement } from "./refusal.ts";
import { isUnicodeQuoted, type Token } from "./token.ts";
import { identifierName } from "./token-value.ts";

/** First word of the statements. */
export const IAM_VERB = "aws";

interface Form {
  readonly verb: string;
  readonly preposition: string;
  readonly procedure: string;
}

const FORMS: readonly Form[] = [
  { verb: "grant", preposition: "to", procedure: "sys.map" },
  { verb: "revoke", preposition: "from", procedure: "sys.unmap" },
];

/** Position of the role among the tokens, and of what stands behind the statement. */
const ROLE_AT = 3;
const END_AT = 6;

/** As PostgreSQL takes them where a role may be named; as the name of one it refuses them. */
const NO_NAMES: ReadonlySet<string> = new Set(["current_role", "current_user", "session_user"]);
const RESERVED_NAMES: ReadonlySet<string> = new Set(["public", "none"]);

/**
 * What stands in the place of a statement that begins with `AWS`.
 *
 * @param isCut - whether the statement goes on with something that has no end
 */
export function replaceIamStatement(
  sql: string,
  tokens: readonly Token[],
  isCut: boolean,
): TranslatedStatement {
  const form = FORMS.find(({ verb }) => verb === tokens[2]?.symbol);
  const wrongAt = tokens.findIndex((token, index) => !fits(sql, token, index, form));
  const role = tokens[ROLE_AT];
  if (role !== undefined && !(wrongAt >= 0 && wrongAt <= ROLE_AT) && isNoName(sql, role)) {
    return refusedName(sql, tokens, role);
  }
  const arn = tokens[END_AT - 1];
  if (wrongAt >= 0 || isCut || form === undefined || role === undefined || arn === undefined) {
    return syntaxError(sql, tokens, wrongAt < 0 ? tokens.length : wrongAt);
  }
  return callOf(sql, tokens, form.procedure, role, arn);
}

function fits(sql: string, token: Token, index: number, form: Form | undefined): boolean {
  switch (index) {
    case 0:
      return token.symbol === IAM_VERB;
    case 1:
      return token.symbol === "iam";
    case 2:
      return form !== undefined;
    case ROLE_AT:
      return isRoleName(sql, token);
    case ROLE_AT + 1:
      return token.symbol === form?.preposition;
    case END_AT - 1:
      return isTextLiteral(sql, token);
    default:
      return false;
  }
}

function isRoleName(sql: string, token: Token): boolean {
  if (token.kind === "word") return NO_NAMES.has(token.symbol) || !isReservedWord(token.symbol);
  return token.kind === "quoted-identifier" && identifierName(sql, token) !== "";
}

/** Not a bit string. */
function isTextLiteral(sql: string, token: Token): boolean {
  return token.kind === "string" && !/[bx]/i.test(sql.charAt(token.start));
}

function isNoName(sql: string, role: Token): boolean {
  if (role.kind === "word" && NO_NAMES.has(role.symbol)) return true;
  return RESERVED_NAMES.has(identifierName(sql, role) ?? "");
}

/** PostgreSQL refuses the name with the error that it has for all statements about roles. */
function refusedName(sql: string, tokens: readonly Token[], role: Token): TranslatedStatement {
  const start = tokens[0]?.start ?? 0;
  const before = padded("CREATE ROLE ", sql.slice(start, role.start));
  return {
    start,
    end: tokens.at(-1)?.end ?? role.end,
    text: before + sql.slice(role.start, role.end),
    isComplete: false,
  };
}

/** The error is at this token, or at what follows the last one. */
function syntaxError(sql: string, tokens: readonly Token[], wrongAt: number): TranslatedStatement {
  const start = tokens[0]?.start ?? 0;
  const wrong = tokens[wrongAt];
  const end = wrong?.start ?? tokens.at(-1)?.end ?? start;
  // DO takes a string or LANGUAGE, and END neither.
  const allowsWrong = wrong?.kind === "string" || wrong?.symbol === "language";
  return {
    start,
    end,
    text: padded(allowsWrong ? "END" : "DO", sql.slice(start, end)),
    isComplete: false,
  };
}

function callOf(
  sql: string,
  tokens: readonly Token[],
  procedure: string,
  role: Token,
  arn: Token,
): TranslatedStatement {
  const start = tokens[0]?.start ?? 0;
  const call = `CALL ${procedure}(${roleLiteral(sql, role)},`;
  // The string as it is written, so that PostgreSQL reads it.
  const argument = `${sql.slice(arn.start, arn.end)})`;
  const space = characterCount(sql.slice(start, arn.end)) - characterCount(argument);
  return {
    start,
    end: arn.end,
    text: call.padEnd(space + bytesBeyond(call)) + argument,
    isComplete: true,
  };
}

function roleLiteral(sql: string, role: Token): string {
  if (!isUnicodeQuoted(sql, role)) return `'${quoted(identifierName(sql, role) ?? "")}'`;
  // U&"…" with its UESCAPE becomes U&'…', whose escapes mean the same.
  const source = sql.slice(role.start, role.end);
  const end = /^u&"(?:[^"]|"")*"/i.exec(source)?.[0].length ?? source.length;
  const name = source.slice(3, end - 1).replaceAll('""', '"');
  return `U&'${quoted(name)}'${source.slice(end)}`;
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

/** The text with blanks behind it, as many characters as the other one has. */
function padded(text: string, replaced: string): string {
  return text.padEnd(characterCount(replaced));
}

/** The text is UTF-8 with one character per byte. */
function characterCount(text: string): number {
  return text.length - bytesBeyond(text);
}

function bytesBeyond(text: string): number {
  return text.match(/[\x80-\xbf]/g)?.length ?? 0;
}
