import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SqlSession } from "../../src/session/index.ts";
import { ask, batch, frame, readAnswer } from "../support/session-client.ts";
import { engineUnderTest, query } from "./engine-under-test.ts";

const WAIT_MS = 400;
const HELD_BACK_LIMIT_MS = 500;
const bench = engineUnderTest(
  {},
  { transactionWaitMs: WAIT_MS, heldBackLimitMs: HELD_BACK_LIMIT_MS },
);
const IDLE = { kind: "completed", transactionStatus: "idle" };
/** Runs for minutes. */
const RUNAWAY = "SELECT count(*) FROM generate_series(1, 1000000000)";
/** 20 MB in rows of 1 kB. */
const LARGE = "SELECT repeat('x', 1000) FROM generate_series(1, 20000)";
const LARGE_BYTES = 20_220_056;

let a: SqlSession;
let b: SqlSession;

beforeAll(async () => {
  [a, b] = await Promise.all([bench.open(), bench.open()]);
  await query(a, "CREATE TABLE items (id int PRIMARY KEY, name text)");
  await query(a, "CREATE ROLE reader LOGIN");
});

afterAll(() => bench.engine.stop());

/** Starts a statement behind one with a large answer, and tells when that answer comes. */
function start(
  session: SqlSession,
  sql: string,
): { running: Promise<void>; end: Promise<string[]> } {
  const pieces: Uint8Array[] = [];
  let markRunning: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    markRunning = resolve;
  });
  const outcome = session.run(batch(`Q SELECT repeat('x', 200000); ${sql}`), (piece) => {
    pieces.push(piece);
    markRunning();
    return undefined;
  });
  return { running, end: outcome.then(() => readAnswer(Buffer.concat(pieces)).slice(-2)) };
}

describe("the protocol", () => {
  test("portals give as many rows as asked for, and are suspended in between", async () => {
    expect(await ask(a, "P  SELECT generate_series(1, 5)", "B ", "E 2", "E 2", "E 2", "S")).toEqual(
      {
        messages: ["1", "2", "D 1", "D 2", "s", "D 3", "D 4", "s", "D 5", "C SELECT 1", "Z I"],
        outcome: IDLE,
      },
    );
  });

  test("portals live as long as the transaction, over several batches", async () => {
    await ask(a, "Q BEGIN");
    await ask(a, "P  SELECT generate_series(1, 3)", "B  mine", "E 1 mine", "S");
    expect((await ask(a, "E 0 mine", "S")).messages).toEqual(["D 2", "D 3", "C SELECT 2", "Z T"]);
    await ask(a, "Q COMMIT");
    expect((await ask(a, "E 0 mine", "S")).messages[0]).toBe(
      'E 34000 portal "mine" does not exist',
    );
  });

  test("a Flush gives what there is, and nobody else runs before the Sync", async () => {
    expect(await ask(a, "P  SELECT generate_series(1, 2)", "B ", "E 1", "H")).toEqual({
      messages: ["1", "2", "D 1", "s"],
      outcome: { kind: "completed", transactionStatus: "unfinished" },
    });
    const order: string[] = [];
    const other = query(b, "SELECT 1").then(() => order.push("other"));
    const rest = await ask(a, "E 0", "S");
    order.push("rest");
    await other;
    expect(rest.messages).toEqual(["D 2", "C SELECT 1", "Z I"]);
    expect(order).toEqual(["rest", "other"]);
  });

  test("after an error nothing is answered until Sync, also over several batches", async () => {
    expect((await ask(a, "P  SELEC", "B ", "E", "P x SELECT 1", "S")).messages).toEqual([
      'E 42601 syntax error at or near "SELEC"',
      "Z I",
    ]);
    expect((await ask(a, "P  SELEC", "H")).messages.length).toBe(1);
    expect((await ask(a, "P  SELECT 1", "B ", "E", "H")).messages).toEqual([]);
    expect((await ask(a, "S")).messages).toEqual(["Z I"]);
  });

  test("FunctionCall is answered", async () => {
    // abs(int4), one binary argument, binary result.
    const call = frame("F", "\0\0\x05\x75\0\x01\0\x01\0\x01\0\0\0\x04\0\0\0\x07\0\x01");
    const pieces: Uint8Array[] = [];
    const outcome = await a.run(
      { ...batch(), frames: [call], endsWithReadyForQuery: true },
      (piece) => {
        pieces.push(piece);
        return undefined;
      },
    );
    expect([outcome, readAnswer(Buffer.concat(pieces))]).toEqual([IDLE, ["V 00000007", "Z I"]]);
  });

  test("notices come with the answer", async () => {
    expect(await query(a, "DROP TABLE IF EXISTS nothing")).toEqual([
      'N 00000 table "nothing" does not exist, skipping',
      "C DROP TABLE",
      "Z I",
    ]);
  });

  test("several statements in a Query are one transaction", async () => {
    await query(a, "INSERT INTO items VALUES (100, 'lost'); SELECT 1 / 0");
    expect((await query(a, "SELECT count(*) FROM items WHERE id = 100"))[0]).toBe("D 0");
    expect(await query(a, "")).toEqual(["I", "Z I"]);
  });
});

