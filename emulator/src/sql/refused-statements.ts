/**
 * The statements that DSQL refuses as a whole, by how they begin, with its answers. The texts drift
 * from release to release of the service, the SQLSTATE does not: a correction is one line here.
 *
 * `observed` texts are recordings published by Dreamescaper/dsql-emulator,
 * winebarrel/pistachio, yoshuacas/pgrest-lambda and awslabs; where only the refusal was recorded,
 * the text is `inferred` from the name of the node in PostgreSQL's parse tree, which DSQL shows for
 * the others.
 *
 * @see https://github.com/Dreamescaper/dsql-emulator
 * @see https://github.com/awslabs/aurora-dsql-tools
 */

import { type Refusal, type RefusalConfidence, unsupported } from "./refusal.ts";
import { findOutside, matchWords, type Words } from "./statement-words.ts";
import type { Token } from "./token.ts";
import { identifierName, stringValue } from "./token-value.ts";

interface RefusalRule {
  /** As `matchWords` takes it. */
  readonly beginning: string;
  /** Words that must follow each other anywhere outside of parentheses, too. */
  readonly contains?: readonly string[];
  readonly message: string;
  readonly confidence: RefusalConfidence;
}

function node(
  beginning: string,
  name: string,
  confidence: RefusalConfidence = "observed",
  contains?: readonly string[],
): RefusalRule {
  return text(beginning, `unsupported statement: ${name}`, confidence, contains);
}

function text(
  beginning: string,
  message: string,
  confidence: RefusalConfidence = "observed",
  contains?: readonly string[],
): RefusalRule {
  return contains === undefined
    ? { beginning, message, confidence }
    : { beginning, message, confidence, contains };
}

const TABLE_PERSISTENCE = "global|local? temp|temporary|unlogged?";

/** In this order; the first that fits counts. */
const RULES: readonly RefusalRule[] = [
  node("truncate", "Truncate"),
  node("create extension", "CreateExtension"),
  text("create or? replace? constraint? trigger", "CREATE TRIGGER not supported"),
  node("create database", "Createdb"),
  node("create materialized view", "CreateTableAs"),
  node(`create ${TABLE_PERSISTENCE} table`, "CreateTableAs", "observed", ["as"]),
  text(
    "create global|local? temp|temporary table",
    "TEMPORARY or TEMP table not supported for CREATE TABLE",
  ),
  text(
    "create or? replace? temp|temporary recursive? view",
    "TEMPORARY or TEMP view not supported for CREATE VIEW",
    "inferred",
  ),
  text("create unlogged table", "UNLOGGED table not supported for CREATE TABLE"),
  text("create table", "PARTITION BY clause not supported for CREATE TABLE", "observed", [
    "partition",
    "by",
  ]),
  text("create table", "PARTITION OF clause not supported for CREATE TABLE", "observed", [
    "partition",
    "of",
  ]),
  text("create type", "CREATE TYPE not supported", "observed", ["as", "enum"]),
  node("create type", "CreateRange", "observed", ["as", "range"]),
  node("create type", "CompositeType", "observed", ["as", "("]),
  text("alter type", "ALTER TYPE not supported", "observed", ["add", "value"]),
  text("alter type", "unsupported object in RENAME statement", "observed", ["rename", "to"]),
  text("drop type", "unsupported object in DROP statement"),
  node("create tablespace", "CreateTableSpace"),
  node("create foreign table", "CreateForeignTable"),
  node("create server", "CreateForeignServer", "inferred"),
  node("create foreign data wrapper", "CreateFdw", "inferred"),
  node("create user mapping", "CreateUserMapping", "inferred"),
  node("create publication", "CreatePublication", "inferred"),
  node("create subscription", "CreateSubscription", "inferred"),
  node("create event trigger", "CreateEventTrig", "inferred"),
  node("create access method", "CreateAm", "inferred"),
  node("create or? replace? trusted? procedural? language", "CreatePLang", "inferred"),
  node("create cast", "CreateCast", "inferred"),
  node("security label", "SecLabel", "inferred"),
  node("checkpoint", "CheckPoint", "inferred"),
  node("create policy", "CreatePolicy"),
  text("alter table", "unsupported ALTER TABLE ENABLE ROW SECURITY statement", "observed", [
    "enable",
    "row",
    "level",
    "security",
  ]),
  node("create text search configuration|dictionary", "Define"),
  node("create or? replace? aggregate", "Define", "inferred"),
  node("alter text search configuration", "AlterTSConfiguration"),
  text("create or? replace? procedure", "CREATE PROCEDURE not supported", "inferred"),
  text("vacuum", "unsupported VACUUM statement"),
  node("listen", "Listen"),
  node("notify", "Notify"),
  node("unlisten", "Unlisten"),
  node("alter system", "AlterSystem"),
  node("do", "Do"),
  node("declare", "DeclareCursor"),
  node("lock", "Lock"),
  text("merge", "unsupported statement type: MERGE"),
  text("with", "unsupported statement type: MERGE", "observed", ["merge", "into"]),
  text("savepoint", "unsupported transaction statement: SAVEPOINT"),
  text("rollback work|transaction? to", "unsupported transaction statement: ROLLBACK TO"),
  text("release", "unsupported transaction statement: RELEASE", "inferred"),
  text("prepare transaction", "unsupported transaction statement: PREPARE TRANSACTION", "inferred"),
  node("prepare", "Prepare", "inferred"),
  node("execute", "Execute", "inferred"),
  node("discard", "Discard", "inferred"),
  node("load", "Load", "inferred"),
];

