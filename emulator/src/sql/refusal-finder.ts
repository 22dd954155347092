/** Finds the statements of a text that DSQL refuses, or that only DSQL has, token by token. */

import { isSessionParameter } from "../dsql/index.ts";
import { IAM_VERB, replaceIamStatement } from "./iam-statement.ts";
import { nextToken, startOfText } from "./lexer.ts";
import { type Refusal, type ReplacedStatement, unsupported } from "./refusal.ts";
import { PRIVILEGE_VERBS, roleRefusal } from "./refused-roles.ts";
import { settingNotSupported, settingRefusal } from "./refused-settings.ts";
import {
  bodyRefusal,
  copyRefusal,
  definesFunction,
  functionBody,
  languageRefusal,
  REFUSABLE_VERBS,
  statementRefusal,
} from "./refused-statements.ts";
import { createStatementBoundary } from "./statement-boundary.ts";
import { explainedAt } from "./statement-words.ts";
import type { Token } from "./token.ts";
import { identifierName, stringValue } from "./token-value.ts";

/** How deep function bodies that define functions are looked into. Our choice. */
const MAX_DEPTH = 3;
/** Tokens of one statement that are kept to look at. Our choice; real ones have a few hundred. */
const MAX_TOKENS = 50_000;
const TOO_LONG = unsupported(`a CREATE statement of more than ${MAX_TOKENS} tokens`, "chosen");

/** Takes the tokens of a text one after the other. */
export interface RefusalFinder {
  /** Takes the next token of a statement. */
  accept(token: Token): void;
  /** The statement is complete. */
  endStatement(): void;
  /** The refused ones among the complete statements, and those that are translated. */
  replaced(): readonly ReplacedStatement[];
  /**
   * The text has no end: what has to be replaced in it so that PostgreSQL says what is wrong, given
   * that it does not know the statement which is cut.
   */
  cutStatement(): readonly ReplacedStatement[];
}

/** Makes a finder for one text, before its first token. */
export function createRefusalFinder(sql: string, depth = 0): RefusalFinder {
  const replaced: ReplacedStatement[] = [];
  let start = -1;
  let end = 0;
  let tokens: Token[] | undefined;
  let isIam = false;
  let settingCall: Refusal | undefined;
  let parameterCount = 0;
  const followSettingCall = createSettingCallFollower(sql);

  return {
    replaced: () => replaced,
    accept: (token) => {
      if (start < 0) {
        start = token.start;
        isIam = depth === 0 && token.symbol === IAM_VERB;
        tokens = isIam || isLookedAt(token.symbol) ? [] : undefined;
      }
      end = token.end;
      if (tokens !== undefined && tokens.length <= MAX_TOKENS) tokens.push(token);
      if (token.kind === "parameter") {
        parameterCount = Math.max(parameterCount, Number(sql.slice(token.start + 1, token.end)));
      }
      settingCall ??= followSettingCall(token);
    },
    cutStatement: () =>
      isIam && tokens !== undefined ? [replaceIamStatement(sql, tokens, true)] : [],
    endStatement: () => {
      if (isIam && tokens !== undefined) {
        replaced.push(replaceIamStatement(sql, tokens, false));
      } else {
        const refusal = (tokens && refusalOf(sql, tokens, depth)) ?? settingCall;
        if (refusal !== undefined && start >= 0) {
          replaced.push({ ...refusal, start, end, parameterCount });
        }
      }
      start = -1;
      isIam = false;
      tokens = undefined;
      settingCall = undefined;
      parameterCount = 0;
    },
  };
}

function isLookedAt(verb: string): boolean {
  return REFUSABLE_VERBS.has(verb) || PRIVILEGE_VERBS.includes(verb);
}

/** Finds calls of `set_config` with the name of the setting as a literal. */
function createSettingCallFollower(sql: string): (token: Token) => Refusal | undefined {
  let progress: "none" | "name" | "parenthesis" = "none";
  let setting: string | undefined;
  return (token) => {
    const isWhole = token.symbol === "," || token.symbol === "::";
    const called = isWhole ? setting : undefined;
    setting = progress === "parenthesis" ? stringValue(sql, token) : undefined;
    if (progress === "name" && token.symbol === "(") progress = "parenthesis";
    else progress = isSetConfig(sql, token) ? "name" : "none";
    // Of the role `set_config` can do what SET LOCAL does.
    if (called === undefined || isSessionParameter(called) || called === "role") return undefined;
    return settingNotSupported(called);
  };
}

function isSetConfig(sql: string, token: Token): boolean {
  if (token.kind === "word") return token.symbol === "set_config";
  return token.kind === "quoted-identifier" && identifierName(sql, token) === "set_config";
}

function refusalOf(sql: string, tokens: readonly Token[], depth: number): Refusal | undefined {
  const words = tokens.map(({ symbol }) => symbol);
  const explained = explainedAt(words);
  if (explained > 0) return statementRefusal(words.slice(explained));
  return (
    statementRefusal(words) ??
    settingRefusal(sql, tokens, words) ??
    roleRefusal(sql, tokens, words) ??
    copyRefusal(tokens, words) ??
    (depth > 0 ? bodyRefusal(words) : undefined) ??
    (definesFunction(words) ? functionRefusal(sql, tokens, words, depth) : undefined)
  );
}

function functionRefusal(
  sql: string,
  tokens: readonly Token[],
  words: readonly string[],
  depth: number,
): Refusal | undefined {
  if (tokens.length > MAX_TOKENS || depth >= MAX_DEPTH) return TOO_LONG;
  const refusal = languageRefusal(sql, tokens, words);
  const body = refusal === undefined ? functionBody(sql, tokens, words) : undefined;
  return body === undefined ? refusal : firstRefusal(body, depth + 1);
}

/** The refusal of the first refused statement in the body of a function. */
function firstRefusal(body: string, depth: number): Refusal | undefined {
  const finder = createRefusalFinder(body, depth);
  const boundary = createStatementBoundary();
  const cursor = startOfText(body);
  for (let token = nextToken(cursor); token !== undefined; token = nextToken(cursor)) {
    if (boundary.isEnd(token)) finder.endStatement();
    else finder.accept(token);
  }
  finder.endStatement();
  const [first] = finder.replaced();
  return first === undefined || "text" in first ? undefined : first;
}