describe("COPY", () => {
  async function startCopy(session: SqlSession, sql: string): Promise<readonly string[]> {
    const pieces: Uint8Array[] = [];
    const started = await session.startCopyIn(batch(`Q ${sql}`), (chunk) => {
      pieces.push(chunk);
      return undefined;
    });
    return readAnswer(started.kind === "copy-in" ? started.copyInResponse : Buffer.concat(pieces));
  }
  const COPY = "COPY items FROM STDIN";

  test("takes rows from the client", async () => {
    expect(await startCopy(a, COPY)).toEqual(["G"]);
    expect((await ask(a, `Q ${COPY}`, "d 1\tone", "d 2\ttwo", "c")).messages).toEqual([
      "C COPY 2",
      "Z I",
    ]);
    expect(await query(a, "COPY items TO STDOUT")).toEqual(["H", "d", "d", "c", "C COPY 2", "Z I"]);
  });

  test("given up by the client stores nothing", async () => {
    await startCopy(a, COPY);
    expect((await ask(a, `Q ${COPY}`, "d 3\tthree", "f")).messages).toEqual([
      "E 57014 COPY from stdin failed: reason",
      "Z I",
    ]);
    expect((await query(a, "SELECT count(*) FROM items WHERE id = 3"))[0]).toBe("D 0");
  });

  test("with a bad row stores nothing", async () => {
    await startCopy(a, COPY);
    expect((await ask(a, `Q ${COPY}`, "d 4\tfour", "d x\tbad", "c")).messages[0]).toBe(
      'E 22P02 invalid input syntax for type integer: "x"',
    );
    expect((await query(a, "SELECT count(*) FROM items WHERE id = 4"))[0]).toBe("D 0");
  });

  test("that cannot be is refused before the data", async () => {
    expect(await startCopy(a, "COPY nothing FROM STDIN")).toEqual([
      'E 42P01 relation "nothing" does not exist',
      "Z I",
    ]);
  });

  test("takes part in a transaction", async () => {
    await query(a, "BEGIN");
    await query(a, "INSERT INTO items VALUES (5, 'five')");
    expect(await startCopy(a, COPY)).toEqual(["G"]);
    expect((await ask(a, `Q ${COPY}`, "d 6\tsix", "c")).messages).toEqual(["C COPY 1", "Z T"]);
    await query(a, "COMMIT");
    expect((await query(a, "SELECT count(*) FROM items WHERE id IN (5, 6)"))[0]).toBe("D 2");
  });

  test("refused in a transaction fails the transaction", async () => {
    await query(a, "BEGIN");
    expect((await startCopy(a, "COPY nothing FROM STDIN")).at(-1)).toBe("Z E");
    expect(await query(a, "COMMIT")).toEqual(["C ROLLBACK", "Z I"]);
  });
});