const DEALLOCATE_IN_BODY = unsupported("unsupported statement: Deallocate", "chosen");
const ROLE_IN_BODY = unsupported("roles cannot be changed in functions", "chosen");
const COPY_OF_FILE = unsupported("unsupported statement: Copy", "inferred");

/** First words of the statements that are looked at; all others are DSQL's too. */
export const REFUSABLE_VERBS: ReadonlySet<string> = new Set([
  ...RULES.map(({ beginning }) => beginning.split(" ", 1)[0] ?? ""),
  ...["begin", "start", "set", "reset", "copy", "deallocate", "explain"],
]);

/** The refusal of a statement by its beginning and clauses, function bodies left out. */
export function statementRefusal(words: Words): Refusal | undefined {
  const rule = RULES.find(
    ({ beginning, contains }) =>
      matchWords(words, beginning) !== undefined &&
      (contains === undefined || findOutside(words, contains) !== undefined),
  );
  return rule === undefined ? undefined : unsupported(rule.message, rule.confidence);
}

/** The refusal of a COPY that names a file of the server or a program. */
export function copyRefusal(tokens: readonly Token[], words: Words): Refusal | undefined {
  if (words[0] !== "copy") return undefined;
  const direction = findOutside(words, ["from"]) ?? findOutside(words, ["to"]);
  if (direction === undefined) return undefined;
  const isFile = tokens[direction + 1]?.kind === "string" || words[direction + 1] === "program";
  return isFile ? COPY_OF_FILE : undefined;
}

/** Whether the statement defines a function. */
export function definesFunction(words: Words): boolean {
  return matchWords(words, "create or? replace? function|procedure") !== undefined;
}

/** The refusal of a function in another language than SQL. */
export function languageRefusal(
  sql: string,
  tokens: readonly Token[],
  words: Words,
): Refusal | undefined {
  const at = findOutside(words, ["language"]);
  const token = at === undefined ? undefined : tokens[at + 1];
  const language = identifierName(sql, token) ?? stringValue(sql, token);
  if (language === undefined || language === "sql") return undefined;
  return unsupported(`CREATE FUNCTION with language ${language} not supported`, "observed");
}

/** The text of the function that a statement defines, when it is a string. */
export function functionBody(
  sql: string,
  tokens: readonly Token[],
  words: Words,
): string | undefined {
  const at = words.findIndex(
    (word, index) => word === "as" && tokens[index + 1]?.kind === "string",
  );
  return at < 0 ? undefined : stringValue(sql, tokens[at + 1]);
}

/** What is refused only in the body of a function: other sessions would notice it too late or too early. */
export function bodyRefusal(words: Words): Refusal | undefined {
  if (words[0] === "deallocate") return DEALLOCATE_IN_BODY;
  return matchWords(words, "create|alter|drop role|user|group") === undefined
    ? undefined
    : ROLE_IN_BODY;
}
