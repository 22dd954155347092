/**
 * Finds in an SQL text, and in the bodies of the functions that it defines, what may change a
 * setting of the session. In doubt it finds something: that costs time, a miss costs the isolation
 * of sessions that share an engine.
 */

import type { Token } from "./token.ts";
import { tokenize } from "./tokenize.ts";
import { identifierName, stringValue } from "./token-value.ts";

/** Names of functions that set a setting, or that run SQL whose text is computed. */
const SUSPICIOUS_NAME = /set_config|^(?:query_to_xml.*|ts_stat|ts_rewrite)$/i;

/** In SQL and PL/pgSQL a statement begins behind one of these, or at the start of the text. */
const BEFORE_STATEMENT: ReadonlySet<string> = new Set([
  ";",
  "begin",
  "atomic",
  "then",
  "else",
  "loop",
]);

/** ALTER of these takes SET and RESET for settings; for others they mean something else. */
const ALTERED_WITH_SETTINGS: ReadonlySet<string> = new Set([
  "role",
  "user",
  "group",
  "database",
  "system",
  "function",
  "procedure",
  "routine",
]);

/** Function bodies that define functions are looked into so deep. Our choice. */
const MAX_DEPTH = 3;

/** Whether the text may change a setting, or define something that does. */
export function findSettingChange(sql: string, depth = 0): boolean {
  if (depth > MAX_DEPTH || hasHalfCharacter(sql)) return true;
  const { tokens, isTerminated } = tokenize(sql);
  if (!isTerminated) return true;
  let definition: "none" | "routine" | "settings" = "none";
  let namesPgSettings = false;
  let mayUpdate = false;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.kind === "string") {
      if (definition === "routine" && findSettingChange(stringValue(sql, token) ?? "", depth + 1)) {
        return true;
      }
      continue;
    }
    if (token.kind === "punctuation" && token.symbol === ";") definition = "none";
    if (token.kind !== "word" && token.kind !== "quoted-identifier") continue;
    const name = identifierName(sql, token) ?? "";
    if (SUSPICIOUS_NAME.test(name)) return true;
    namesPgSettings ||= name === "pg_settings";
    mayUpdate ||= token.symbol === "update" || token.symbol === "create";
    if (namesPgSettings && mayUpdate) return true;
    if (changesSettings(tokens, index, definition)) return true;
    if (token.symbol === "create" || token.symbol === "alter") {
      definition = definitionAt(tokens, index);
    }
  }
  return false;
}

/** Whether an escape may be half of a character: its extent depends on the client's encoding. */
function hasHalfCharacter(sql: string): boolean {
  return /[\x80-\xff]\\/.test(sql);
}

function changesSettings(tokens: readonly Token[], index: number, definition: string): boolean {
  switch (tokens[index]?.symbol) {
    case "set":
    case "reset":
      return definition !== "none" || beginsStatement(tokens, index);
    case "discard":
      return beginsStatement(tokens, index);
    case "execute":
      return tokens[index + 1]?.symbol !== "on";
    case "do":
      return tokens[index + 1]?.kind === "string" || tokens[index + 1]?.symbol === "language";
    default:
      return false;
  }
}

function beginsStatement(tokens: readonly Token[], index: number): boolean {
  const previous = tokens[index - 1];
  if (previous === undefined) return true;
  // Behind a label of PL/pgSQL, `<<label>>`.
  return BEFORE_STATEMENT.has(previous.symbol) || previous.symbol.endsWith(">>");
}

function definitionAt(tokens: readonly Token[], index: number): "none" | "routine" | "settings" {
  const isReplacing = tokens[index + 1]?.symbol === "or" && tokens[index + 2]?.symbol === "replace";
  const object = tokens[index + (isReplacing ? 3 : 1)]?.symbol ?? "";
  if (tokens[index]?.symbol === "alter") {
    return ALTERED_WITH_SETTINGS.has(object) ? "settings" : "none";
  }
  return object === "function" || object === "procedure" ? "routine" : "none";
}
