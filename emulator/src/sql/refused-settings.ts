/**
 * Finds what DSQL refuses in the statements about settings and transaction modes: settings outside
 * of its list, isolation levels that it does not have.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/accessing.html
 */

import { isSessionParameter } from "../dsql/index.ts";
import { type Refusal, unsupported } from "./refusal.ts";
import { findOutside, type Words } from "./statement-words.ts";
import type { Token } from "./token.ts";
import { identifierName } from "./token-value.ts";

/** SET of these is no SET of a setting of that name. */
const OTHER_SETS: ReadonlySet<string> = new Set(["constraints", "names", "catalog", "schema"]);
const BEHIND_NAME: ReadonlySet<string> = new Set(["=", "to", "from"]);

/** The refusal of a setting that DSQL does not have, by its name as written. */
export function settingNotSupported(name: string): Refusal {
  return unsupported(`setting configuration parameter "${name}" not supported`, "observed");
}

/** What is refused in a BEGIN, START TRANSACTION, SET or RESET, given all of its tokens. */
export function settingRefusal(
  sql: string,
  tokens: readonly Token[],
  words: Words,
): Refusal | undefined {
  switch (words[0]) {
    case "begin":
    case "start":
      return isolationRefusal(words);
    case "reset":
      return resetRefusal(sql, tokens, words);
    case "set":
      return setRefusal(sql, tokens, words);
    case "alter":
    case "create":
      return clauseRefusal(sql, tokens, words);
    default:
      return undefined;
  }
}

function setRefusal(sql: string, tokens: readonly Token[], words: Words): Refusal | undefined {
  const at = afterScope(words);
  const head = words[at] ?? "";
  const next = words[at + 1] ?? "";
  if (head === "session" && next === "authorization") {
    return words[at + 2] === "default" ? undefined : settingNotSupported("session_authorization");
  }
  if (head === "session" && next === "characteristics") return isolationRefusal(words);
  if (!BEHIND_NAME.has(next) && next !== ".") {
    if (OTHER_SETS.has(head) || (head === "time" && next === "zone")) return undefined;
    if (head === "transaction")
      return isolationRefusal(words) ?? settingNotSupported("TRANSACTION");
    if (head === "xml" && next === "option") return settingNotSupported("xmloption");
    if (head === "role") return roleRefusal(words);
  }
  const { name, end } = settingName(sql, tokens, at);
  if (name === undefined || !BEHIND_NAME.has(words[end] ?? "")) return undefined;
  if (name === "role") return roleRefusal(words);
  return isSessionParameter(name) ? undefined : settingNotSupported(name);
}

/** Position behind SET, SET SESSION or SET LOCAL. */
function afterScope(words: Words): number {
  if (words[1] === "local") return 2;
  const isScope =
    words[1] === "session" && !/^(?:authorization|characteristics)$/.test(words[2] ?? "");
  return isScope ? 2 : 1;
}

/** DSQL documents SET LOCAL for the role, and nothing else. */
function roleRefusal(words: Words): Refusal | undefined {
  return words[1] === "local" ? undefined : settingNotSupported("role");
}

function resetRefusal(sql: string, tokens: readonly Token[], words: Words): Refusal | undefined {
  if (words[1] === "all" || words[1] === "role") return undefined;
  const { name, end } = settingName(sql, tokens, 1);
  if (name === undefined || end < tokens.length || isSessionParameter(name)) return undefined;
  return settingNotSupported(name);
}

/** What ALTER ROLE, ALTER FUNCTION … and CREATE FUNCTION may have a SET clause for. */
const WITH_SET_CLAUSE =
  /^(?:alter (?:role|user|database|function|procedure|routine)|create (?:or replace )?(?:function|procedure)) /;

/** The SET clause of a role, a database or a function; the engine keeps some settings for itself. */
function clauseRefusal(sql: string, tokens: readonly Token[], words: Words): Refusal | undefined {
  if (!WITH_SET_CLAUSE.test(`${words.slice(0, 4).join(" ")} `)) return undefined;
  const bodyStart = findOutside(words, ["begin"]) ?? findOutside(words, ["return"]);
  const at = findOutside(words.slice(0, bodyStart), ["set"]);
  if (at === undefined) return undefined;
  const { name, end } = settingName(sql, tokens, at + 1);
  if (name === undefined || !BEHIND_NAME.has(words[end] ?? "")) return undefined;
  return isSessionParameter(name) ? undefined : settingNotSupported(name);
}

/** A name, perhaps with dots, and the position behind it. */
function settingName(
  sql: string,
  tokens: readonly Token[],
  from: number,
): { readonly name: string | undefined; readonly end: number } {
  let name = identifierName(sql, tokens[from]);
  let end = from + 1;
  while (name !== undefined && tokens[end]?.symbol === ".") {
    const part = identifierName(sql, tokens[end + 1]);
    name = part === undefined ? undefined : `${name}.${part}`;
    end += 2;
  }
  return { name, end };
}

/** Every level but REPEATABLE READ. */
function isolationRefusal(words: Words): Refusal | undefined {
  const at = findOutside(words, ["isolation", "level"]);
  if (at === undefined) return undefined;
  const first = words[at + 2] ?? "";
  const level = first === "serializable" ? first : `${first} ${words[at + 3] ?? ""}`;
  if (!/^(?:serializable|read committed|read uncommitted)$/.test(level)) return undefined;
  return unsupported(`Unsupported isolation level: ${level.toUpperCase()}`, "observed");
}
