import { describe, expect, test } from "vitest";
import { inspectQuery } from "./inspect-query.ts";
import { replaceInPlace } from "./replace-in-place.ts";
import { ruleText, type TransactionWork, workRefusal } from "./transaction-rule.ts";

const MULTIPLE = "multiple ddl statements not supported in a transaction";
const MIXED = "ddl and dml are not supported in the same transaction";

const refusing = (message: string): string =>
  `SELECT pg_catalog.dsql_emulator_refuse('0A000', '${message}')`;

/** The text as the engine gets it, and what its transaction has had then. */
function ruled(sql: string, before: TransactionWork): [string, TransactionWork] {
  const { replaced, after } = ruleText(inspectQuery(sql), before);
  return [replaceInPlace(sql, replaced), after];
}

describe("a text that keeps the rule stays as it is", () => {
  test.each<[TransactionWork, string, TransactionWork]>([
    ["none", "SELECT 1", "none"],
    ["none", "CREATE TABLE t (n int)", "ddl"],
    ["none", "INSERT INTO t VALUES (1)", "dml"],
    ["none", "SELECT 1; CREATE TABLE t (n int); SELECT 2", "ddl"],
    ["none", "INSERT INTO t VALUES (1); DELETE FROM t; SELECT 1", "dml"],
    ["none", "BEGIN; DROP TABLE t; COMMIT; DELETE FROM u", "dml"],
    ["ddl", "SELECT 1", "ddl"],
    ["ddl", "COMMIT; CREATE TABLE t (n int)", "ddl"],
    ["ddl", "ROLLBACK; DELETE FROM t; COMMIT", "none"],
    ["dml", "UPDATE t SET n = 1", "dml"],
    ["dml", "END; DROP TABLE t", "ddl"],
  ])("behind %s: %j", (before, sql, after) => {
    expect(ruled(sql, before)).toEqual([sql, after]);
  });
});

describe("the first statement that breaks the rule is replaced by its error", () => {
  test.each<[TransactionWork, string, string]>([
    ["none", "CREATE TABLE t (n int); DROP TABLE u; DROP TABLE v", "DROP TABLE u"],
    ["none", "BEGIN; GRANT r TO a; AWS IAM GRANT r TO 'arn'", "AWS IAM GRANT r TO 'arn'"],
    ["ddl", "SELECT 1; CREATE TABLE t (n int); COMMIT", "CREATE TABLE t (n int)"],
  ])("behind %s: a second DDL statement in %j", (before, sql, broken) => {
    expect(ruled(sql, before)[0]).toBe(sql.replace(broken, refusing(MULTIPLE)));
  });

  test.each<[TransactionWork, string, string]>([
    ["none", "CREATE TABLE t (n int); INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"],
    ["none", "DELETE FROM t; BEGIN; DROP TABLE t", "DROP TABLE t"],
    ["ddl", "UPDATE t SET n = 1", "UPDATE t SET n = 1"],
    ["dml", "ALTER TABLE t ADD COLUMN b int; COMMIT", "ALTER TABLE t ADD COLUMN b int"],
  ])("behind %s: the other kind in %j", (before, sql, broken) => {
    expect(ruled(sql, before)[0]).toBe(sql.replace(broken, refusing(MIXED)));
  });

  test("besides what is refused for itself", () => {
    expect(ruled("DELETE FROM t; LISTEN x; DROP TABLE t", "none")[0]).toBe(
      `DELETE FROM t; ${refusing("unsupported statement: Listen")}; ${refusing(MIXED)}`,
    );
  });
});

test("only DDL behind DML is not recorded", () => {
  const confidence = (before: TransactionWork, work: "ddl" | "dml"): string | undefined =>
    workRefusal(before, work)?.confidence;
  expect([confidence("ddl", "ddl"), confidence("ddl", "dml"), confidence("dml", "ddl")]).toEqual([
    "observed",
    "observed",
    "inferred",
  ]);
});
