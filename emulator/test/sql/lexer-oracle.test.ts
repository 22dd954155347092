/**
 * The lexer and the statement splitter against PostgreSQL's own, on random texts from a fixed seed.
 * Both see the same bytes: PostgreSQL as UTF-8, ours one character per byte.
 */

import { loadModule, parseSync, scanSync, type ScanToken } from "libpg-query";
import { beforeAll, describe, expect, test } from "vitest";
import {
  inspectQuery,
  splitStatements,
  type StatementWork,
  tokenize,
} from "../../src/sql/index.ts";
import { randomBatch, randomTokens } from "./random-sql.ts";

const SEED = 20_260_101;

/**
 * libpg-query's lexer makes tokens of comments, and so cannot continue a string behind one;
 * PostgreSQL can, which a unit test of the lexer covers.
 */
const COMMENT_BETWEEN_STRINGS = /'\s*--[^\n\r]*[\n\r](?:\s|--[^\n\r]*[\n\r])*'/;

const toBytes = (sql: string): string => Buffer.from(sql, "utf8").toString("latin1");
const fromBytes = (sql: string): string => Buffer.from(sql, "latin1").toString("utf8");

/** Start and end in bytes of each token; undefined when PostgreSQL's lexer refuses the text. */
function scannedExtents(sql: string): [number, number][] | undefined {
  let tokens: readonly ScanToken[];
  try {
    ({ tokens } = scanSync(sql));
  } catch {
    return undefined;
  }
  const extents: [number, number][] = [];
  const relevant = tokens.filter(({ tokenName }) => !tokenName.endsWith("_COMMENT"));
  for (let index = 0; index < relevant.length; index++) {
    const [token, uescape, escape] = relevant.slice(index, index + 3);
    if (token === undefined) break;
    const isJoined =
      /^u&/i.test(token.text) &&
      uescape?.keywordName === "UNRESERVED_KEYWORD" &&
      uescape.text.toLowerCase() === "uescape" &&
      escape?.tokenName === "SCONST";
    extents.push([token.start, isJoined ? escape.end : token.end]);
    // PostgreSQL's parser joins them; the tree of `scan` is from before that.
    if (isJoined) index += 2;
  }
  return extents;
}

/** Texts of the statements; undefined when PostgreSQL's parser refuses the text. */
function parsedStatements(sql: string): string[] | undefined {
  let statements: readonly { stmt_location?: number; stmt_len?: number }[];
  try {
    statements = parseSync(sql).stmts ?? [];
  } catch {
    return undefined;
  }
  const bytes = toBytes(sql);
  return statements.map(({ stmt_location: start = 0, stmt_len: length }) =>
    bytes.slice(start, length === undefined || length === 0 ? undefined : start + length),
  );
}

/** The statements' trees as JSON; undefined when PostgreSQL's parser refuses the text. */
function parsedTree(sql: string): string[] | undefined {
  try {
    return (parseSync(sql).stmts ?? []).map((statement) => JSON.stringify(statement));
  } catch {
    return undefined;
  }
}

/** By PostgreSQL's names of nodes; what the emulator refuses as a whole is left out. */
const WORK_OF_NODE: Readonly<Record<string, StatementWork>> = {
  CreateStmt: "ddl",
  CreateFunctionStmt: "ddl",
  RuleStmt: "ddl",
  ViewStmt: "ddl",
  AlterTableStmt: "ddl",
  AlterRoleSetStmt: "ddl",
  AlterDatabaseSetStmt: "ddl",
  DropStmt: "ddl",
  CommentStmt: "ddl",
  GrantStmt: "ddl",
  GrantRoleStmt: "ddl",
  CreateRoleStmt: "ddl",
  IndexStmt: "ddl",
  InsertStmt: "dml",
  UpdateStmt: "dml",
  DeleteStmt: "dml",
};

