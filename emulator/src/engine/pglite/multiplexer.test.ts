import { describe, expect, test } from "vitest";
import {
  createFakeEngineProcess,
  type FakeEngineProcess,
} from "../../../test/support/fake-engine-process.ts";
import { createManualTimers, type ManualTimers } from "../../../test/support/manual-timers.ts";
import { ask, batch, readAnswer } from "../../../test/support/session-client.ts";
import type { SqlEngine, SqlSession } from "../../session/index.ts";
import { createPgliteEngine } from "./multiplexer.ts";
import type { MultiplexerEvent } from "./multiplexer-events.ts";

const WAIT_MS = 5_000;
const HELD_BACK_LIMIT_MS = 3_000;

interface Bench {
  readonly engine: SqlEngine;
  readonly fakes: FakeEngineProcess[];
  readonly timers: ManualTimers;
  readonly events: MultiplexerEvent[];
  readonly open: (
    settings?: Readonly<Record<string, string>>,
    role?: string,
  ) => Promise<SqlSession>;
  readonly fake: () => FakeEngineProcess;
}

function setUp(failStarts = 0): Bench {
  const fakes: FakeEngineProcess[] = [];
  const events: MultiplexerEvent[] = [];
  const timers = createManualTimers();
  let failures = failStarts;
  const engine = createPgliteEngine({
    startProcess: async () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error("no engine");
      }
      const fake = createFakeEngineProcess();
      fakes.push(fake);
      return fake.process;
    },
    transactionWaitMs: WAIT_MS,
    heldBackLimitMs: HELD_BACK_LIMIT_MS,
    timers,
    onEvent: (event) => events.push(event),
  });
  return {
    engine,
    fakes,
    timers,
    events,
    open: (settings = {}, role = "app") =>
      engine.openSession({ databaseRole: role, settings: new Map(Object.entries(settings)) }),
    fake: () => {
      const last = fakes.at(-1);
      if (last === undefined) throw new Error("no engine was started");
      return last;
    },
  };
}

const IDLE = { kind: "completed", transactionStatus: "idle" };
const IN_TRANSACTION = { kind: "completed", transactionStatus: "in-transaction" };
const FAILED = { kind: "completed", transactionStatus: "failed" };

