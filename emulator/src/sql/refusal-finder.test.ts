import { describe, expect, test } from "vitest";
import { inspectQuery } from "./inspect-query.ts";
import { replaceInPlace } from "./replace-in-place.ts";

function textsOf(sql: string): string[] {
  return inspectQuery(sql).replaced.map((statement) =>
    "message" in statement ? statement.message : statement.text,
  );
}

function setting(name: string): string {
  return `setting configuration parameter "${name}" not supported`;
}

describe("refused statements", () => {
  test.each<[string, readonly string[]]>([
    ["SELECT 1; /* a */ LISTEN x ; SELECT 2", ["unsupported statement: Listen"]],
    ["TRUNCATE a; VACUUM", ["unsupported statement: Truncate", "unsupported VACUUM statement"]],
    ["EXPLAIN ANALYZE VERBOSE EXECUTE p", ["unsupported statement: Execute"]],
    ["EXPLAIN (COSTS off) CREATE TABLE t AS SELECT 1", ["unsupported statement: CreateTableAs"]],
    ['SET "App".user = 1', ['setting configuration parameter "App.user" not supported']],
    [
      `SELECT pg_catalog . "set_config" /**/ ('a.b'::text, 'x', true)`,
      ['setting configuration parameter "a.b" not supported'],
    ],
    [
      "CREATE FUNCTION f() RETURNS int AS 'CREATE FUNCTION g() RETURNS int AS ''LISTEN x'''",
      ["unsupported statement: Listen"],
    ],
    [
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'ALTER ROLE r RENAME TO s; SELECT 1'",
      ["roles cannot be changed in functions"],
    ],
    ["ALTER ROLE admin SET work_mem = '1GB'", [setting("work_mem")]],
    ["ALTER DATABASE postgres SET a.b TO 1", [setting("a.b")]],
    [
      "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '1GB' AS 'SELECT 1'",
      [setting("work_mem")],
    ],
    ["ALTER FUNCTION f() SET hash_mem_multiplier FROM CURRENT", [setting("hash_mem_multiplier")]],
    ["ALTER TYPE t ADD VALUE 'a'", ["ALTER TYPE not supported"]],
    ["ALTER TYPE t RENAME TO u", ["unsupported object in RENAME statement"]],
    ["DROP TYPE IF EXISTS t", ["unsupported object in DROP statement"]],
    ["CREATE TYPE t AS RANGE (subtype = int)", ["unsupported statement: CreateRange"]],
    [
      "CREATE TABLE t PARTITION OF p DEFAULT",
      ["PARTITION OF clause not supported for CREATE TABLE"],
    ],
    [
      "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
      ["unsupported ALTER TABLE ENABLE ROW SECURITY statement"],
    ],
    ["CREATE CONSTRAINT TRIGGER t AFTER INSERT ON t", ["CREATE TRIGGER not supported"]],
    ["CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)", ["unsupported statement: Define"]],
  ])("in %j: %j", (sql, texts) => {
    expect(textsOf(sql)).toEqual(texts);
  });

  test.each([
    "SELECT 1",
    "SELECT 'LISTEN x', \"truncate\" FROM lock",
    "INSERT INTO t SELECT 1",
    "WITH merge AS (SELECT 1) SELECT * FROM merge",
    "BEGIN ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION READ ONLY",
    "ROLLBACK AND NO CHAIN",
    "CREATE TABLE t (a text DEFAULT 'x' CHECK (a IN (SELECT CAST(1 AS text))))",
    "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC UPDATE t SET work_mem = 1; SELECT 1; END",
    "ALTER TABLE t ALTER a SET DEFAULT 1",
    "CREATE TABLE temp (partition int)",
    "ALTER TYPE t RENAME VALUE 'a' TO 'b'",
    "COPY t TO STDOUT",
    "COPY t (a) FROM STDIN WITH (DELIMITER 'x')",
    "COPY (SELECT a FROM t WHERE b = 'x') TO STDOUT",
    "SET search_path = a; RESET search_path; RESET ALL; SET CONSTRAINTS ALL DEFERRED",
    "SET LOCAL role = 'a'; RESET ROLE; RESET SESSION AUTHORIZATION",
    "SELECT set_config('search_' || 'path', 'a', false), set_config($1, 'a', false)",
    "SELECT set_config(name, 'a', false) FROM t WHERE b IN ('a.b', 'c')",
    "CREATE FUNCTION f() RETURNS int LANGUAGE 'sql' AS 'SELECT 1'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END",
    "EXPLAIN SELECT 1",
    "SHOW ALL",
    "SET foo",
    "LISTEN 'unterminated",
  ])("are not in %j", (sql) => {
    expect(textsOf(sql)).toEqual([]);
  });

  test("are replaced where they stand, and nothing else is", () => {
    const sql = "SELECT 'é' ; SET \"it's\" = $2 -- x\n;COMMIT";
    expect(replaceInPlace(sql, inspectQuery(sql).replaced)).toBe(
      `SELECT 'é' ; SELECT pg_catalog.dsql_emulator_refuse('0A000', 'setting configuration parameter "it''s" not supported'), $1, $2 -- x\n;COMMIT`,
    );
  });
});
