/** DSQL's rule of one DDL statement in a transaction, from the client to the real engine. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readAnswer } from "../support/session-client.ts";
import type { WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { EXECUTE, extendedQuery, FLUSH, message, query, SYNC } from "../wire/messages.ts";
import { engineUnderTest } from "./engine-under-test.ts";

const MULTIPLE = "E 0A000 multiple ddl statements not supported in a transaction";
const MIXED = "E 0A000 ddl and dml are not supported in the same transaction";
const ABORTED =
  "E 25P02 current transaction is aborted, commands ignored until end of transaction block";

const bench = engineUnderTest();
let server: WireServer;
let client: WireClient;

beforeAll(async () => {
  server = await startWireServer({ engines: { engineOf: () => bench.engine } });
});

beforeEach(async () => {
  ({ client } = await server.loggedIn());
  for (const sql of ["CREATE TABLE items (id int)", "CREATE ROLE app LOGIN"]) await simple(sql);
});

afterEach(async () => {
  await simple("ROLLBACK");
  for (const name of ["items", "first", "second"]) await simple(`DROP TABLE IF EXISTS ${name}`);
  await simple("DROP ROLE app");
  client.send(message("X"));
});

afterAll(async () => {
  await server.close();
  await bench.engine.stop();
  expect(server.internalErrors).toEqual([]);
});

/** The answer without what describes rows, and without the warnings about transactions. */
async function finish(...messages: readonly Uint8Array[]): Promise<string[]> {
  client.send(...messages);
  const frames = await client.receiveFramesUntil("ReadyForQuery");
  const lines = readAnswer(Buffer.concat(frames.map(({ bytes }) => bytes)));
  return lines.filter((line) => !/^[TNtn]/.test(line));
}

const simple = (sql: string): Promise<string[]> => finish(query(sql));

/** Without what comes of Parse and Bind, so that both protocols answer alike. */
async function extended(...texts: readonly string[]): Promise<string[]> {
  const lines = await finish(...texts.map(extendedQuery), SYNC);
  return lines.filter((line) => !/^[12]/.test(line));
}

const parse = (name: string, sql: string): Buffer => message("P", `${name}\0${sql}\0\0\0`);
const bind = (portal: string, name: string): Buffer =>
  message("B", `${portal}\0${name}\0\0\0\0\0\0\0`);
const execute = (portal: string): Buffer => message("E", `${portal}\0\0\0\0\0`);

async function tables(): Promise<string[]> {
  const lines = await simple(
    "SELECT relname FROM pg_class WHERE relname IN ('first', 'second') ORDER BY 1",
  );
  return lines.filter((line) => line.startsWith("D")).map((line) => line.slice(2));
}

/** First statement with its tag, second one with the error that it gets. */
const BROKEN: readonly (readonly [string, string, string, string])[] = [
  ["CREATE TABLE first (n int)", "C CREATE TABLE", "CREATE TABLE second (n int)", MULTIPLE],
  ["CREATE TABLE first (n int)", "C CREATE TABLE", "CREATE INDEX ON items (id)", MULTIPLE],
  ["CREATE TABLE first (n int)", "C CREATE TABLE", "INSERT INTO items VALUES (1)", MIXED],
  ["INSERT INTO items VALUES (1)", "C INSERT 0 1", "CREATE TABLE second (n int)", MIXED],
  ["DELETE FROM items", "C DELETE 0", "DROP TABLE items", MIXED],
  ["GRANT SELECT ON items TO app", "C GRANT", "REVOKE SELECT ON items FROM app", MULTIPLE],
  [
    "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/App'",
    "C AWS IAM GRANT",
    "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/Other'",
    MULTIPLE,
  ],
  ["UPDATE items SET id = 1", "C UPDATE 0", "AWS IAM REVOKE app FROM 'x'", MIXED],
  [
    "ALTER TABLE items ADD COLUMN b int",
    "C ALTER TABLE",
    "WITH a AS (DELETE FROM items) SELECT 1",
    MIXED,
  ],
];

