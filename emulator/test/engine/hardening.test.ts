import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_ROLE, SERVER_VERSION } from "../../src/dsql/index.ts";
import type { SqlSession } from "../../src/session/index.ts";
import { engineUnderTest, extendedQuery, query, sqlStateOf } from "./engine-under-test.ts";

const MEMORY_LIMIT_MIB = 384;
const bench = engineUnderTest({ memoryLimitMiB: MEMORY_LIMIT_MIB });
let session: SqlSession;

beforeAll(async () => {
  session = await bench.open();
  await query(session, "CREATE TABLE numbers (n int)");
});

afterAll(() => bench.engine.stop());

async function isUnchanged(): Promise<void> {
  await query(session, "ROLLBACK");
  expect(await query(session, "SELECT current_user || '/' || session_user")).toEqual([
    `D ${ADMIN_ROLE}/${ADMIN_ROLE}`,
    "C SELECT 1",
    "Z I",
  ]);
}

describe("a cluster looks like Aurora DSQL", () => {
  test.each([
    ["SELECT version()", SERVER_VERSION.versionText],
    ["SHOW server_version", "16.15"],
    ["SHOW server_version_num", "160015"],
    ["SELECT current_setting('server_version')", "16.15"],
    [
      "SELECT concat_ws('/', setting, boot_val, reset_val) FROM pg_settings WHERE name = 'server_version'",
      "16.15/16.15/16.15",
    ],
    ["SELECT setting FROM pg_settings WHERE name = 'server_version_num'", "160015"],
    ["SELECT current_user", "admin"],
    ["SELECT session_user", "admin"],
    ["SHOW is_superuser", "off"],
    ["SHOW session_authorization", "admin"],
    ["SELECT oid FROM pg_roles WHERE rolname = 'admin'", "15579"],
    ["SELECT rolsuper::text || rolcreatedb FROM pg_roles WHERE rolname = 'admin'", "falsefalse"],
    ["SELECT current_database()", "postgres"],
    ["SELECT string_agg(datname, ',') FROM pg_database", "postgres"],
    ["SELECT datcollate || pg_encoding_to_char(encoding) FROM pg_database", "CUTF8"],
    ["SHOW TimeZone", "UTC"],
    ["SHOW transaction_isolation", "repeatable read"],
  ])("%s", async (sql, value) => {
    expect((await query(session, sql))[0]).toBe(`D ${value}`);
  });
});

describe("no SQL makes a client the superuser", () => {
  const escapes = [
    "SET SESSION AUTHORIZATION rdsadmin",
    "SET SESSION SESSION AUTHORIZATION rdsadmin",
    "SET ROLE rdsadmin",
    "SELECT set_config('session_authorization', 'rdsadmin', false)",
    "SELECT set_config('role', 'rdsadmin', false)",
    "DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION rdsadmin'; END $$",
    "DO $$ BEGIN EXECUTE 'SET ROLE rdsadmin'; END $$",
    "DO $$ BEGIN PERFORM set_config('session_authorization', 'rdsadmin', true); END $$",
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql SET session_authorization = rdsadmin AS 'SELECT current_user::text'",
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql SET role = rdsadmin AS 'SELECT current_user::text'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_backend_pid'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'f', 'f'",
    "CREATE FUNCTION pg_catalog.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER FUNCTION pg_catalog.version() OWNER TO admin",
    "ALTER ROLE admin SUPERUSER",
    "CREATE ROLE mighty SUPERUSER",
    "ALTER ROLE rdsadmin PASSWORD 'x'",
    "ALTER ROLE rdsadmin RENAME TO other",
    "GRANT rdsadmin TO admin",
    "GRANT pg_execute_server_program TO admin",
    "GRANT pg_read_all_data TO admin",
    "REASSIGN OWNED BY rdsadmin TO admin",
    "ALTER DATABASE postgres OWNER TO admin",
    "UPDATE pg_catalog.pg_authid SET rolsuper = true",
    "LOAD 'plpgsql'",
  ];

  /** There is no PL/pgSQL, so that a DO gets nowhere. */
  const sqlStateOfEscape = (sql: string): string => (sql.startsWith("DO ") ? "0A000" : "42501");

  test.each(escapes)("simple Query: %s", async (sql) => {
    expect(sqlStateOf(await query(session, sql))).toBe(sqlStateOfEscape(sql));
    await isUnchanged();
  });

  test.each(escapes)("extended query: %s", async (sql) => {
    expect(sqlStateOf(await extendedQuery(session, sql))).toBe(sqlStateOfEscape(sql));
    await isUnchanged();
  });

  test.each([
    "RESET SESSION AUTHORIZATION",
    "SET SESSION AUTHORIZATION DEFAULT",
    "RESET ROLE",
    "SET ROLE NONE",
    "DISCARD ALL",
    "RESET ALL",
  ])("%s does not lead back to it", async (sql) => {
    expect(sqlStateOf(await query(session, sql))).toBeUndefined();
    await isUnchanged();
  });

  test("neither does a transaction that sets it back", async () => {
    expect(await query(session, "BEGIN; SET LOCAL SESSION AUTHORIZATION rdsadmin")).toEqual([
      "C BEGIN",
      'E 42501 permission denied to set session authorization "rdsadmin"',
      "Z E",
    ]);
    await isUnchanged();
  });

  test("neither does its name as the role of a session, nor a role of PostgreSQL", async () => {
    for (const role of ["rdsadmin", "pg_execute_server_program"]) {
      const other = await bench.open({}, role);
      expect(await query(other, "SELECT 1")).toEqual([
        `E 42501 no session may run as role "${role}"`,
        "Z I",
      ]);
      await other.close();
    }
  });
});

