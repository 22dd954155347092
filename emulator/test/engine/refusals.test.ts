/** What DSQL refuses, from the client to the real engine: every way to it, and what others notice. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAnswer } from "../support/session-client.ts";
import type { WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { extendedQuery, message, query, SYNC } from "../wire/messages.ts";
import { engineUnderTest } from "./engine-under-test.ts";

const bench = engineUnderTest();
let server: WireServer;
let a: WireClient;
let b: WireClient;

beforeAll(async () => {
  server = await startWireServer({ engines: { engineOf: () => bench.engine } });
  ({ client: a } = await server.loggedIn());
  ({ client: b } = await server.loggedIn());
  await answer(a, "CREATE TABLE items (id int PRIMARY KEY, name text)");
  await answer(a, "CREATE ROLE reader LOGIN");
  await answer(a, "GRANT reader TO admin");
});

afterAll(async () => {
  await server.close();
  await bench.engine.stop();
  expect(server.internalErrors).toEqual([]);
});

/** The answer to a simple Query, as `readAnswer` writes it, without what describes it. */
async function answer(client: WireClient, sql: string): Promise<string[]> {
  return finish(client, query(sql));
}

/** The answers to simple Queries of one statement each, up to the first that fails. */
async function answers(client: WireClient, texts: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const sql of texts) {
    lines.push(...(await answer(client, sql)));
    if (lines.some((line) => line.startsWith("E"))) break;
  }
  return lines;
}

async function finish(client: WireClient, ...messages: readonly Uint8Array[]): Promise<string[]> {
  client.send(...messages);
  const frames = await client.receiveFramesUntil("ReadyForQuery");
  const lines = readAnswer(Buffer.concat(frames.map(({ bytes }) => bytes)));
  return lines.filter((line) => !/^[T12S]/.test(line));
}

function refusal(text: string): string[] {
  return [`E 0A000 ${text}`, "Z I"];
}

const setting = (name: string): string => `setting configuration parameter "${name}" not supported`;

