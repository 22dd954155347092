/**
 * Finds in the tokens of an SQL text, and in the bodies of the functions that it defines, what
 * reaches beyond the statement: changes of settings and roles, and the removal of all prepared
 * statements. In doubt it finds something: that costs time, a miss costs the isolation of sessions
 * that share an engine.
 */

import { nextToken, startOfText } from "./lexer.ts";
import type { Token } from "./token.ts";
import { identifierName, stringValue } from "./token-value.ts";

/** Takes the tokens of a text one after the other. */
export interface EffectFinder {
  /** Takes the next token of the text. */
  accept(token: Token): void;
  /** Whether what it has got so far may change a setting or a role, or define something that does. */
  mayChangeSettings(): boolean;
  /** Whether what it has got so far removes all prepared statements. */
  deallocatesAll(): boolean;
}

/** Names of functions that set a setting, or that run SQL whose text is computed. */
const SUSPICIOUS_NAME = /set_config|^(?:query_to_xml.*|ts_stat|ts_rewrite)$/i;

/** In SQL and PL/pgSQL a statement begins behind one of these, or at the start of the text. */
const BEFORE_STATEMENT: ReadonlySet<string> = new Set([
  "",
  ";",
  "begin",
  "atomic",
  "then",
  "else",
  "loop",
]);

/** A role, a user or a group behind one of these. */
const CHANGES_ROLES: ReadonlySet<string> = new Set(["create", "alter", "drop"]);

/** ALTER of these takes SET and RESET for settings; for others they mean something else. */
const ALTERED_WITH_SETTINGS: ReadonlySet<string> = new Set([
  "role",
  "user",
  "database",
  "system",
  "function",
  "procedure",
  "routine",
]);

/** How deep function bodies that define functions are looked into. Our choice. */
const MAX_DEPTH = 3;

/** Stands for the symbol of a token that has none, so that it differs from the start of the text. */
const NO_SYMBOL = "\0";

/** Makes a finder for one text, before its first token. */
export function createEffectFinder(sql: string, depth = 0): EffectFinder {
  let changesSettings = depth > MAX_DEPTH || hasHalfCharacter(sql);
  let deallocates = false;
  let definition: "none" | "routine" | "settings" = "none";
  let parentheses = 0;
  let namesPgSettings = false;
  let updatesOrCreates = false;
  let [beforeThat, beforePrevious, previous] = ["", "", ""];

  function acceptWord(token: Token): boolean {
    const { symbol } = token;
    const name = identifierName(sql, token) ?? "";
    namesPgSettings ||= name === "pg_settings";
    updatesOrCreates ||= symbol === "update" || symbol === "create";
    if (SUSPICIOUS_NAME.test(name) || (namesPgSettings && updatesOrCreates)) return true;
    switch (symbol) {
      case "set":
      case "reset":
        return definition !== "none" || isStatementStart();
      case "discard":
      case "aws":
        return isStatementStart();
      case "role":
      case "user":
      case "group":
        return CHANGES_ROLES.has(previous);
      case "language":
        return previous === "do";
      case "all":
        deallocates ||= followsDeallocate();
    }
    return false;
  }

  /** Also behind a label of PL/pgSQL, `<<label>>`. */
  function isStatementStart(): boolean {
    return BEFORE_STATEMENT.has(previous) || previous.endsWith(">>");
  }

  function followsDeallocate(): boolean {
    const verb = previous === "prepare" ? beforePrevious : previous;
    return verb === "deallocate" || verb === "discard";
  }

  /** The string is the text of a DO, or in the definition of a function, perhaps as its body. */
  function acceptString(token: Token): boolean {
    if (previous !== "do" && definition !== "routine") return false;
    const body = stringValue(sql, token) ?? "";
    const finder = createEffectFinder(body, depth + 1);
    const cursor = startOfText(body);
    for (let inner = nextToken(cursor); inner !== undefined; inner = nextToken(cursor)) {
      finder.accept(inner);
    }
    deallocates ||= finder.deallocatesAll();
    return previous === "do" || cursor.isStuck || finder.mayChangeSettings();
  }

  function followDefinition(symbol: string): void {
    if (symbol === "(") parentheses++;
    else if (symbol === ")") parentheses--;
    else if (symbol === ";") definition = "none";
    else if (symbol === "atomic" && previous === "begin" && parentheses === 0) definition = "none";
    else if (previous === "alter" && ALTERED_WITH_SETTINGS.has(symbol)) definition = "settings";
    else if ((symbol === "function" || symbol === "procedure") && followsCreate()) {
      definition = "routine";
      parentheses = 0;
    }
  }

  function followsCreate(): boolean {
    const isReplacing = previous === "replace" && beforePrevious === "or";
    return (isReplacing ? beforeThat : previous) === "create";
  }

  return {
    mayChangeSettings: () => changesSettings,
    deallocatesAll: () => deallocates,
    accept: (token) => {
      const { kind, symbol } = token;
      // EXECUTE ON is a privilege; every other one runs what cannot be seen here.
      if (previous === "execute" && symbol !== "on") changesSettings = true;
      if (kind === "string") changesSettings = acceptString(token) || changesSettings;
      else if (kind === "word" || kind === "quoted-identifier") {
        changesSettings = acceptWord(token) || changesSettings;
      }
      followDefinition(symbol);
      beforeThat = beforePrevious;
      beforePrevious = previous;
      previous = symbol === "" ? NO_SYMBOL : symbol;
    },
  };
}

/** Whether an escape may be half of a character: then the client's encoding decides what it is. */
function hasHalfCharacter(sql: string): boolean {
  return /[\x80-\xff]\\/.test(sql);
}