describe("large answers", () => {
  test("come in pieces, no faster than they are taken", async () => {
    let bytes = 0;
    let untaken = 0;
    let mostUntaken = 0;
    const outcome = await a.run(batch(`Q ${LARGE}`), async (piece) => {
      bytes += piece.length;
      untaken += piece.length;
      mostUntaken = Math.max(mostUntaken, untaken);
      await new Promise((resolve) => setImmediate(resolve));
      untaken -= piece.length;
    });
    expect([outcome, bytes, untaken]).toEqual([IDLE, LARGE_BYTES, 0]);
    expect(mostUntaken).toBeLessThan(5 * 1024 * 1024);
  });

  test("that a client does not take end its session when others wait, and it is rolled back", async () => {
    const slow = await bench.open();
    await query(slow, "BEGIN; INSERT INTO items VALUES (200, 'slow')");
    const stuck = slow.run(batch(`Q ${LARGE}`), () => new Promise(() => undefined));
    const other = await bench.open();
    let waits = 0;
    // In a transaction the others wait for it; each of their batches waits no longer than it may.
    while ((await ask(other, "Q SELECT 1")).outcome.kind === "wait-timeout") waits += 1;
    const reason = await slow.lost;
    expect(reason).toMatch(
      /^the client held back the database for \d+ ms by not taking its answer/,
    );
    expect(await stuck).toEqual({ kind: "engine-lost", reason });
    expect((await ask(slow, "Q SELECT 1")).outcome).toEqual({ kind: "engine-lost", reason });
    expect(waits).toBeGreaterThan(0);
    expect((await query(other, "SELECT count(*) FROM items WHERE id = 200"))[0]).toBe("D 0");
    await other.close();
  });

  test("of a few MiB hold nobody back, and the session waits for its client alone", async () => {
    const slow = await Promise.all([bench.open(), bench.open()]);
    let take: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => {
      take = resolve;
    });
    let over = 0;
    const sql = "SELECT repeat('x', 1000) FROM generate_series(1, 3000)";
    const stuck = slow.map((session) =>
      session.run(batch(`Q ${sql}`), () => taken).finally(() => (over += 1)),
    );
    expect((await query(b, LARGE)).length).toBe(20_002);
    expect(over).toBe(0);
    take();
    expect(await Promise.all(stuck)).toEqual([IDLE, IDLE]);
    await Promise.all(slow.map((session) => session.close()));
  });

  test("of a session that is closed meanwhile are dropped", async () => {
    const gone = await bench.open();
    const stuck = gone.run(batch(`Q ${LARGE}`), () => new Promise(() => undefined));
    await gone.close();
    expect((await stuck).kind).toBe("completed");
    expect((await query(a, "SELECT 1"))[0]).toBe("D 1");
  });
});

describe("cancel", () => {
  const CANCELLED = "E 57014 canceling statement due to user request";

  test.each([
    ["a runaway query", RUNAWAY],
    [
      "a recursive query",
      "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT count(*) FROM r",
    ],
    ["pg_sleep", "SELECT pg_sleep(20)"],
  ])("ends %s within a second, and nothing else", async (_name, sql) => {
    const { running, end } = start(a, sql);
    const behind = query(b, "SELECT 'behind'");
    await running;
    const startedAt = performance.now();
    a.cancel();
    expect(await end).toEqual([CANCELLED, "Z I"]);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await behind).toEqual(["D behind", "C SELECT 1", "Z I"]);
    expect((await query(a, "SELECT 1"))[0]).toBe("D 1");
  });

  test("of a batch that waits behind another one ends only the batch itself", async () => {
    const first = start(a, "SELECT pg_sleep(0.2)");
    const second = ask(b, `Q ${RUNAWAY}`);
    await first.running;
    b.cancel();
    expect(await first.end).toEqual(["C SELECT 1", "Z I"]);
    expect((await second).messages.slice(-2)).toEqual([CANCELLED, "Z I"]);
  });

  test("that comes too late does not hit the next statement", async () => {
    for (let round = 0; round < 200; round += 1) {
      const running = ask(a, "Q SELECT 1");
      const next = query(b, "SELECT 2");
      a.cancel();
      await running;
      expect(await next).toEqual(["D 2", "C SELECT 1", "Z I"]);
      a.cancel();
      expect((await query(b, "SELECT 3"))[0]).toBe("D 3");
    }
  });
});

