import { describe, expect, test } from "vitest";
import { inspectQuery } from "./inspect-query.ts";

const BACKSLASH = "\\";

describe("the number of statements", () => {
  test.each<[string, number]>([
    ["SELECT 1", 1],
    ["SELECT 1 ; \n", 1],
    ["", 0],
    [" -- nothing\n /* ; */ ;;", 0],
    ["BEGIN; SELECT 1; COMMIT", 3],
    ["SELECT ';'", 1],
    ["(SELECT 1); (SELECT 2)", 2],
    ["SELECT 'a; SELECT 2", 1],
  ])("of %j is %i", (sql, expected) => {
    expect(inspectQuery(sql).statementCount).toBe(expected);
  });
});

describe("COPY … FROM STDIN", () => {
  test.each<[string, "none" | "only" | "among-others"]>([
    ["COPY t FROM STDIN", "only"],
    ['/* a */ copy/**/ s.t (a, "from") From -- x\n stdin (FORMAT csv);', "only"],
    ["copy binary t from stdin", "only"],
    ["COPY t FROM STDOUT", "only"],
    ["COPY stdin FROM STDIN WITH (format text)", "only"],
    ["SELECT 1; COPY t FROM STDIN", "among-others"],
    ["COPY t FROM STDIN; SELECT 1", "among-others"],
    ["COPY t FROM 'stdin'", "none"],
    ["COPY t FROM PROGRAM 'x'", "none"],
    ["COPY t TO STDOUT", "none"],
    ["COPY (SELECT a FROM stdin) TO STDOUT", "none"],
    ["SELECT copy FROM stdin", "none"],
    ["SELECT 'COPY t FROM STDIN'", "none"],
    ["COPY t; SELECT a FROM stdin", "none"],
    ["COPY t FROM STDIN 'a", "none"],
  ])("%j: %s", (sql, expected) => {
    expect(inspectQuery(sql).copyFromStdin).toBe(expected);
  });
});

describe("a change of settings", () => {
  test.each([
    "SET search_path = a",
    "sEt LOCAL x TO 1",
    "SELECT 1;SET x = 1",
    "SELECT 1;/**/SET/**/x = 1",
    "-- x\rSET x = 1",
    "(SELECT 1); SET x = 1",
    "SET TRANSACTION READ ONLY",
    "RESET ALL",
    "SELECT 1; reset x",
    "DISCARD ALL",
    "discard plans",
    "SELECT set_config('a', 'b', false)",
    "SELECT pg_catalog.SET_CONFIG/**/('a', 'b', false)",
    'SELECT "set_config"(1)',
    `SELECT U&"${BACKSLASH}0073et_config"(1)`,
    `SELECT u&"set${BACKSLASH}+00005fconfig"(1)`,
    `SELECT U&"!0073et_config" /* x */ UESCAPE '!' (1)`,
    `SELECT U&"!0073et_config" UESCAPE $$!$$ (1)`,
    "SELECT 'a' 'set x', set_config(1)",
    "SELECT query_to_xml('x', true, true, '')",
    "SELECT * FROM ts_stat('x')",
    "SELECT ts_rewrite('a', 'select')",
    "UPDATE pg_settings SET setting = '1'",
    `UPDATE U&"pg${BACKSLASH}005fsettings" SET setting = '1'`,
    "CREATE VIEW v AS SELECT * FROM pg_settings",
    "EXECUTE p",
    "EXPLAIN ANALYZE EXECUTE p(1)",
    "CREATE TABLE t AS EXECUTE p",
    "PREPARE p AS SELECT set_config('a', 'b', false)",
    "DO $$BEGIN PERFORM 1; END$$",
    "DO LANGUAGE plpgsql 'BEGIN END'",
    "ALTER ROLE r SET x = 1",
    "ALTER USER r IN DATABASE d RESET ALL",
    "ALTER DATABASE d SET x = 1",
    "ALTER FUNCTION f() SET x = 1",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET x = 1 AS 'SELECT 1'",
    "CREATE FUNCTION update() RETURNS int LANGUAGE sql SET x = 1 AS 'SELECT 1'",
    "CREATE FUNCTION f(begin atomic) RETURNS int SET x = 1 AS 'SELECT 1'",
    "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql AS 'SET x = 1'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1; SET x = 1$$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS E'\\x53ET x = 1'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS U&'\\0053ET x = 1'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN IF a THEN SET x = 1; END IF; END$$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN <<l>> SET x = 1; END$$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE 'S' || 'ET'; END$$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$CREATE FUNCTION g() RETURNS int AS 'SET x = 1'$$",
    "CREATE FUNCTION f() RETURNS int AS 'SELECT ''a'",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT set_config('a', 'b', false); END",
    "SELECT E'\x95\\'; SET x = 1 --'",
    "SELECT 1; SET x = 'a",
    "ALTER ROLE r WITH LOGIN",
    "CREATE USER r",
    "SELECT 1; DROP GROUP IF EXISTS r",
    "aws iam grant r TO 'arn'",
  ])("is seen in %j", (sql) => {
    expect(inspectQuery(sql).mayChangeSettings).toBe(true);
  });

  test.each([
    "SELECT 1",
    "BEGIN; SELECT 1; COMMIT",
    "START TRANSACTION READ ONLY",
    "UPDATE t SET a = 1",
    'UPDATE "T" AS x SET a = 1; DELETE FROM t',
    "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1",
    "SELECT a FROM t LIMIT 1 OFFSET 2",
    "SELECT 'SET x = 1', $$; SET x = 1$$, \"set\"",
    "SELECT 1 /* ; SET x = 1 */",
    "SELECT name, setting FROM pg_settings",
    "SHOW search_path",
    "GRANT EXECUTE ON FUNCTION f TO r",
    "CREATE TABLE t (a int REFERENCES u ON DELETE SET NULL)",
    "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1",
    "ALTER TABLE t SET SCHEMA s",
    "ALTER TABLE r OWNER TO app; UPDATE t SET a = 1",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'UPDATE t SET a = 1 RETURNING a'",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC UPDATE t SET a = 1; SELECT 1; END",
    "CREATE FUNCTION f() RETURNS int AS 'SELECT 1'; UPDATE t SET a = 1",
    "DEALLOCATE p",
  ])("is not seen in %j", (sql) => {
    expect(inspectQuery(sql).mayChangeSettings).toBe(false);
  });
});

describe("the removal of all prepared statements", () => {
  test.each([
    "DEALLOCATE ALL",
    "deallocate/**/prepare all;",
    "SELECT 1; DEALLOCATE PREPARE ALL",
    "DISCARD ALL",
    "DO 'BEGIN DEALLOCATE ALL; END'",
    "CREATE FUNCTION f() RETURNS int AS $$DEALLOCATE ALL; SELECT 1$$",
  ])("is seen in %j", (sql) => {
    expect(inspectQuery(sql).deallocatesAll).toBe(true);
  });

  test.each([
    "DEALLOCATE p",
    'DEALLOCATE "all"',
    "DISCARD PLANS",
    "SELECT ALL 1",
    "SELECT 'DEALLOCATE ALL'",
  ])("is not seen in %j", (sql) => {
    expect(inspectQuery(sql).deallocatesAll).toBe(false);
  });
});
