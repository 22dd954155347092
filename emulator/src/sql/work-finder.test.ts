import { describe, expect, test } from "vitest";
import { inspectQuery } from "./inspect-query.ts";
import type { StatementWork } from "./work-finder.ts";

/** Work and text of each statement that does something. */
function workOf(sql: string): string[] {
  return inspectQuery(sql).work.map(({ work, start, end }) => `${work} ${sql.slice(start, end)}`);
}

describe("what a statement does", () => {
  test.each<[string, StatementWork]>([
    ["CREATE TABLE t (n int)", "ddl"],
    ["create unique index async on t (n)", "ddl"],
    ["/**/ Create/**/Schema s CREATE TABLE t (n int)", "ddl"],
    ["CREATE ROLE r", "ddl"],
    ["CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; DELETE FROM t)", "ddl"],
    ["ALTER TABLE t ADD COLUMN b int, ALTER COLUMN b SET DEFAULT 1", "ddl"],
    ["DROP TABLE t", "ddl"],
    ["COMMENT ON TABLE t IS 'insert'", "ddl"],
    ["GRANT INSERT ON t TO r", "ddl"],
    ["REVOKE r FROM admin", "ddl"],
    ["AWS IAM GRANT r TO 'arn'", "ddl"],
    ["AWS IAM REVOKE r FROM 'arn'", "ddl"],
    ["INSERT INTO t VALUES (1)", "dml"],
    ["\n uPDATE t SET n = 1;", "dml"],
    ["DELETE FROM t -- all", "dml"],
    ["WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "dml"],
    ["with a as materialized (delete from t returning n) select * from a", "dml"],
    ["WITH a AS NOT MATERIALIZED (UPDATE t SET n = 1) TABLE a", "dml"],
    ["WITH a AS (SELECT 1), b AS (INSERT INTO t VALUES (1)) SELECT 1", "dml"],
    ["COPY t (n) FROM STDIN", "dml"],
    ["EXPLAIN ANALYZE DELETE FROM t", "dml"],
    ["EXPLAIN (COSTS off, ANALYZE) WITH a AS (SELECT 1) DELETE FROM t", "dml"],
    ["EXPLAIN (ANALYZE true, VERBOSE) UPDATE t SET n = 1", "dml"],
    ["COMMIT", "end"],
    ["END TRANSACTION", "end"],
    ["ROLLBACK AND CHAIN", "end"],
    ["rollback ;", "end"],
    ["abort", "end"],
  ])("%j: %s", (sql, expected) => {
    expect(inspectQuery(sql).work.map(({ work }) => work)).toEqual([expected]);
  });

  test.each([
    "",
    "SELECT 1",
    "SELECT * FROM t FOR UPDATE",
    "SELECT create, drop, 'insert' FROM commit",
    "VALUES (1)",
    "TABLE t",
    "WITH a AS (SELECT n FROM t FOR UPDATE) SELECT * FROM a",
    "WITH a AS (SELECT (update) FROM t) SELECT f(a) AS insert FROM a",
    "COPY t TO STDOUT",
    "COPY (SELECT 1 FROM t) TO STDOUT",
    "EXPLAIN INSERT INTO t VALUES (1)",
    "EXPLAIN VERBOSE DELETE FROM t",
    "EXPLAIN (ANALYZE false) DELETE FROM t",
    "EXPLAIN (ANALYZE off, VERBOSE) DELETE FROM t",
    "EXPLAIN ANALYZE SELECT 1",
    "BEGIN",
    "START TRANSACTION READ ONLY",
    "SET search_path = public",
    "SHOW search_path",
    "RESET ALL",
    "ANALYZE t",
    "CALL sys.wait_for_job('x')",
    "DEALLOCATE p",
    "CREATE TABLE t (n text DEFAULT 'x",
  ])("%j: nothing of the kind", (sql) => {
    expect(workOf(sql)).toEqual([]);
  });

  test("is found for each statement of a text, with its place", () => {
    expect(
      workOf("BEGIN; CREATE TABLE t (n int) /* ; */; SELECT 1;; INSERT INTO t VALUES (1); COMMIT"),
    ).toEqual(["ddl CREATE TABLE t (n int)", "dml INSERT INTO t VALUES (1)", "end COMMIT"]);
  });

  test("does not count when the statement never runs", () => {
    expect(workOf("CREATE TEMP TABLE t (n int); ROLLBACK TO s; DELETE FROM t")).toEqual([
      "dml DELETE FROM t",
    ]);
    expect(workOf("AWS IAM GRANT r FROM 'arn'")).toEqual([]);
  });
});
