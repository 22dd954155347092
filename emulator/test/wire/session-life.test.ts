import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEmulatorClock, type EmulatorClock } from "../../src/clock/index.ts";
import type { OpenConnection, SessionLimits } from "../../src/session/index.ts";
import { TEST_CLUSTER } from "../fixtures/auth/connection-world.ts";
import {
  createFakeSqlEngine,
  type FakeSqlEngine,
  type FakeSqlSession,
} from "../support/fake-sql-engine.ts";
import { CLOSED, type WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { extendedQuery, query, SYNC, TERMINATE } from "./messages.ts";

const READY = "B ReadyForQuery idle";
const TERMINATED =
  'B ErrorResponse FATAL 57P01 "terminating connection due to administrator command"';
const MINUTE_MS = 60_000;

let clock: EmulatorClock;
let fake: FakeSqlEngine;
let server: WireServer;

async function restart(sessionLimits?: SessionLimits): Promise<void> {
  await server.close();
  server = await startWireServer({
    engines: { engineOf: () => fake.engine },
    clock,
    ...(sessionLimits === undefined ? {} : { sessionLimits }),
  });
}

beforeEach(async () => {
  clock = createEmulatorClock();
  await clock.change({ kind: "freeze" });
  fake = createFakeSqlEngine();
  server = await startWireServer({ engines: { engineOf: () => fake.engine }, clock });
});

afterEach(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

async function advance(minutes: number): Promise<void> {
  await clock.change({ kind: "advance", byMs: minutes * MINUTE_MS });
}

interface Opened {
  readonly client: WireClient;
  readonly session: FakeSqlSession;
  readonly connection: OpenConnection;
}

async function open(): Promise<Opened> {
  const opened = fake.nextSession();
  const { client } = await server.loggedIn();
  const connection = [...server.connections].at(-1);
  if (connection === undefined) throw new Error("no connection is open");
  return { client, session: await opened, connection };
}

async function ask(client: WireClient, sql: string): Promise<string[]> {
  client.send(query(sql));
  return client.receiveUntil("ReadyForQuery");
}

describe("after an hour of the emulator's clock", () => {
  test("an idle session is closed without an error, before the clock's move is done", async () => {
    const { client, connection } = await open();
    await advance(59);
    expect(await ask(client, "ONE")).toEqual(['B CommandComplete "ONE"', READY]);
    expect(server.connections.size).toBe(1);
    await advance(1);
    expect(server.connections.size).toBe(0);
    expect(server.log.at(-1)).toBe("closed: the session was older than 3600 s");
    expect(await client.receiveRest()).toEqual([CLOSED]);
    await connection.handle.end("too late");
    await server.untilEnded(1);
  });

  test("it is told so by option, and the hour is another one by option", async () => {
    await restart({ maxSessionSeconds: 120, maxTransactionSeconds: 300, announcesExpiry: true });
    const { client } = await open();
    await advance(2);
    expect(await client.receiveRest()).toEqual([TERMINATED, CLOSED]);
    expect(server.log).toContain("closed: the session was older than 120 s");
  });

  test("each session is closed at its own time", async () => {
    const first = await open();
    await advance(5);
    const second = await open();
    await advance(5);
    const third = await open();
    await advance(51);
    expect([...server.connections]).toEqual([second.connection, third.connection]);
    await advance(4);
    expect([...server.connections]).toEqual([third.connection]);
    await advance(60);
    expect(server.connections.size).toBe(0);
    for (const { client } of [first, second, third]) {
      expect(await client.receiveRest()).toEqual([CLOSED]);
    }
  });

  test("a session in a transaction may finish it", async () => {
    const { client } = await open();
    await advance(59);
    expect((await ask(client, "BEGIN")).at(-1)).toBe("B ReadyForQuery in-transaction");
    await advance(3);
    expect((await ask(client, "ONE")).at(-1)).toBe("B ReadyForQuery in-transaction");
    client.send(query("COMMIT"));
    expect(await client.receiveRest()).toEqual(['B CommandComplete "COMMIT"', READY, CLOSED]);
  });

  test("but has no longer for it than a transaction may take", async () => {
    const { client, session } = await open();
    await advance(59);
    await ask(client, "BEGIN");
    await advance(4);
    expect(server.connections.size).toBe(1);
    await advance(1);
    expect(server.connections.size).toBe(0);
    expect(await client.receiveRest()).toEqual([CLOSED]);
    await session.untilLogged("close");
    expect(session.log).toEqual(['F Query "BEGIN"', "close"]);
  });

  test("a statement that runs goes on, and the move of the clock does not wait for it", async () => {
    const { client, session } = await open();
    await advance(59);
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    await advance(2);
    expect(server.connections.size).toBe(1);
    session.wake();
    expect(await client.receiveRest()).toEqual(['B CommandComplete "SLEEP"', READY, CLOSED]);
    expect(session.log).not.toContain("cancel");
  });

  test.each([
    { begins: 59, cutOff: 64 },
    { begins: 0, cutOff: 60 },
  ])("a statement of minute $begins is cut off in minute $cutOff", async ({ begins, cutOff }) => {
    const { client, session } = await open();
    await advance(begins);
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    await advance(cutOff - begins - 1);
    expect(session.log).not.toContain("cancel");
    await advance(1);
    await session.untilLogged("cancel");
    expect((await client.receiveRest()).at(-1)).toBe(CLOSED);
    await session.untilLogged("close");
  });

  test("a COPY whose data does not come is not waited for", async () => {
    const { client } = await open();
    await advance(50);
    client.send(query("COPY t FROM STDIN"));
    await client.receiveUntil("CopyInResponse");
    await advance(9);
    expect(server.connections.size).toBe(1);
    await advance(1);
    expect(server.connections.size).toBe(0);
    expect(await client.receiveRest()).toEqual([CLOSED]);
  });

  test("a clock that was set back gives sessions more time", async () => {
    const { client } = await open();
    await advance(30);
    await clock.change({ kind: "advance", byMs: -30 * MINUTE_MS }, { force: true });
    await advance(59);
    expect((await ask(client, "ONE")).at(-1)).toBe(READY);
    await advance(1);
    expect(await client.receiveRest()).toEqual([CLOSED]);
  });
});

describe("a transaction of five minutes", () => {
  const tooOld = (seconds: number): string =>
    `B ErrorResponse ERROR 54000 "transaction age limit of 300s exceeded" detail="Current transaction age ${seconds}s exceeds 300s"`;

  test("is rolled back while it is idle, and its COMMIT fails", async () => {
    const { client, session } = await open();
    await ask(client, "BEGIN");
    await advance(4);
    expect(session.log).not.toContain('F Query "ROLLBACK"');
    await advance(1);
    expect(session.log.at(-1)).toBe('F Query "ROLLBACK"');
    await advance(2);
    expect(await ask(client, "COMMIT")).toEqual([tooOld(420), READY]);
    expect(await ask(client, "ONE")).toEqual(['B CommandComplete "ONE"', READY]);
    client.send(TERMINATE);
    expect(await client.receiveRest()).toEqual([CLOSED]);
    expect(session.log.filter((line) => line.startsWith("F"))).toEqual([
      'F Query "BEGIN"',
      'F Query "ROLLBACK"',
      'F Query "ONE"',
    ]);
  });

  test("is rolled back before the clock's move is done, however long that takes", async () => {
    const { client, session } = await open();
    await ask(client, "BEGIN");
    fake.beforeRunning = () => new Promise((resolve) => setImmediate(resolve));
    await advance(5);
    expect(session.log.at(-1)).toBe('F Query "ROLLBACK"');
  });

  test("counts from its own beginning", async () => {
    const { client } = await open();
    await advance(20);
    await ask(client, "BEGIN");
    await advance(4);
    await ask(client, "COMMIT");
    await ask(client, "BEGIN");
    await advance(4);
    expect(await ask(client, "COMMIT")).toEqual(['B CommandComplete "COMMIT"', READY]);
  });

  test("of the extended protocol fails at its COMMIT", async () => {
    const { client } = await open();
    client.send(extendedQuery("BEGIN"), SYNC);
    expect((await client.receiveUntil("ReadyForQuery")).at(-1)).toBe(
      "B ReadyForQuery in-transaction",
    );
    await advance(6);
    client.send(extendedQuery("COMMIT"), SYNC);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual([tooOld(360), READY]);
  });

  test("ends behind the statement that runs at that time", async () => {
    const { client, session } = await open();
    await ask(client, "BEGIN");
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    await advance(6);
    session.wake();
    expect((await client.receiveUntil("ReadyForQuery")).at(-1)).toBe(
      "B ReadyForQuery in-transaction",
    );
    expect(await ask(client, "COMMIT")).toEqual([tooOld(360), READY]);
    expect(session.log).not.toContain("cancel");
  });

  test("of a statement alone is not touched, nor is the next one", async () => {
    const { client, session } = await open();
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    await advance(6);
    client.send(query("BEGIN"));
    session.wake();
    await client.receiveUntil("ReadyForQuery");
    await client.receiveUntil("ReadyForQuery");
    expect(await ask(client, "COMMIT")).toEqual(['B CommandComplete "COMMIT"', READY]);
  });
});

describe("an open connection", () => {
  test("tells how it is doing", async () => {
    const openedAt = clock.now();
    const { client, session, connection } = await open();
    const expiresAt = new Date(openedAt.getTime() + 60 * MINUTE_MS);
    expect(connection.openedAt).toEqual(openedAt);
    const live = () => connection.handle.live();
    expect(live()).toEqual({
      expiresAt,
      transactionState: "idle",
      transactionSince: undefined,
      statementCount: 0,
    });
    await advance(1);
    const beganAt = clock.now();
    await ask(client, "BEGIN");
    await advance(1);
    client.send(extendedQuery("ONE"), extendedQuery("TWO"), SYNC);
    await client.receiveUntil("ReadyForQuery");
    expect(live()).toEqual({
      expiresAt,
      transactionState: "in-transaction",
      transactionSince: beganAt,
      statementCount: 3,
    });
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    expect(live()).toMatchObject({ transactionState: "active", transactionSince: beganAt });
    session.wake();
    await client.receiveUntil("ReadyForQuery");
    expect((await ask(client, "FAIL")).at(-1)).toBe("B ReadyForQuery failed");
    expect(live()).toMatchObject({ transactionState: "failed", statementCount: 5 });
    await ask(client, "ROLLBACK");
    expect(live()).toEqual({
      expiresAt,
      transactionState: "idle",
      transactionSince: undefined,
      statementCount: 6,
    });
    await ask(client, "ONE; TWO");
    expect(live().statementCount).toBe(8);
  });

  test("can be ended while it is idle", async () => {
    const { client, connection } = await open();
    await connection.handle.end("somebody wanted it so");
    expect(server.connections.size).toBe(0);
    expect(server.log.at(-1)).toBe("closed: somebody wanted it so");
    expect(await client.receiveRest()).toEqual([TERMINATED, CLOSED]);
  });

  test("can be ended while a statement runs, and what is behind it does not run", async () => {
    const { client, session, connection } = await open();
    client.send(query("SLEEP"), query("NEVER"));
    await session.untilLogged("asleep");
    await connection.handle.end("somebody wanted it so");
    expect((await client.receiveRest()).slice(-2)).toEqual([TERMINATED, CLOSED]);
    expect(session.log).not.toContain('F Query "NEVER"');
  });

  test("can be ended when its client does not read", async () => {
    const { client, session, connection } = await open();
    client.pauseReading();
    client.send(query("ROWS 100 1000000"));
    await session.untilHeldBack();
    await connection.handle.end("somebody wanted it so");
    expect(server.connections.size).toBe(0);
  });

  test("ends with the others of its cluster when that is deleted", async () => {
    const one = await open();
    const two = await open();
    expect(await server.listener.endSessionsOf("arn:of:another", "x")).toBe(0);
    expect(server.connections.size).toBe(2);
    expect(await server.listener.endSessionsOf(TEST_CLUSTER.arn, "the cluster was deleted")).toBe(
      2,
    );
    expect(server.connections.size).toBe(0);
    for (const { client } of [one, two]) {
      expect(await client.receiveRest()).toEqual([TERMINATED, CLOSED]);
    }
    expect(server.log.filter((line) => line.startsWith("closed"))).toEqual([
      "closed: the cluster was deleted",
      "closed: the cluster was deleted",
    ]);
  });
});