describe("what sessions of one backend still share", () => {
  test("blocks nobody and breaks nothing", async () => {
    const [c, d] = await Promise.all([bench.open(), bench.open()]);
    const shared = [
      "CREATE TEMP TABLE shared (n int) ON COMMIT PRESERVE ROWS",
      "DECLARE held CURSOR WITH HOLD FOR SELECT generate_series(1, 3)",
      "PREPARE shared AS SELECT 1",
      "LISTEN shared",
      "SELECT pg_advisory_lock(1)",
      "SELECT pg_advisory_lock_shared(1)",
    ];
    for (const sql of shared) {
      for (const session of [c, d, c]) {
        expect((await query(session, sql)).at(-1)).toBe("Z I");
        expect((await query(session, "NOTIFY shared, 'text'")).at(-1)).toBe("Z I");
      }
    }
    await Promise.all([c.close(), d.close()]);
    for (const sql of ["UNLISTEN *", "CLOSE ALL", "DISCARD TEMP", "DEALLOCATE shared"]) {
      expect((await query(a, sql)).at(-1)).toBe("Z I");
    }
  });
});

describe("sessions are separate", () => {
  test("in their transactions: a disconnect rolls back", async () => {
    const gone = await bench.open();
    await query(gone, "BEGIN; INSERT INTO items VALUES (300, 'gone')");
    await gone.close();
    expect((await query(a, "SELECT count(*) FROM items WHERE id = 300"))[0]).toBe("D 0");
  });

  test("in their transactions: who has waited too long is told so, and goes on later", async () => {
    await query(a, "BEGIN");
    const { messages, outcome } = await ask(b, "Q SELECT 1");
    expect(messages).toEqual([]);
    expect(outcome.kind).toBe("wait-timeout");
    await query(a, "COMMIT");
    expect((await query(b, "SELECT 1"))[0]).toBe("D 1");
  });

  test("in their settings", async () => {
    const c = await bench.open({ TimeZone: "Asia/Tokyo", search_path: "pg_catalog" });
    await ask(b, "Q SET timezone TO 'Europe/Rome'");
    const [fromA, fromB, fromC] = await Promise.all(
      [a, b, c].map((session) =>
        query(
          session,
          "SELECT current_setting('timezone') || '/' || current_setting('search_path')",
        ),
      ),
    );
    expect([fromA?.[0], fromB?.[0], fromC?.[0]]).toEqual([
      'D UTC/"$user", public',
      'D Europe/Rome/"$user", public',
      "D Asia/Tokyo/pg_catalog",
    ]);
    await ask(b, "Q SET timezone TO 'UTC'");
    await c.close();
  });

  test("and each is told of its own changes before its ReadyForQuery", async () => {
    const c = await bench.open({ application_name: "first" });
    const told = async (sql: string): Promise<readonly string[]> =>
      (await ask(c, `Q ${sql}`)).messages;
    expect(await told("SET timezone TO 'Asia/Tokyo'")).toEqual([
      "C SET",
      "S TimeZone=Asia/Tokyo",
      "Z I",
    ]);
    await query(b, "SELECT 1");
    expect(await told("SET timezone TO 'Asia/Tokyo'")).toEqual(["C SET", "Z I"]);
    await told("BEGIN");
    expect(await told("SET application_name TO second")).toEqual([
      "C SET",
      "S application_name=second",
      "Z T",
    ]);
    expect(await told("SET datestyle TO german")).toEqual([
      "C SET",
      "S DateStyle=German, DMY",
      "Z T",
    ]);
    // It must still be possible to set what can be set only before the first query.
    expect(await told("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")).toEqual(["C SET", "Z T"]);
    expect(await told("ROLLBACK")).toEqual([
      "C ROLLBACK",
      "S application_name=first",
      "S DateStyle=ISO, MDY",
      "Z I",
    ]);
    expect((await ask(c, "P  SET intervalstyle TO iso_8601", "B ", "E", "S")).messages).toEqual([
      "1",
      "2",
      "C SET",
      "S IntervalStyle=iso_8601",
      "Z I",
    ]);
    await c.close();
  });

  test("in the names of their prepared statements", async () => {
    await ask(a, "P same SELECT 'a'", "S");
    await ask(b, "P same SELECT 'b'", "S");
    const run = async (session: SqlSession): Promise<string | undefined> =>
      (await ask(session, "B same", "E", "S")).messages[1];
    expect([await run(a), await run(b)]).toEqual(["D a", "D b"]);
    expect((await ask(a, "P same SELECT 'c'", "S")).messages[0]).toBe(
      'E 42P05 prepared statement "same" already exists',
    );
  });

  test("also in what they have prepared under the eyes of others", async () => {
    await ask(a, "P secret SELECT 'secret'", "S");
    expect(await query(b, "SELECT name, statement FROM pg_prepared_statements")).toEqual([
      "C SELECT 0",
      "Z I",
    ]);
    expect((await query(b, "SELECT name FROM pg_prepared_statement()"))[0]).toBe(
      "E 42501 permission denied for function pg_prepared_statement",
    );
    expect((await query(b, "EXECUTE secret"))[0]).toBe(
      'E 26000 prepared statement "secret" does not exist',
    );
  });

  test("in their unnamed statements", async () => {
    await ask(a, "P  SELECT 'unnamed a'", "S");
    await ask(b, "P  SELECT 'unnamed b'", "S");
    expect((await ask(a, "B ", "E", "S")).messages).toEqual([
      "2",
      "D unnamed a",
      "C SELECT 1",
      "Z I",
    ]);
    const c = await bench.open();
    expect((await ask(c, "B ", "E", "S")).messages[0]).toBe(
      "E 26000 unnamed prepared statement does not exist",
    );
    await c.close();
  });

  test("in their roles, batch by batch", async () => {
    const reader = await bench.open({}, "reader");
    expect(reader.parameters.get("session_authorization")).toBe("reader");
    const users = await Promise.all(
      [a, reader, b].map((session) => query(session, "SELECT current_user || '/' || session_user")),
    );
    expect(users.map(([row]) => row)).toEqual([
      "D admin/admin",
      "D reader/reader",
      "D admin/admin",
    ]);
    expect((await query(reader, "SELECT * FROM items"))[0]).toBe(
      "E 42501 permission denied for table items",
    );
    await reader.close();
  });

  test("also when the role of one of them is dropped", async () => {
    await query(a, "CREATE ROLE doomed LOGIN");
    const doomed = await bench.open({ application_name: "same" }, "doomed");
    const other = await bench.open({ application_name: "same" });
    expect((await query(doomed, "SELECT current_user"))[0]).toBe("D doomed");
    // All three are under way at once, so the settings of the last one were to come with the second.
    const answers = Promise.all([
      query(a, "DROP ROLE doomed"),
      query(doomed, "SELECT 1"),
      query(other, "SELECT current_user || '/' || current_setting('application_name')"),
    ]);
    expect(await answers).toEqual([
      ["C DROP ROLE", "Z I"],
      ['E 22023 role "doomed" does not exist', "Z I"],
      ["D admin/same", "C SELECT 1", "Z I"],
    ]);
    await other.close();
    await doomed.close();
  });
});
