/**
 * What DSQL refuses in the statements about roles and privileges: attributes that its roles do not
 * have, changes of `admin`, and privileges on what every cluster has.
 *
 * Which role options are refused is the emulator's choice, and so are the texts for them: the sources
 * disagree about LOGIN, and give no texts.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html
 * @see https://github.com/awslabs/aurora-dsql-tools
 */

import { ADMIN_ROLE } from "../dsql/index.ts";
import { type Refusal, unsupported } from "./refusal.ts";
import { findOutside, matchWords, type Words } from "./statement-words.ts";
import type { Token } from "./token.ts";
import { identifierName } from "./token-value.ts";

/** First words of the statements that grant and take away. */
export const PRIVILEGE_VERBS: readonly string[] = ["grant", "revoke"];

/** Options of CREATE ROLE and ALTER ROLE that are refused, by their first word. */
const REFUSED_OPTIONS: ReadonlyMap<string, string> = new Map([
  ...["SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS"].flatMap(
    (name): [string, string][] => [
      [name.toLowerCase(), name],
      [`no${name.toLowerCase()}`, `NO${name}`],
    ],
  ),
  ["connection", "CONNECTION LIMIT"],
  ["password", "PASSWORD"],
  ["encrypted", "PASSWORD"],
  ["valid", "VALID UNTIL"],
]);
const TAKEN_OPTIONS: ReadonlySet<string> = new Set([
  "with",
  "login",
  "nologin",
  "inherit",
  "noinherit",
]);
const OPTIONS_WITH_ROLES: ReadonlySet<string> = new Set(["admin", "role", "user", "in"]);

const ADMIN_UNALTERABLE: Refusal = {
  sqlState: "42501",
  message: "permission denied to alter role",
  confidence: "chosen",
};
const SET_OF_ROLE = unsupported("ALTER ROLE ... SET not supported", "chosen");
const OBJECT_TYPE = unsupported("unsupported object type in GRANT", "observed");
const SYSTEM_ENTITY = unsupported("feature not supported on system entity", "observed");

/** Recorded for databases; the others are inferred from what DSQL's grammar has. */
const REFUSED_OBJECT_TYPES: ReadonlySet<string> = new Set([
  "database",
  "foreign",
  "language",
  "large",
  "parameter",
  "tablespace",
]);
/** Behind a name: then the word before was no type of object. */
const BEHIND_NAME: ReadonlySet<string> = new Set(["to", "from", ",", ".", ""]);
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  "public",
  "sys",
  "pg_catalog",
  "information_schema",
]);

/** What is refused in a statement about roles or privileges, given all of its tokens. */
export function roleRefusal(
  sql: string,
  tokens: readonly Token[],
  words: Words,
): Refusal | undefined {
  if (PRIVILEGE_VERBS.includes(words[0] ?? "")) return privilegeRefusal(sql, tokens, words);
  const nameAt = matchWords(words, "create|alter role|user|group");
  if (nameAt === undefined) return undefined;
  const isAlter = words[0] === "alter";
  if (isAlter && identifierName(sql, tokens[nameAt]) === ADMIN_ROLE) return ADMIN_UNALTERABLE;
  if (isAlter && isSet(words, nameAt + 1)) return SET_OF_ROLE;
  return optionRefusal(words, nameAt + 1, isAlter ? "ALTER ROLE" : "CREATE ROLE");
}

/** `SET …` or `IN DATABASE name SET …`; the settings that DSQL does not have are refused before. */
function isSet(words: Words, from: number): boolean {
  return words[from] === "set" || (words[from] === "in" && words[from + 3] === "set");
}

function optionRefusal(words: Words, from: number, statement: string): Refusal | undefined {
  let at = from;
  for (;;) {
    const word = words[at] ?? "";
    const refused = REFUSED_OPTIONS.get(word);
    if (refused !== undefined) {
      return unsupported(`${refused} option not supported for ${statement}`, "chosen");
    }
    if (TAKEN_OPTIONS.has(word)) at += 1;
    else if (OPTIONS_WITH_ROLES.has(word)) at = behindNames(words, word === "in" ? at + 2 : at + 1);
    else return undefined;
  }
}

/** Position behind a list of names with commas between them. */
function behindNames(words: Words, from: number): number {
  let at = from + 1;
  while (words[at] === ",") at += 2;
  return at;
}

function privilegeRefusal(
  sql: string,
  tokens: readonly Token[],
  words: Words,
): Refusal | undefined {
  const on = findOutside(words, ["on"]);
  if (on === undefined || BEHIND_NAME.has(words[on + 2] ?? "")) {
    // A quoted name has no word either, but stands behind SCHEMA or DATABASE then.
    if (on === undefined || tokens[on + 2]?.kind !== "quoted-identifier") return undefined;
  }
  const type = words[on + 1] ?? "";
  if (REFUSED_OBJECT_TYPES.has(type)) return OBJECT_TYPE;
  if (type !== "schema") return undefined;
  const end = behindNames(words, on + 2);
  const names = tokens.slice(on + 2, end).map((token) => identifierName(sql, token) ?? "");
  return names.some((name) => SYSTEM_SCHEMAS.has(name)) ? SYSTEM_ENTITY : undefined;
}