describe.each(BROKEN)("%s, then %#: the second", (first, tag, second, error) => {
  test("fails an explicit transaction, in the simple protocol", async () => {
    expect(await simple("BEGIN")).toEqual(["C BEGIN", "Z T"]);
    expect(await simple(first)).toEqual([tag, "Z T"]);
    expect(await simple(second)).toEqual([error, "Z E"]);
    expect(await simple(second)).toEqual([ABORTED, "Z E"]);
    expect(await simple("COMMIT")).toEqual(["C ROLLBACK", "Z I"]);
    expect(await tables()).toEqual([]);
  });

  test("fails an explicit transaction, in the extended protocol", async () => {
    expect(await extended("BEGIN")).toEqual(["C BEGIN", "Z T"]);
    expect(await extended(first)).toEqual([tag, "Z T"]);
    expect(await extended(second)).toEqual([error, "Z E"]);
    expect(await extended(second)).toEqual([ABORTED, "Z E"]);
    expect(await extended("ROLLBACK")).toEqual(["C ROLLBACK", "Z I"]);
    expect(await tables()).toEqual([]);
  });

  test("fails the transaction of a text of several statements", async () => {
    expect(await simple(`${first}; ${second}; SELECT 1`)).toEqual([tag, error, "Z I"]);
    expect(await tables()).toEqual([]);
  });

  test("fails the transaction of several statements up to one Sync", async () => {
    expect(await extended(first, second, "SELECT 1")).toEqual([tag, error, "Z I"]);
    expect(await tables()).toEqual([]);
  });
});

describe("the rule leaves alone", () => {
  test("statements that commit by themselves", async () => {
    for (const run of [simple, extended]) {
      expect(await run("CREATE TABLE first (n int)")).toEqual(["C CREATE TABLE", "Z I"]);
      expect(await run("INSERT INTO first VALUES (1)")).toEqual(["C INSERT 0 1", "Z I"]);
      expect(await run("DROP TABLE first")).toEqual(["C DROP TABLE", "Z I"]);
    }
  });

  test("one DDL statement, or DML alone, with reads and settings around it", async () => {
    expect(
      await simple(
        "BEGIN; SET LOCAL application_name = 'x'; SELECT count(*) FROM items; CREATE TABLE first (n int); SELECT count(*) FROM first FOR KEY SHARE OF first",
      ),
    ).toContain("C CREATE TABLE");
    expect(await simple("ROLLBACK")).toEqual(["C ROLLBACK", "Z I"]);
    expect(
      await simple("BEGIN; INSERT INTO items VALUES (1); SELECT 1; DELETE FROM items; COMMIT"),
    ).toEqual(["C BEGIN", "C INSERT 0 1", "D 1", "C SELECT 1", "C DELETE 1", "C COMMIT", "Z I"]);
  });

  test("the statements of two transactions in one text", async () => {
    expect(
      await simple(
        "BEGIN; CREATE TABLE first (n int); COMMIT; BEGIN; INSERT INTO first VALUES (1); COMMIT; DROP TABLE first",
      ),
    ).toEqual([
      "C BEGIN",
      "C CREATE TABLE",
      "C COMMIT",
      "C BEGIN",
      "C INSERT 0 1",
      "C COMMIT",
      "C DROP TABLE",
      "Z I",
    ]);
  });

  test("the transaction behind one that has failed or was rolled back", async () => {
    await simple("BEGIN; CREATE TABLE first (n int); SELECT 1 / 0");
    expect(await simple("ROLLBACK; CREATE TABLE second (n int)")).toEqual([
      "C ROLLBACK",
      "C CREATE TABLE",
      "Z I",
    ]);
    await simple("BEGIN; DELETE FROM items; ROLLBACK");
    expect(await simple("DROP TABLE second")).toEqual(["C DROP TABLE", "Z I"]);
  });

  test("a chained transaction behind its predecessor", async () => {
    await simple("BEGIN; CREATE TABLE first (n int); COMMIT AND CHAIN");
    expect(await simple("INSERT INTO first VALUES (1)")).toEqual(["C INSERT 0 1", "Z T"]);
    expect(await simple("CREATE TABLE second (n int)")).toEqual([MIXED, "Z E"]);
  });
});

test("BEGIN behind a statement of the same text takes it into its transaction", async () => {
  expect(await simple("CREATE TABLE first (n int); BEGIN; CREATE TABLE second (n int)")).toEqual([
    "C CREATE TABLE",
    "C BEGIN",
    MULTIPLE,
    "Z E",
  ]);
});

test("COPY FROM STDIN is DML", async () => {
  await simple("BEGIN; CREATE TABLE first (n int)");
  expect(await simple("COPY first FROM STDIN")).toEqual([MIXED, "Z E"]);
  await simple("ROLLBACK; BEGIN");
  client.send(query("COPY items FROM STDIN"));
  await client.receiveFramesUntil("CopyInResponse");
  expect(await finish(message("d", "1\n"), message("c"))).toEqual(["C COPY 1", "Z T"]);
  expect(await simple("DROP TABLE items")).toEqual([MIXED, "Z E"]);
});