/** What the statement of this tree does, by the names of nodes. */
function workOfTree(tree: string): StatementWork | undefined {
  const node = /^\{"stmt":\{"(\w+)"/.exec(tree)?.[1] ?? "";
  if (node === "TransactionStmt") {
    return /"kind":"TRANS_STMT_(?:COMMIT|ROLLBACK)"/.test(tree) ? "end" : undefined;
  }
  if (node === "CopyStmt") return tree.includes('"is_from":true') ? "dml" : undefined;
  if (node === "SelectStmt") return /"(?:Insert|Update|Delete)Stmt"/.test(tree) ? "dml" : undefined;
  return WORK_OF_NODE[node];
}

const CHANGES_SETTINGS =
  /"(?:VariableSetStmt|DiscardStmt|ExecuteStmt|DoStmt|AlterRoleSetStmt|AlterDatabaseSetStmt)"|"sval":"set_config"/;

/** Its tokens one behind the other, so that blanks and comments around a statement do not count. */
const essence = (sql: string): string =>
  tokenize(sql)
    .tokens.map(({ start, end }) => sql.slice(start, end))
    .join("\n");

const COMMENT = "/**/";

describe("the lexer, compared with PostgreSQL's", () => {
  beforeAll(loadModule);

  test("finds the same tokens in random texts", () => {
    let compared = 0;
    for (const sql of randomTokens(SEED, 4000)) {
      if (COMMENT_BETWEEN_STRINGS.test(sql)) continue;
      const expected = scannedExtents(sql);
      if (expected === undefined) continue;
      compared++;
      const { tokens, isTerminated } = tokenize(toBytes(sql));
      const found = tokens.map(({ start, end }) => [start, end]);
      expect({ sql, isTerminated, found }).toEqual({ sql, isTerminated: true, found: expected });
    }
    expect(compared).toBeGreaterThan(1500);
  });

  test("cuts random batches into the same statements", () => {
    let compared = 0;
    for (const sql of randomBatch(SEED, 3000)) {
      if (COMMENT_BETWEEN_STRINGS.test(sql)) continue;
      const expected = parsedStatements(sql);
      if (expected === undefined) continue;
      compared++;
      const { statements } = splitStatements(toBytes(sql));
      expect({ sql, texts: statements.map(({ text }) => essence(text)) }).toEqual({
        sql,
        texts: expected.map(essence),
      });
      expect({ sql, count: inspectQuery(toBytes(sql)).statementCount }).toEqual({
        sql,
        count: expected.length,
      });
    }
    expect(compared).toBeGreaterThan(1500);
  });

  test("finds every COPY, and every change of settings, that is in PostgreSQL's tree", () => {
    const seen = { none: 0, only: 0, "among-others": 0, changes: 0 };
    for (const sql of randomBatch(SEED + 2, 3000)) {
      if (COMMENT_BETWEEN_STRINGS.test(sql)) continue;
      const tree = parsedTree(sql);
      if (tree === undefined) continue;
      const facts = inspectQuery(toBytes(sql));
      const copies = tree.filter((statement) => statement.startsWith('{"stmt":{"CopyStmt"'));
      const hasCopyIn = copies.some(
        (copy) => copy.includes('"is_from":true') && !copy.includes('"filename"'),
      );
      const onlyOrOthers = tree.length === 1 ? "only" : "among-others";
      const copyFromStdin = hasCopyIn ? onlyOrOthers : "none";
      expect({ sql, copyFromStdin: facts.copyFromStdin }).toEqual({ sql, copyFromStdin });
      seen[copyFromStdin]++;
      const changes = tree.some((statement) => CHANGES_SETTINGS.test(statement));
      if (!changes) continue;
      expect({ sql, mayChange: facts.mayChangeSettings }).toEqual({ sql, mayChange: true });
      seen.changes++;
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  test("finds what each statement does to its transaction, as PostgreSQL's tree has it", () => {
    const seen = { ddl: 0, dml: 0, end: 0 };
    for (const sql of randomBatch(SEED + 4, 3000)) {
      if (COMMENT_BETWEEN_STRINGS.test(sql)) continue;
      const tree = parsedTree(sql);
      const { replaced, work } = inspectQuery(toBytes(sql));
      // Refused statements have no work, and are found by their text alone.
      if (tree === undefined || replaced.length > 0) continue;
      const expected = tree.map(workOfTree).filter((one) => one !== undefined);
      expect({ sql, work: work.map((one) => one.work) }).toEqual({ sql, work: expected });
      for (const one of expected) seen[one]++;
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });

  test("finds without lexing only what it finds with lexing", () => {
    for (const texts of [randomBatch(SEED + 3, 3000), randomTokens(SEED + 3, 3000)]) {
      for (const sql of texts) {
        const bytes = toBytes(sql);
        if (!tokenize(bytes).isTerminated) continue;
        // A comment at the start keeps a text from the short way.
        const lexed = inspectQuery(`${COMMENT}${bytes}`);
        const short = inspectQuery(bytes);
        const replaced = lexed.replaced.map((statement) => ({
          ...statement,
          start: statement.start - COMMENT.length,
          end: statement.end - COMMENT.length,
        }));
        const work = lexed.work.map(({ start, ...rest }, index) => ({
          ...rest,
          start: start - COMMENT.length,
          // The short way takes what stands behind a single statement with it.
          end: short.work[index]?.end,
        }));
        expect({ sql, facts: short }).toEqual({ sql, facts: { ...lexed, replaced, work } });
      }
    }
  });

  test("leaves the bytes of each statement as they are", () => {
    for (const sql of randomBatch(SEED + 1, 500)) {
      for (const { text, start, end } of splitStatements(toBytes(sql)).statements) {
        expect(fromBytes(text)).toBe(fromBytes(toBytes(sql).slice(start, end)));
      }
    }
  });
});
