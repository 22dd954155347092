import { describe, expect, test } from "vitest";
import type { PgliteEngine } from "../engine/index.ts";
import type { SqlSession } from "../session/index.ts";
import { EnginePool } from "./engine-pool.ts";

const OPTIONS = { databaseRole: "admin", settings: new Map<string, string>() };

/** A pool of engines that only say what is done with them. */
function makePool(
  maxRunning: number,
  unkept: readonly string[] = [],
): {
  pool: EnginePool;
  log: string[];
  open: (key: string) => Promise<SqlSession>;
  ask: (key: string) => Promise<boolean>;
} {
  const log: string[] = [];
  const pool = new EnginePool(maxRunning);
  const makeEngine = (key: string): PgliteEngine => ({
    openSession: async () => {
      log.push(`open ${key}`);
      if (key === "broken") throw new Error("it does not start");
      return {
        processId: 1,
        parameters: new Map(),
        lost: new Promise<string>(() => undefined),
        run: async () => ({ kind: "completed", transactionStatus: "idle" }),
        startCopyIn: () => Promise.reject(new Error("not here")),
        cancel: () => undefined,
        close: () => Promise.resolve(),
      };
    },
    isMapped: async () => {
      log.push(`ask ${key}`);
      return true;
    },
    mappingFacts: () => Promise.reject(new Error("not asked")),
    saveImage: () => Promise.reject(new Error("not asked")),
    restoreImage: () => Promise.reject(new Error("not asked")),
    copyFiles: () => Promise.reject(new Error("not asked")),
    stop: async () => {
      await Promise.resolve();
      log.push(`stop ${key}`);
    },
  });
  const engineOf = (key: string): PgliteEngine =>
    pool.engineOf(key, () => ({
      makeEngine: () => makeEngine(key),
      isKept: !unkept.includes(key),
    }));
  return {
    pool,
    log,
    open: (key) => engineOf(key).openSession(OPTIONS),
    ask: (key) => engineOf(key).isMapped("arn", "role"),
  };
}

describe("the engines that run", () => {
  test("the one that was used least recently and has no session is put to sleep, and wakes", async () => {
    const { pool, log, open } = makePool(2);
    const [a, b] = [await open("a"), await open("b")];
    await b.close();
    await a.close();
    await (await open("a")).close();
    await (await open("c")).close();
    expect(log).toEqual(["open a", "open b", "open a", "stop b", "open c"]);
    await open("b");
    expect(log.slice(5)).toEqual(["stop a", "open b"]);
    expect(pool.running).toBe(2);
  });

  test("one with a session stays, however long ago it was used", async () => {
    const { log, open } = makePool(2);
    await open("a");
    await (await open("b")).close();
    await open("c");
    expect(log).toEqual(["open a", "open b", "stop b", "open c"]);
  });

  test("when all have sessions, another one is refused and says what to do", async () => {
    const { log, open } = makePool(1);
    const session = await open("a");
    await expect(open("b")).rejects.toMatchObject({
      sqlState: "53300",
      message:
        "emulator: 1 database engines are in use, which is as many as may run: end the sessions of a cluster, or raise limits.maxRunningEngines",
    });
    await session.close();
    await session.close();
    await open("b");
    expect(log).toEqual(["open a", "stop a", "open b"]);
  });

  test("one whose data would be lost stays", async () => {
    const { open } = makePool(1, ["a"]);
    await (await open("a")).close();
    await expect(open("b")).rejects.toThrow("as many as may run");
  });

  test("many that ask at once never run together", async () => {
    const { pool, open } = makePool(2);
    const keys = ["a", "b", "c", "d", "e", "a", "b"];
    const sessions = await Promise.allSettled(
      keys.map(async (key) => {
        const session = await open(key);
        await session.close();
      }),
    );
    expect(pool.running).toBeLessThanOrEqual(2);
    expect(sessions.some(({ status }) => status === "fulfilled")).toBe(true);
  });

  test("one that fails has no session, so that it can be put to sleep", async () => {
    const { log, open } = makePool(1);
    await expect(open("broken")).rejects.toThrow("it does not start");
    await open("a");
    expect(log).toEqual(["open broken", "stop broken", "open a"]);
  });

  test("a question needs a running engine, too", async () => {
    const { log, open, ask } = makePool(1);
    await (await open("a")).close();
    expect(await ask("b")).toBe(true);
    await open("a");
    expect(log).toEqual(["open a", "stop a", "ask b", "stop b", "open a"]);
  });
});