describe("a prepared statement", () => {
  test("is judged when it is executed, and can be executed in a later transaction", async () => {
    await simple("BEGIN; DELETE FROM items");
    expect(await finish(parse("make", "CREATE TABLE first (n int)"), SYNC)).toEqual(["1", "Z T"]);
    expect(await finish(bind("", "make"), EXECUTE, SYNC)).toEqual(["2", MIXED, "Z E"]);
    await simple("ROLLBACK");
    expect(await finish(bind("", "make"), EXECUTE, SYNC)).toEqual(["2", "C CREATE TABLE", "Z I"]);
  });

  test("that has run in one transaction may run in the next one", async () => {
    const insert = parse("add", "INSERT INTO items VALUES (1)");
    await finish(insert, bind("", "add"), EXECUTE, SYNC);
    await simple("BEGIN; CREATE TABLE first (n int)");
    expect(await finish(bind("", "add"), EXECUTE, SYNC)).toEqual(["2", MIXED, "Z E"]);
    await simple("ROLLBACK");
    expect(await finish(bind("", "add"), EXECUTE, SYNC)).toEqual(["2", "C INSERT 0 1", "Z I"]);
  });

  test("that is only described is not judged", async () => {
    await simple("BEGIN; DELETE FROM items");
    expect(await finish(parse("", "DROP TABLE items"), bind("", ""), SYNC)).toEqual([
      "1",
      "2",
      "Z T",
    ]);
    expect(await simple("COMMIT")).toEqual(["C COMMIT", "Z I"]);
  });

  test("runs in portals, of which the second one is refused", async () => {
    expect(
      await finish(
        parse("one", "CREATE TABLE first (n int)"),
        parse("two", "CREATE TABLE second (n int)"),
        bind("p", "one"),
        bind("q", "two"),
        execute("p"),
        execute("q"),
        SYNC,
      ),
    ).toEqual(["1", "1", "2", "2", "C CREATE TABLE", MULTIPLE, "Z I"]);
    expect(await tables()).toEqual([]);
  });

  test("that ends the transaction begins a new one between two Syncs", async () => {
    expect(await extended("DELETE FROM items", "COMMIT", "CREATE TABLE first (n int)")).toEqual([
      "C DELETE 0",
      "C COMMIT",
      "C CREATE TABLE",
      "Z I",
    ]);
  });
});

describe("the error of an Execute", () => {
  test("comes up to Flush, and everything up to Sync is skipped", async () => {
    await simple("BEGIN; CREATE TABLE first (n int)");
    client.send(extendedQuery("DELETE FROM items"), FLUSH, extendedQuery("SELECT 1"));
    const frames = await client.receiveFramesUntil("ErrorResponse");
    expect(readAnswer(Buffer.concat(frames.map(({ bytes }) => bytes)))).toEqual(["1", "2", MIXED]);
    expect(await finish(query("SELECT 2"), SYNC)).toEqual(["Z E"]);
  });

  test("does not come behind an earlier error of its series", async () => {
    expect(
      await extended("CREATE TABLE first (n int)", "SELECT 1 / 0", "CREATE TABLE second (n int)"),
    ).toEqual(["C CREATE TABLE", "E 22012 division by zero", "Z I"]);
    expect(await tables()).toEqual([]);
  });

  test("has the fields of every other error, and the session goes on", async () => {
    await simple("BEGIN; DELETE FROM items");
    const simpleError = await finish(query("DROP TABLE items"));
    await simple("ROLLBACK; BEGIN; DELETE FROM items");
    client.send(extendedQuery("DROP TABLE items"), SYNC);
    const frames = await client.receiveFramesUntil("ReadyForQuery");
    const error = frames.find(({ type }) => type === "E".charCodeAt(0));
    expect(simpleError[0]).toBe(MIXED);
    expect(
      Buffer.from(error?.bytes ?? [])
        .subarray(5)
        .toString("latin1"),
    ).toBe("SERROR\0VERROR\0C0A000\0Mddl and dml are not supported in the same transaction\0\0");
    expect(await simple("ROLLBACK; SELECT 1")).toEqual(["C ROLLBACK", "D 1", "C SELECT 1", "Z I"]);
  });
});