describe("nothing outside the database can be reached", () => {
  test.each([
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/out'",
    "COPY numbers FROM '/etc/passwd'",
    "COPY numbers FROM PROGRAM 'id'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "ALTER SYSTEM RESET ALL",
    "CREATE DATABASE other",
    "DROP DATABASE postgres",
    "CREATE TABLESPACE space LOCATION '/tmp'",
    "SELECT * FROM pg_authid",
    "SELECT pg_terminate_backend(42)",
    "SELECT pg_cancel_backend(42)",
    "SELECT pg_reload_conf()",
    "CHECKPOINT",
    "CREATE EVENT TRIGGER t ON ddl_command_start EXECUTE FUNCTION version()",
    "CREATE SUBSCRIPTION s CONNECTION 'host=localhost' PUBLICATION p",
  ])("%s", async (sql) => {
    expect(sqlStateOf(await query(session, sql))).toBe("42501");
    await isUnchanged();
  });
});

describe("nothing stops or breaks the engine", () => {
  async function works(): Promise<void> {
    expect(await query(session, "SELECT 1")).toEqual(["D 1", "C SELECT 1", "Z I"]);
    expect(bench.events).toEqual([{ type: "engine-started" }]);
  }

  test.each([
    "idle_session_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
    "statement_timeout",
    "lock_timeout",
    "client_connection_check_interval",
  ])("%s has no effect", async (name) => {
    await query(session, `SET ${name} = 1`);
    await query(session, "BEGIN");
    expect((await query(session, "SELECT pg_sleep(0.02)")).at(-1)).toBe("Z T");
    expect(await query(session, "COMMIT")).toEqual(["C COMMIT", "Z I"]);
    await query(session, `RESET ${name}`);
    await works();
  });

  test("a recursive SQL function meets the stack limit", async () => {
    await query(session, "CREATE FUNCTION deep(int) RETURNS int LANGUAGE sql AS 'SELECT deep($1)'");
    expect((await query(session, "SELECT deep(1)"))[0]).toBe("E 54001 stack depth limit exceeded");
    await works();
  });

  test.each([
    ["a long sum", `SELECT 1${"+1".repeat(60_000)}`, "54001"],
    ["deep JSON", `SELECT '${"[".repeat(100_000)}${"]".repeat(100_000)}'::jsonb`, "54001"],
    ["a deep text query", "SELECT to_tsquery(repeat('(', 100000))", "54001"],
    ["deep parentheses", `SELECT ${"(".repeat(50_000)}1${")".repeat(50_000)}`, "42601"],
  ])("%s is refused", async (_name, sql, sqlState) => {
    expect(sqlStateOf(await query(session, sql))).toBe(sqlState);
    await works();
  });

  test("a value larger than the memory limit is refused", async () => {
    expect((await query(session, "SELECT length(repeat('x', 1000000000))"))[0]).toBe(
      "E 53200 out of memory",
    );
    await works();
  });

  test("a statement that fills the memory step by step is refused", async () => {
    const sql = "SELECT length(string_agg(repeat('x', 1000), '')) FROM generate_series(1, 900000)";
    expect((await query(session, sql))[0]).toBe("E 53200 out of memory");
    await works();
  });

  test("files for sorting have a limit", async () => {
    expect(await query(session, "SHOW temp_file_limit")).toEqual(["D 256MB", "C SHOW", "Z I"]);
    expect(sqlStateOf(await query(session, "SET temp_file_limit = -1"))).toBe("0A000");
  });
});
