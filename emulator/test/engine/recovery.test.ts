import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineCall } from "../../src/engine/index.ts";
import type { SqlSession } from "../../src/session/index.ts";
import { ask, batch } from "../support/session-client.ts";
import { engineUnderTest, query } from "./engine-under-test.ts";

const WATCHDOG_MS = 300;
const bench = engineUnderTest({ statementWatchdogMs: WATCHDOG_MS });
let session: SqlSession;

beforeAll(async () => {
  session = await bench.open();
});

afterAll(() => bench.engine.stop());

/** A call past the multiplexer, as session 0. */
function call(frames: Uint8Array): EngineCall {
  return {
    sessionNumber: 0,
    databaseRole: "admin",
    frames: new Uint8Array(frames),
    endsWithReadyForQuery: true,
  };
}

const ignore = (): undefined => undefined;

describe("a statement that runs for too long", () => {
  test("is interrupted, and the engine goes on", async () => {
    expect(await query(session, "SELECT count(*) FROM generate_series(1, 1000000000)")).toEqual([
      "E 57014 canceling statement due to user request",
      "Z I",
    ]);
    expect((await query(session, "SELECT 1"))[0]).toBe("D 1");
    expect(bench.events).toEqual([{ type: "engine-started" }]);
  });
});

describe("a broken engine is replaced", () => {
  async function expectReplaced(reason: string, breakIt: () => unknown): Promise<void> {
    const before = bench.events.length;
    const waiting = await bench.open();
    await query(session, "BEGIN");
    const behind = ask(waiting, "Q SELECT 1");
    breakIt();
    const outcome = { kind: "engine-lost", reason };
    expect((await behind).outcome).toEqual(outcome);
    expect([await session.lost, await waiting.lost]).toEqual([reason, reason]);
    expect((await ask(session, "Q SELECT 1")).outcome).toEqual(outcome);
    // Sessions that are opened while the next engine starts wait for it.
    const [next, another] = await Promise.all([bench.open(), bench.open()]);
    await Promise.all([session.close(), waiting.close()]);
    expect((await query(next, "SELECT 1"))[0]).toBe("D 1");
    await another.close();
    session = next;
    expect(bench.events.slice(before)).toEqual([
      { type: "engine-lost", reason },
      { type: "engine-started" },
    ]);
  }

  test("when its worker is ended", () =>
    expectReplaced("the engine was stopped", () => bench.process().terminate()));

  test("when an answer has no ReadyForQuery", async () => {
    await query(session, "SELECT 1");
    const [parse] = batch("P  SELECT 1").frames;
    const outcome = { kind: "lost", reason: "the answer did not end with ReadyForQuery" };
    const process = bench.process();
    expect(await process.run(call(parse?.bytes ?? new Uint8Array()), ignore)).toEqual(outcome);
    expect(await process.run(call(parse?.bytes ?? new Uint8Array()), ignore)).toEqual(outcome);
    expect(await session.lost).toBe(outcome.reason);
    session = await bench.open();
    expect((await query(session, "SELECT 1"))[0]).toBe("D 1");
  });

  test("when it spins and does not react", async () => {
    // Compares 40 billion bytes without looking at the cancel flag once.
    const sql = "SELECT strpos(repeat('a', 400000), 'b' || repeat('a', 200000))";
    const reason = `a statement ran for more than ${WATCHDOG_MS} ms and could not be interrupted`;
    expect((await ask(session, `Q ${sql}`)).outcome).toEqual({ kind: "engine-lost", reason });
    expect(await session.lost).toBe(reason);
    session = await bench.open();
    expect((await query(session, "SELECT 1"))[0]).toBe("D 1");
  });
});

describe("stop", () => {
  test("ends sessions that are busy, waiting or being opened, and nothing opens afterwards", async () => {
    const stopped = engineUnderTest();
    const busy = await stopped.open();
    const waiting = await stopped.open();
    const outcomes = Promise.all([ask(busy, "Q SELECT pg_sleep(10)"), ask(waiting, "Q SELECT 1")]);
    const opening = expect(stopped.open()).rejects.toThrow("the engine has been stopped");
    await stopped.engine.stop();
    const lost = {
      messages: [],
      outcome: { kind: "engine-lost", reason: "the engine was stopped" },
    };
    expect(await outcomes).toEqual([lost, lost]);
    await opening;
    await expect(stopped.open()).rejects.toThrow("the engine has been stopped");
    expect(stopped.events).toEqual([{ type: "engine-started" }]);
  });

  test("ends an engine that is starting, and one that never started", async () => {
    const starting = engineUnderTest();
    const opening = expect(starting.open()).rejects.toThrow("the engine has been stopped");
    await starting.engine.stop();
    await opening;
    const unused = engineUnderTest();
    await unused.engine.stop();
    expect(unused.events).toEqual([]);
  });
});

describe("an engine that cannot start", () => {
  test("says that the snapshot is missing", async () => {
    const broken = engineUnderTest({ snapshotFile: "/nowhere/snapshot.tar.gz" });
    const message =
      "the database engine did not start: ENOENT: no such file or directory, open '/nowhere/snapshot.tar.gz'";
    await expect(broken.open()).rejects.toThrow(message);
    expect(broken.events).toEqual([{ type: "engine-start-failed", message }]);
  });

  test("starts with either guard against becoming superuser", async () => {
    const guarded = engineUnderTest({ superuserGuard: "security-context" });
    const guardedSession = await guarded.open();
    expect((await query(guardedSession, "SELECT current_user || '/' || session_user"))[0]).toBe(
      "D admin/admin",
    );
    expect((await query(guardedSession, "SET SESSION AUTHORIZATION rdsadmin"))[0]).toBe(
      'E 42501 cannot set parameter "session_authorization" within security-definer function',
    );
    await guarded.engine.stop();
  });
});