/** Lets everything that the fake can do without the test be done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("start and end of the engine", () => {
  test("starts nothing before the first session, and one process for sessions at once", async () => {
    const { fakes, open, events } = setUp();
    expect(fakes.length).toBe(0);
    const sessions = await Promise.all([open(), open(), open()]);
    expect(fakes.length).toBe(1);
    expect(new Set(sessions.map(({ processId }) => processId)).size).toBe(3);
    expect(events).toEqual([{ type: "engine-started" }]);
  });

  test("a failed start fails every session that waits for it, and the next session tries again", async () => {
    const { open, events } = setUp(1);
    const results = await Promise.allSettled([open(), open()]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const session = await open();
    expect((await ask(session, "Q hello")).messages).toEqual(["D app: hello", "C SELECT 1", "Z I"]);
    expect(events).toEqual([
      { type: "engine-start-failed", message: "no engine" },
      { type: "engine-started" },
    ]);
  });

  test("a lost engine ends current and later batches, and the next session starts another", async () => {
    const { fakes, fake, open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    const sleeping = ask(a, "Q SLEEP");
    const waiting = ask(b, "Q hello");
    await fake().untilAsleep();
    fake().crash("out of order");
    const lost = { kind: "engine-lost", reason: "out of order" };
    expect((await sleeping).outcome).toEqual(lost);
    expect((await waiting).outcome).toEqual(lost);
    expect((await ask(b, "Q hello")).outcome).toEqual(lost);
    await b.close();
    const c = await open();
    expect((await ask(c, "Q hello")).outcome).toEqual(IDLE);
    expect(fakes.length).toBe(2);
  });

  test("stop ends the process and the sessions, and no session opens afterwards", async () => {
    const { engine, open } = setUp();
    const session = await open();
    await ask(session, "Q BEGIN");
    await engine.stop();
    expect((await ask(session, "Q hello")).outcome).toEqual({
      kind: "engine-lost",
      reason: "terminated",
    });
    await expect(open()).rejects.toThrow("the engine has been stopped");
  });
});

describe("transactions", () => {
  test("a transaction is run to its end before the batches of others, which keep their order", async () => {
    const { fake, open } = setUp();
    const [a, b, c] = await Promise.all([open(), open(), open()]);
    const begin = ask(a, "Q BEGIN");
    const others = [ask(b, "Q b1"), ask(c, "Q c1")];
    expect((await begin).outcome).toEqual(IN_TRANSACTION);
    await ask(a, "Q a1");
    await ask(a, "Q COMMIT");
    await Promise.all(others);
    expect(fake().log.slice(3)).toEqual(["1: BEGIN", "1: a1", "1: COMMIT", "2: b1", "3: c1"]);
  });

  test("a failed transaction holds the engine too, and so does an open extended batch", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q BEGIN");
    expect((await ask(a, "Q FAIL")).outcome).toEqual(FAILED);
    const other = ask(b, "Q b1");
    await ask(a, "Q ROLLBACK");
    await other;
    const flushed = await ask(a, "P  a2", "H");
    expect(flushed).toEqual({
      messages: ["1"],
      outcome: { kind: "completed", transactionStatus: "unfinished" },
    });
    const later = ask(b, "Q b2");
    await ask(a, "B ", "E", "S");
    await later;
    expect(fake().log.slice(3)).toEqual([
      "1: BEGIN",
      "1: FAIL",
      "1: ROLLBACK",
      "2: b1",
      "1: a2",
      "1:",
      "2: b2",
    ]);
  });

  test("a batch that has waited too long for a transaction is not run", async () => {
    const { fake, open, timers } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q BEGIN");
    const waiting = ask(b, "Q b1");
    timers.advance(WAIT_MS - 1);
    await settled();
    timers.advance(1);
    expect(await waiting).toEqual({
      messages: [],
      outcome: { kind: "wait-timeout", waitedMs: WAIT_MS },
    });
    await ask(a, "Q COMMIT");
    expect((await ask(b, "Q b2")).outcome).toEqual(IDLE);
    expect(fake().log).not.toContain("2: b1");
  });

  test("waiting behind a long statement is not waiting for a transaction", async () => {
    const { fake, open, timers } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    const sleeping = ask(a, "Q SLEEP");
    const waiting = ask(b, "Q b1");
    await fake().untilAsleep();
    timers.advance(10 * WAIT_MS);
    fake().wake();
    await sleeping;
    expect((await waiting).outcome).toEqual(IDLE);
  });

  test("the waits for several transactions add up", async () => {
    const { open, timers } = setUp();
    const [a, b, c] = await Promise.all([open(), open(), open()]);
    await ask(a, "Q BEGIN");
    const second = ask(b, "Q BEGIN");
    const third = ask(c, "Q c1");
    timers.advance(WAIT_MS - 1_000);
    await ask(a, "Q COMMIT");
    await second;
    await settled();
    timers.advance(1_000);
    expect((await third).outcome).toEqual({ kind: "wait-timeout", waitedMs: WAIT_MS });
  });
});

describe("an answer that is not taken", () => {
  test("ends its session when it holds back the engine for too long while others wait", async () => {
    const { fake, open, timers } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    const sleeping = ask(a, "Q SLEEP");
    await fake().untilAsleep();
    fake().holdBack(HELD_BACK_LIMIT_MS + 1);
    timers.advance(10_000);
    expect(fake().cancelRequests()).toBe(0);
    const waiting = ask(b, "Q b1");
    timers.advance(1_000);
    const reason = `the client held back the database for ${HELD_BACK_LIMIT_MS + 1} ms by not taking its answer, while others waited`;
    const outcome = { kind: "engine-lost", reason };
    expect(await sleeping).toEqual({ messages: [], outcome });
    expect(await a.lost).toBe(reason);
    expect((await waiting).outcome).toEqual(IDLE);
    expect((await ask(a, "Q hello")).outcome).toEqual(outcome);
  });

  test("of less than that leaves its session alone", async () => {
    const { fake, open, timers } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    const sleeping = ask(a, "Q SLEEP");
    const waiting = ask(b, "Q b1");
    await fake().untilAsleep();
    fake().holdBack(HELD_BACK_LIMIT_MS);
    timers.advance(10_000);
    fake().wake();
    expect([(await sleeping).outcome, (await waiting).outcome]).toEqual([IDLE, IDLE]);
  });
});

describe("cancel", () => {
  test("a waiting batch is not run", async () => {
    const { open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q BEGIN");
    const waiting = ask(b, "Q b1");
    b.cancel();
    expect(await waiting).toEqual({ messages: [], outcome: { kind: "cancelled" } });
    expect((await ask(a, "Q COMMIT")).outcome).toEqual(IDLE);
  });

  test("a running statement is interrupted", async () => {
    const { fake, open } = setUp();
    const a = await open();
    const sleeping = ask(a, "Q SLEEP");
    await fake().untilAsleep();
    a.cancel();
    expect(await sleeping).toEqual({
      messages: ["E 57014 canceling statement due to user request", "Z I"],
      outcome: IDLE,
    });
  });

  test("a request that came before its statement began is repeated", async () => {
    const { fake, open, timers } = setUp();
    const a = await open();
    const sleeping = ask(a, "Q SLEEP");
    a.cancel();
    await fake().untilAsleep();
    expect(fake().cancelRequests()).toBe(1);
    timers.advance(20);
    expect((await sleeping).messages[0]).toBe("E 57014 canceling statement due to user request");
    timers.advance(10_000);
    expect(fake().cancelRequests()).toBe(2);
  });

  test("a batch under way behind the statement of another session interrupts only itself", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    const first = ask(a, "Q SLEEP");
    const second = ask(b, "Q SLEEP");
    await fake().untilAsleep();
    b.cancel();
    expect(fake().cancelRequests()).toBe(0);
    fake().wake();
    expect((await first).messages).toEqual(["D app: SLEEP", "C SELECT 1", "Z I"]);
    expect((await second).messages).toEqual([
      "E 57014 canceling statement due to user request",
      "Z I",
    ]);
    expect(fake().cancelRequests()).toBe(1);
  });

  test("does nothing when no batch is there", async () => {
    const { fake, open } = setUp();
    const a = await open();
    await ask(a, "Q hello");
    a.cancel();
    expect(fake().cancelRequests()).toBe(0);
  });
});

describe("close", () => {
  test("rolls back an open transaction and lets the others go on", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q BEGIN");
    const waiting = ask(b, "Q b1");
    await Promise.all([a.close(), a.close()]);
    expect((await waiting).outcome).toEqual(IDLE);
    expect(fake().log.slice(3)).toEqual(["1: BEGIN", "1: ROLLBACK", "2: b1"]);
    expect((await ask(a, "Q hello")).outcome).toEqual({ kind: "cancelled" });
  });

  test("ends a batch that waits for its Sync", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "P  a1", "H");
    const waiting = ask(b, "Q b1");
    await a.close();
    expect((await waiting).outcome).toEqual(IDLE);
    expect(fake().log.slice(3)).toEqual(["1: a1", "1:", "2: b1"]);
  });

  test("frees an engine whose output the client does not take", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q BEGIN");
    let blocked: () => void = () => undefined;
    const isBlocked = new Promise<void>((resolve) => {
      blocked = resolve;
    });
    const stuck = a.run(batch("Q a1"), () => {
      blocked();
      return new Promise<void>(() => undefined);
    });
    await isBlocked;
    const waiting = ask(b, "Q b1");
    await a.close();
    expect(await stuck).toEqual(IN_TRANSACTION);
    expect((await waiting).outcome).toEqual(IDLE);
    expect(fake().log.slice(-2)).toEqual(["1: ROLLBACK", "2: b1"]);
  });

  test("has the statements of closed sessions closed, many at a time", async () => {
    const { fake, open } = setUp();
    const a = await open();
    for (let index = 0; index < 32; index += 1) await ask(a, `P name${index} hello`, "S");
    expect(fake().statements().length).toBe(32);
    await a.close();
    const b = await open();
    await ask(b, "Q hello");
    expect(fake().statements()).toEqual([]);
  });
});

describe("settings", () => {
  test("belong to the session, and cost nothing while they are the same", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([
      open({ application_name: "one", TimeZone: "GMT" }),
      open({ application_name: "it's" }),
    ]);
    const show = async (session: SqlSession, name: string): Promise<string | undefined> =>
      (await ask(session, `Q SHOW ${name}`)).messages[0];
    expect(await show(a, "timezone")).toBe("D GMT");
    expect(await show(a, "application_name")).toBe("D one");
    expect(await show(b, "timezone")).toBe("D UTC");
    expect(fake().switches).toEqual([
      "SELECT pg_catalog.set_config('application_name', 'one', false), pg_catalog.set_config('timezone', 'GMT', false)",
      "SELECT pg_catalog.set_config('application_name', 'it''s', false), pg_catalog.set_config('timezone', 'UTC', false)",
    ]);
  });

  test("that a session changes stay with it, also when others are sent at once", async () => {
    const { open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    const changed = ask(a, "Q SET timezone TO Asia/Tokyo");
    const other = ask(b, "Q SHOW timezone");
    await changed;
    expect((await other).messages[0]).toBe("D UTC");
    expect((await ask(a, "Q SHOW timezone")).messages[0]).toBe("D Asia/Tokyo");
    expect((await ask(b, "Q SHOW timezone")).messages[0]).toBe("D UTC");
  });

  test("changed in a transaction count when it commits, and are back when it does not", async () => {
    const { open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q BEGIN");
    await ask(a, "Q SET timezone TO Asia/Tokyo");
    const other = ask(b, "Q SHOW timezone");
    await ask(a, "Q COMMIT");
    expect((await other).messages[0]).toBe("D UTC");
    await ask(a, "Q BEGIN");
    await ask(a, "Q SET timezone TO Asia/Seoul");
    await ask(a, "Q ROLLBACK");
    await ask(b, "Q SHOW timezone");
    expect((await ask(a, "Q SHOW timezone")).messages[0]).toBe("D Asia/Tokyo");
  });

  test("changed by a statement that was prepared before stay with the session", async () => {
    const { open } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "P tz SET timezone TO Asia/Tokyo", "S");
    await ask(a, "B tz", "E", "S");
    expect((await ask(b, "Q SHOW timezone")).messages[0]).toBe("D UTC");
    expect((await ask(a, "Q SHOW timezone")).messages[0]).toBe("D Asia/Tokyo");
  });

  test("are read back after every batch once a function may change them", async () => {
    const { fake, open, events } = setUp();
    const [a, b] = await Promise.all([open(), open()]);
    await ask(a, "Q CREATE FUNCTION f() AS SELECT set_config(x)");
    expect(events.at(-1)).toEqual({ type: "functions-may-change-settings" });
    const before = fake().log.length;
    await ask(b, "Q hello");
    await settled();
    expect(
      fake()
        .log.slice(before)
        .map((line) => line.slice(0, 9)),
    ).toEqual(["2: hello", "0: SELECT"]);
  });

  test("that cannot be switched are an error of that session only", async () => {
    const { fake, open } = setUp();
    const [a, b] = await Promise.all([open({ application_name: "one" }), open()]);
    fake().failNextBefore("53200", "out of memory");
    expect(await ask(a, "Q hello")).toEqual({
      messages: ["E 53200 out of memory", "Z I"],
      outcome: IDLE,
    });
    expect((await ask(b, "Q SHOW application_name")).messages[0]).toBe("D");
    expect((await ask(a, "Q SHOW application_name")).messages[0]).toBe("D one");
  });
});

describe("start-up settings", () => {
  test("are shown as ParameterStatus values", async () => {
    const { open } = setUp();
    const session = await open({ application_name: "psql", DateStyle: "iso, dmy" }, "reader");
    expect(Object.fromEntries(session.parameters)).toEqual({
      application_name: "psql",
      client_encoding: "UTF8",
      DateStyle: "ISO, DMY",
      default_transaction_read_only: "off",
      in_hot_standby: "off",
      integer_datetimes: "on",
      IntervalStyle: "postgres",
      is_superuser: "off",
      server_encoding: "UTF8",
      server_version: "16.15",
      session_authorization: "reader",
      standard_conforming_strings: "on",
      TimeZone: "UTC",
    });
  });

  test("are stored as the engine writes them, which it is asked once for each value", async () => {
    const { fake, open } = setUp();
    const first = await open({ TimeZone: "utc" });
    expect(first.parameters.get("TimeZone")).toBe("UTC");
    const calls = fake().log.length;
    const second = await open({ timezone: "utc" });
    expect(second.parameters.get("TimeZone")).toBe("UTC");
    expect(fake().log.length).toBe(calls);
  });

  test("with a bad value are refused in the engine's words, and others are not hurt", async () => {
    const { open } = setUp();
    await expect(open({ TimeZone: "bad" })).rejects.toMatchObject({
      code: "SESSION_START_FAILED",
      sqlState: "22023",
      message: 'invalid value for parameter "timezone"',
    });
    const session = await open();
    expect((await ask(session, "Q SHOW timezone")).messages[0]).toBe("D UTC");
  });

  test("that only the engine can judge wait no longer for a transaction than a batch does", async () => {
    const { open, timers } = setUp();
    const holder = await open();
    await ask(holder, "Q BEGIN");
    const opening = open({ TimeZone: "Asia/Tokyo" });
    const refused = expect(opening).rejects.toMatchObject({ sqlState: "57P03" });
    await settled();
    timers.advance(WAIT_MS);
    await refused;
    expect((await open({ application_name: "x" })).parameters.get("application_name")).toBe("x");
  });
});

describe("COPY … FROM STDIN", () => {
  async function start(session: SqlSession, sql: string): Promise<unknown> {
    const pieces: Uint8Array[] = [];
    const started = await session.startCopyIn(batch(sql), (chunk) => {
      pieces.push(chunk.slice());
      return undefined;
    });
    return started.kind === "copy-in"
      ? { kind: "copy-in", messages: readAnswer(started.copyInResponse) }
      : { ...started, messages: readAnswer(Buffer.concat(pieces)) };
  }

  test("is tried without data, and then run without a second CopyInResponse", async () => {
    const { open } = setUp();
    const a = await open();
    expect(await start(a, "Q COPY t")).toEqual({ kind: "copy-in", messages: ["G"] });
    expect(await ask(a, "Q COPY t", "d 1", "d 2", "c")).toEqual({
      messages: ["C COPY 2", "Z I"],
      outcome: IDLE,
    });
  });

  test("that the client gives up fails with its own words only", async () => {
    const { open } = setUp();
    const a = await open();
    await start(a, "Q COPY t");
    expect((await ask(a, "Q COPY t", "d 1", "f")).messages).toEqual([
      "E 57014 COPY from stdin failed",
      "Z I",
    ]);
  });

  test("that the engine refuses is answered at once", async () => {
    const { open } = setUp();
    const a = await open();
    expect(await start(a, "Q COPY nope")).toEqual({
      kind: "answered",
      outcome: IDLE,
      messages: ['E 42P01 relation "nope" does not exist', "Z I"],
    });
  });

  test("leaves an open transaction as it was", async () => {
    const { fake, open } = setUp();
    const a = await open();
    await ask(a, "Q BEGIN");
    expect(await start(a, "Q COPY t")).toEqual({ kind: "copy-in", messages: ["G"] });
    expect((await ask(a, "Q COPY t", "d 1", "c")).outcome).toEqual(IN_TRANSACTION);
    expect(fake().log.slice(3)).toEqual([
      "1: BEGIN",
      "1: SAVEPOINT dsql_emulator_copy",
      "1: COPY t",
      "1: ROLLBACK TO SAVEPOINT dsql_emulator_copy; RELEASE SAVEPOINT dsql_emulator_copy",
      "1: COPY t",
    ]);
  });

  test("refused in a transaction fails the transaction", async () => {
    const { open } = setUp();
    const a = await open();
    await ask(a, "Q BEGIN");
    expect(await start(a, "Q COPY nope")).toEqual({
      kind: "answered",
      outcome: FAILED,
      messages: ['E 42P01 relation "nope" does not exist', "Z E"],
    });
    expect(await start(a, "Q COPY t")).toEqual({
      kind: "answered",
      outcome: FAILED,
      messages: ["E 25P02 current transaction is aborted", "Z E"],
    });
  });
});