/** Attempts, and the text that each gets with SQLSTATE 0A000. */
const ATTEMPTS: readonly (readonly [sql: string, text: string])[] = [
  ...[
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "synchronize_seqscans",
    "row_security",
    "standard_conforming_strings",
    "client_min_messages",
    "default_transaction_read_only",
    "default_transaction_isolation",
    "default_text_search_config",
    "bytea_output",
    "work_mem",
    "no_such_setting",
    "app.user",
  ].flatMap((name): (readonly [string, string])[] => [
    [`SET ${name} = '1'`, setting(name)],
    [`SET LOCAL ${name} TO DEFAULT`, setting(name)],
    [`RESET ${name}`, setting(name)],
    [`SELECT set_config('${name}', '1', false)`, setting(name)],
    [`CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SET ${name} = 1; SELECT 1'`, setting(name)],
  ]),
  [`/**/ sEt\n"statement_timeout" = 1`, setting("statement_timeout")],
  ["SET SESSION statement_timeout FROM CURRENT", setting("statement_timeout")],
  ["SET XML OPTION DOCUMENT", setting("xmloption")],
  ["SET SEED TO 0.5", setting("seed")],
  ["SELECT set_config('statement' || '_timeout', '1', false)", setting("statement_timeout")],
  ["SELECT set_config(U&'statement\\005ftimeout', '1', false)", setting("statement_timeout")],
  [
    "WITH n AS (SELECT 'bytea_output' AS n) SELECT set_config(n, 'hex', true) FROM n",
    setting("bytea_output"),
  ],
  [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET statement_timeout = 1 AS 'SELECT 1'",
    setting("statement_timeout"),
  ],
  ["ALTER ROLE admin SET statement_timeout = 1", setting("statement_timeout")],
  ["ALTER ROLE admin SET work_mem = '1GB'", setting("work_mem")],
  ["ALTER ROLE reader SET client_min_messages = debug", setting("client_min_messages")],
  [
    "SET SESSION CHARACTERISTICS AS TRANSACTION DEFERRABLE",
    setting("default_transaction_deferrable"),
  ],
  ["SET TRANSACTION READ ONLY", setting("TRANSACTION")],
  ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", setting("TRANSACTION")],
  ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "Unsupported isolation level: SERIALIZABLE"],
  ["BEGIN ISOLATION LEVEL READ COMMITTED", "Unsupported isolation level: READ COMMITTED"],
  [
    "START TRANSACTION READ ONLY, ISOLATION LEVEL READ UNCOMMITTED",
    "Unsupported isolation level: READ UNCOMMITTED",
  ],
  ["SET ROLE reader", setting("role")],
  ["SET role = 'reader'", setting("role")],
  ["SET SESSION AUTHORIZATION reader", setting("session_authorization")],
  ["LISTEN a", "unsupported statement: Listen"],
  ["NOTIFY a, 'b'", "unsupported statement: Notify"],
  ["UNLISTEN *", "unsupported statement: Unlisten"],
  ["DECLARE c CURSOR WITH HOLD FOR SELECT 1", "unsupported statement: DeclareCursor"],
  ["PREPARE p AS SELECT 1", "unsupported statement: Prepare"],
  ["EXECUTE p", "unsupported statement: Execute"],
  ["EXPLAIN ANALYZE EXECUTE p", "unsupported statement: Execute"],
  ["DISCARD ALL", "unsupported statement: Discard"],
  ["LOCK TABLE items", "unsupported statement: Lock"],
  ["LOAD 'plpgsql'", "unsupported statement: Load"],
  ["DO $$ BEGIN NULL; END $$", "unsupported statement: Do"],
  ["SAVEPOINT s", "unsupported transaction statement: SAVEPOINT"],
  ["ROLLBACK TO SAVEPOINT s", "unsupported transaction statement: ROLLBACK TO"],
  ["RELEASE s", "unsupported transaction statement: RELEASE"],
  ...[
    "CREATE TEMP TABLE t (n int)",
    "CREATE LOCAL TEMPORARY TABLE t (n int)",
    "CREATE TABLE pg_temp.t (n int)",
    "CREATE VIEW pg_temp.v AS SELECT 1",
    "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SELECT 1 AS n INTO TEMP t",
  ].map((sql) => [sql, "TEMPORARY or TEMP table not supported for CREATE TABLE"] as const),
  ["CREATE TEMP VIEW v AS SELECT 1", "TEMPORARY or TEMP view not supported for CREATE VIEW"],
  [
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    "CREATE FUNCTION with language plpgsql not supported",
  ],
  [
    "CREATE OR REPLACE FUNCTION language() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    "CREATE FUNCTION with language plpgsql not supported",
  ],
  [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1; LISTEN a; SELECT 1$$",
    "unsupported statement: Listen",
  ],
  [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DEALLOCATE ALL; SELECT 1'",
    "unsupported statement: Deallocate",
  ],
  ["COPY items FROM '/etc/passwd'", "unsupported statement: Copy"],
  ["COPY (SELECT 1) TO PROGRAM 'true'", "unsupported statement: Copy"],
  ["TRUNCATE items", "unsupported statement: Truncate"],
  ["VACUUM items", "unsupported VACUUM statement"],
  ["CREATE TABLE t AS SELECT 1", "unsupported statement: CreateTableAs"],
  ["EXPLAIN (ANALYZE) CREATE TABLE t AS SELECT 1", "unsupported statement: CreateTableAs"],
  ["CREATE MATERIALIZED VIEW m AS SELECT 1", "unsupported statement: CreateTableAs"],
  ["CREATE UNLOGGED TABLE t (n int)", "UNLOGGED table not supported for CREATE TABLE"],
  [
    "CREATE TABLE t (n int) PARTITION BY RANGE (n)",
    "PARTITION BY clause not supported for CREATE TABLE",
  ],
  ["CREATE TYPE e AS ENUM ('a')", "CREATE TYPE not supported"],
  ["CREATE TYPE e AS (a int)", "unsupported statement: CompositeType"],
  [
    "MERGE INTO items USING items i ON true WHEN MATCHED THEN DELETE",
    "unsupported statement type: MERGE",
  ],
  [
    "WITH i AS (SELECT 1) MERGE INTO items USING i ON true WHEN MATCHED THEN DELETE",
    "unsupported statement type: MERGE",
  ],
  ["SELECT pg_advisory_lock(1)", "function pg_advisory_lock not supported"],
  ["SELECT pg_try_advisory_lock(1, 2)", "function pg_try_advisory_lock not supported"],
];

describe("DSQL's refusals", () => {
  test.each(ATTEMPTS)("%s", async (sql, text) => {
    const expected = refusal(text);
    expect(await answer(a, sql)).toEqual(expected);
    expect(await finish(a, extendedQuery(sql), SYNC)).toEqual(expected);
  });

  test("leave nothing behind", async () => {
    expect(
      await answer(
        a,
        "SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind <> 'i' AND relnamespace::regnamespace::text NOT IN ('pg_toast', 'sys')",
      ),
    ).toEqual(["D 1", "C SELECT 1", "Z I"]);
    expect(
      await answer(a, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"),
    ).toEqual(["D 0", "C SELECT 1", "Z I"]);
  });

  test("take place where the statement would have run", async () => {
    expect(await answer(a, "SELECT 1; TRUNCATE items; SELECT 2")).toEqual([
      "D 1",
      "C SELECT 1",
      ...refusal("unsupported statement: Truncate"),
    ]);
    expect(await answer(a, "BEGIN; LISTEN x")).toEqual([
      "C BEGIN",
      "E 0A000 unsupported statement: Listen",
      "Z E",
    ]);
    expect(await answer(a, "LISTEN x")).toEqual([
      "E 25P02 current transaction is aborted, commands ignored until end of transaction block",
      "Z E",
    ]);
    expect(await answer(a, "COMMIT")).toEqual(["C ROLLBACK", "Z I"]);
  });

  test("answer a statement with parameters, whatever the client says of their types", async () => {
    const parse = message("P", "\0PREPARE p AS SELECT $1, $2\0\0\x01\0\0\0\x17");
    const bind = message("B", "\0\0\0\0\0\x02\0\0\0\x011\0\0\0\x012\0\0");
    expect(await finish(a, parse, bind, message("E", "\0\0\0\0\0"), SYNC)).toEqual(
      refusal("unsupported statement: Prepare"),
    );
  });
});

describe("what looks alike is accepted", () => {
  test.each([
    ["SET application_name = 'x'", "SET"],
    ["SET SESSION DateStyle TO 'ISO'", "SET"],
    ["SET TIME ZONE 'UTC'", "SET"],
    ["SET NAMES 'UTF8'", "SET"],
    ["SET dsql.enable_batched_nestloop = on", "SET"],
    ["SET SESSION AUTHORIZATION DEFAULT", "SET"],
    ["SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "SET"],
    ["RESET search_path", "RESET"],
    ["RESET ALL", "RESET"],
    ["DEALLOCATE ALL", "DEALLOCATE ALL"],
    ["CREATE TABLE lock (copy int, load text, declare text)", "CREATE TABLE"],
    ["DROP TABLE lock", "DROP TABLE"],
    [
      "CREATE FUNCTION f(a text DEFAULT 'listen x') RETURNS text LANGUAGE sql AS 'SELECT $1'",
      "CREATE FUNCTION",
    ],
    ["DROP FUNCTION f", "DROP FUNCTION"],
    ["ALTER TABLE items ADD COLUMN other int", "ALTER TABLE"],
    ["ALTER TABLE items ALTER COLUMN other TYPE bigint", "ALTER TABLE"],
    [
      "ALTER TABLE items ADD CONSTRAINT self FOREIGN KEY (other) REFERENCES items (id)",
      "ALTER TABLE",
    ],
    ["ALTER TABLE items DROP COLUMN other", "ALTER TABLE"],
    ["ANALYZE items", "ANALYZE"],
  ])("%s", async (sql, tag) => {
    expect(await answer(a, sql)).toEqual([`C ${tag}`, "Z I"]);
    await answer(a, "RESET ALL");
  });

  test("SET LOCAL role lasts as long as the transaction", async () => {
    expect(
      await answer(a, "BEGIN; SET LOCAL role = 'reader'; SELECT current_user; COMMIT"),
    ).toContain("D reader");
    expect(await answer(a, "SELECT current_user")).toContain("D admin");
  });
});

test("AWS IAM GRANT and REVOKE work from the client to the engine, in both protocols", async () => {
  const arn = "'arn:aws:iam::123456789012:role/App'";
  const grant = `AWS IAM GRANT reader TO ${arn}`;
  const revoke = `AWS IAM REVOKE reader FROM ${arn}`;
  expect(await answers(a, [grant, `SELECT 1; ${revoke}`])).toEqual([
    "C AWS IAM GRANT",
    "Z I",
    "D 1",
    "C SELECT 1",
    "C AWS IAM REVOKE",
    "Z I",
  ]);
  expect(await finish(a, extendedQuery(grant), SYNC)).toEqual(["C AWS IAM GRANT", "Z I"]);
  expect(await finish(b, extendedQuery(revoke), SYNC)).toEqual(["C AWS IAM REVOKE", "Z I"]);
  const parse = message("P", "\0AWS IAM GRANT reader TO $1\0\0\x01\0\0\0\x19");
  expect(await finish(a, parse, SYNC)).toEqual(['E 42601 syntax error at or near "$1"', "Z I"]);
});

describe("other encodings than UTF8 are refused, since the engine cannot convert", () => {
  test.each(["SJIS", "BIG5", "GBK", "UHC", "JOHAB", "GB18030", "SHIFT_JIS_2004", "LATIN1"])(
    "%s",
    async (encoding) => {
      const invalid = `invalid value for parameter "client_encoding": "${encoding}"`;
      expect(await answer(a, `SET client_encoding TO '${encoding}'`)).toEqual(refusal(invalid));
      const client = await server.authenticating({ parameters: { client_encoding: encoding } });
      expect((await client.receiveRest()).join("\n")).toContain(JSON.stringify(invalid));
    },
  );

  test("also in functions that convert", async () => {
    expect((await answer(a, "SELECT convert_to('e', 'LATIN1')"))[0]).toMatch(/^E 42883/);
    expect(
      (await answer(a, "CREATE DEFAULT CONVERSION c FOR 'SJIS' TO 'UTF8' FROM sjis_to_utf8"))[0],
    ).toBe("E 42501 permission denied for function sjis_to_utf8");
  });
});

describe("nothing that one session sets is seen by another", () => {
  async function valueFor(client: WireClient, name: string): Promise<string> {
    const lines = await answer(client, `SELECT coalesce(current_setting('${name}', true), '')`);
    return lines[0] === "D" ? "" : (lines[0]?.replace(/^D /, "") ?? "");
  }

  test.each([
    ["DateStyle", ["SET datestyle = 'German'"], "German, DMY"],
    [
      "search_path",
      [
        "CREATE FUNCTION s() RETURNS int LANGUAGE sql AS 'SET search_path = public; SELECT 1'",
        "SELECT s(); DROP FUNCTION s",
      ],
      "public",
    ],
    [
      "TimeZone",
      [
        "CREATE VIEW w AS SELECT set_config('timezone', 'Asia/Tokyo', false)",
        "SELECT * FROM w; DROP VIEW w",
      ],
      "Asia/Tokyo",
    ],
    [
      "default_transaction_read_only",
      ["SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"],
      "on",
    ],
    ["work_mem", ["SELECT set_config('work' || '_mem', '1MB', false)"], "1MB"],
    [
      "default_tablespace",
      ["SELECT set_config('default_' || 'tablespace', 'pg_default', false)"],
      "pg_default",
    ],
    ["app.secret", ["SELECT set_config('app.' || 'secret', 'hidden', false)"], ""],
    [
      "extra_float_digits",
      [
        "SELECT query_to_xml('SELECT set_' || 'config(''extra_float_digits'', ''0'', false)', true, true, '')",
      ],
      "0",
    ],
  ])("%s", async (name, texts, own) => {
    const before = await valueFor(b, name);
    expect((await answers(a, texts)).filter((line) => line.startsWith("E"))).toEqual([]);
    expect([await valueFor(b, name), await valueFor(a, name)]).toEqual([before, own]);
    await answer(a, "RESET ALL");
    expect([await valueFor(b, name), await valueFor(a, name)]).toEqual([before, before]);
  });

  test("also not when a constraint, a default or a rule does it", async () => {
    await answer(b, "RESET ALL");
    for (const [make, use] of [
      [
        ["CREATE TABLE d (n int CHECK (set_config('timezone', 'Asia/Tokyo', false) <> ''))"],
        "INSERT INTO d VALUES (1)",
      ],
      [
        ["CREATE TABLE d (n int, t text DEFAULT set_config('timezone', 'Asia/Tokyo', false))"],
        "INSERT INTO d VALUES (1)",
      ],
      [
        [
          "CREATE TABLE d (n int)",
          "CREATE RULE r AS ON INSERT TO d DO ALSO SELECT set_config('timezone', 'Asia/Tokyo', false)",
        ],
        "INSERT INTO d VALUES (1)",
      ],
      [
        [
          "CREATE DOMAIN z AS text CHECK (set_config('timezone', VALUE, false) <> '')",
          "CREATE TABLE d (t z)",
        ],
        "INSERT INTO d VALUES ('Asia/Tokyo')",
      ],
    ] as const) {
      const lines = await answers(a, [...make, use]);
      expect(lines.filter((line) => line.startsWith("E"))).toEqual([]);
      expect([await valueFor(b, "TimeZone"), await valueFor(a, "TimeZone")]).toEqual([
        "UTC",
        "Asia/Tokyo",
      ]);
      await answers(a, ["DROP TABLE d", "DROP DOMAIN IF EXISTS z", "RESET ALL"]);
    }
  });

  test("pg_settings cannot be updated, not through a view either", async () => {
    const update = "SET setting = '1MB' WHERE name = 'work_mem'";
    await answer(a, "CREATE VIEW settings AS SELECT * FROM pg_settings");
    for (const view of ["pg_settings", "settings"]) {
      expect((await answer(a, `UPDATE ${view} ${update}`))[0]).toMatch(/^E 55000/);
    }
    await answer(a, "DROP VIEW settings");
  });
});
