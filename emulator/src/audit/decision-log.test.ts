import { beforeEach, describe, expect, test } from "vitest";
import {
  connect,
  type ConnectionScript,
  TEST_CLUSTER,
} from "../../test/fixtures/auth/connection-world.ts";
import { FixedClock } from "../../test/support/fixed-clock.ts";
import type { ConnectionDecision } from "../auth/index.ts";
import type { OpenConnection } from "../session/index.ts";
import { DecisionLog } from "./decision-log.ts";

const CLOSED_AT = "2026-01-02T03:04:05.000Z";

/** 26 characters that end in this number. */
function id(number: number): string {
  return String(number).padStart(26, "a");
}

async function decide(number: number, script: ConnectionScript = {}): Promise<ConnectionDecision> {
  const { decisions } = await connect({
    ...script,
    attempt: { ...script.attempt, sessionId: id(number) },
  });
  const [decision] = decisions;
  if (decision === undefined) throw new Error("nothing was decided");
  return decision;
}

function opening(number: number, change: Partial<OpenConnection> = {}): OpenConnection {
  return {
    sessionId: id(number),
    authorization: { cluster: TEST_CLUSTER, databaseRole: "admin", principal: undefined },
    clientAddress: "127.0.0.1",
    applicationName: "psql",
    processId: 7,
    openedAt: new Date("2026-01-02T03:00:00Z"),
    handle: {
      live: () => {
        throw new Error("not asked in this test");
      },
      end: () => Promise.resolve(),
    },
    ...change,
  };
}

describe("the decision log", () => {
  let log: DecisionLog;

  beforeEach(() => {
    log = new DecisionLog({ clock: new FixedClock(), maxRecords: 3 });
  });

  test("keeps the record of a refused connection", async () => {
    const record = log.record(await decide(1, { attempt: { isEncrypted: false } }));
    expect(log.find(id(1))).toBe(record);
    expect(record).toMatchObject({
      sessionId: id(1),
      decidedAt: "2026-01-15T12:00:00.000Z",
      mode: "strict",
      outcome: "refused",
      requestedUser: "admin",
      requestedDatabase: "postgres",
      clientAddress: "127.0.0.1",
      serverName: "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws",
      clusterArn: null,
      principal: null,
      connection: { state: "refused", openedAt: null },
      isShortened: false,
    });
    expect(record.refusal).toEqual({
      code: "tls_required",
      severity: "FATAL",
      sqlState: "08006",
      message: "unable to accept connection, ssl is required",
      detail: `Session Id: ${id(1)}`,
      hint: null,
      reason: "the client sent its StartupMessage without TLS",
      meaning: "the client did not encrypt the connection",
      fix: "connect with sslmode=require or better, verify-full",
      confidence: { sqlState: "chosen", text: "chosen" },
      source: "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/accessing.html",
    });
    expect(record.trace).toEqual([
      {
        step: "tls-and-sni",
        outcome: "refused",
        saw: {
          isEncrypted: false,
          serverName: "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws",
          clusterOption: null,
        },
        refusal: record.refusal,
      },
    ]);
  });

  test("keeps a record as JSON keeps it", async () => {
    const record = log.record(
      await decide(1, { world: { statements: { Effect: "Deny", Action: "*", Resource: "*" } } }),
    );
    expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record);
  });

  test("lists the newest first, without traces, in parts", async () => {
    for (const number of [1, 2, 3]) log.record(await decide(number));
    const ids = (options: { limit: number; before?: string }): string[] =>
      log.list(options).map(({ sessionId }) => sessionId);
    expect(ids({ limit: 10 })).toEqual([id(3), id(2), id(1)]);
    expect(ids({ limit: 2 })).toEqual([id(3), id(2)]);
    expect(ids({ limit: 2, before: id(2) })).toEqual([id(1)]);
    expect(ids({ limit: 2, before: id(1) })).toEqual([]);
    expect(ids({ limit: 2, before: id(9) })).toEqual([]);
    expect(log.list({ limit: 1 })[0]).not.toHaveProperty("trace");
  });

  test("drops the oldest records and counts them", async () => {
    for (const number of [1, 2, 3, 4, 5]) log.record(await decide(number));
    expect(log.find(id(2))).toBeUndefined();
    expect(log.find(id(3))?.sessionId).toBe(id(3));
    expect(log.counts()).toEqual({ records: 3, dropped: 2, openConnections: 0 });
  });

  test("follows an admitted connection until it is closed", async () => {
    log.record(await decide(1));
    expect(log.find(id(1))?.connection.state).toBe("admitted");
    log.opened(opening(1));
    expect(log.find(id(1))?.connection).toEqual({
      state: "open",
      openedAt: "2026-01-02T03:00:00.000Z",
      closedAt: null,
      closeReason: null,
      processId: 7,
      applicationName: "psql",
    });
    expect(log.counts().openConnections).toBe(1);
    log.closed(opening(1), "the client closed the connection");
    log.ended(id(1));
    expect(log.find(id(1))?.connection).toEqual({
      state: "closed",
      openedAt: "2026-01-02T03:00:00.000Z",
      closedAt: CLOSED_AT,
      closeReason: "the client closed the connection",
      processId: 7,
      applicationName: "psql",
    });
    expect(log.counts().openConnections).toBe(0);
  });

  test("keeps the place of a record in the list when its connection opens", async () => {
    for (const number of [1, 2]) log.record(await decide(number));
    log.opened(opening(1));
    expect(log.list({ limit: 5 }).map(({ sessionId }) => sessionId)).toEqual([id(2), id(1)]);
  });

  test("closes an admitted connection that ended before it was open", async () => {
    log.record(await decide(1));
    log.ended(id(1));
    expect(log.find(id(1))?.connection).toMatchObject({
      state: "closed",
      openedAt: null,
      closedAt: CLOSED_AT,
      closeReason: "ended before its database session was open",
    });
  });

  test("leaves a refused connection refused when it ends", async () => {
    log.record(await decide(1, { attempt: { isEncrypted: false } }));
    log.ended(id(1));
    expect(log.find(id(1))?.connection).toMatchObject({ state: "refused", closedAt: null });
  });

  test("keeps the record of an open connection until others need its room and it has ended", async () => {
    log.record(await decide(1));
    log.opened(opening(1));
    for (const number of [2, 3, 4]) log.record(await decide(number));
    expect(log.counts()).toEqual({ records: 3, dropped: 1, openConnections: 1 });
    expect(log.list({ limit: 9 }).map(({ sessionId }) => sessionId)).toEqual([id(4), id(3), id(1)]);
    log.closed(opening(1), "the client closed the connection");
    log.record(await decide(5));
    expect(log.list({ limit: 9 }).map(({ sessionId }) => sessionId)).toEqual([id(5), id(4), id(3)]);
    expect(log.counts()).toEqual({ records: 3, dropped: 2, openConnections: 0 });
  });

  test("keeps more records than it should when all are of open connections, and the newest", async () => {
    for (const number of [1, 2, 3, 4]) {
      log.record(await decide(number));
      log.opened(opening(number));
    }
    log.record(await decide(5));
    expect(log.counts()).toEqual({ records: 5, dropped: 0, openConnections: 4 });
    for (const number of [1, 2]) log.closed(opening(number), "over");
    log.record(await decide(6));
    expect(log.list({ limit: 9 }).map(({ sessionId }) => sessionId)).toEqual([id(6), id(4), id(3)]);
  });

  test("lists open connections, or the others, alone and in parts", async () => {
    log = new DecisionLog({ clock: new FixedClock() });
    for (const number of [1, 2, 3, 4]) log.record(await decide(number));
    for (const number of [1, 2, 4]) log.opened(opening(number));
    const ids = (options: Parameters<typeof log.list>[0]): string[] =>
      log.list(options).map(({ sessionId }) => sessionId);
    expect(ids({ limit: 9, isOpen: true })).toEqual([id(4), id(2), id(1)]);
    expect(ids({ limit: 1, before: id(4), isOpen: true })).toEqual([id(2)]);
    expect(ids({ limit: 9, isOpen: false })).toEqual([id(3)]);
  });

  test("tells how an open connection is doing, and nothing of the others", async () => {
    const transactionSince = new Date("2026-01-02T03:04:00Z");
    const expiresAt = new Date("2026-01-02T03:05:05.500Z");
    const live = {
      expiresAt,
      transactionSince,
      transactionState: "failed",
      statementCount: 7,
    } as const;
    log.record(await decide(1));
    log.record(await decide(2));
    log.opened(opening(1, { handle: { live: () => live, end: () => Promise.resolve() } }));
    expect(log.live(id(1))).toEqual({
      databaseRole: "admin",
      expiresAt: "2026-01-02T03:05:05.500Z",
      remainingSeconds: 61,
      transactionState: "failed",
      transactionSince: "2026-01-02T03:04:00.000Z",
      statements: 7,
    });
    expect(log.live(id(2))).toBeUndefined();
  });

  test("says of a session that is older than it may be that no time is left", async () => {
    const expiresAt = new Date("2026-01-02T03:00:00Z");
    const live = {
      expiresAt,
      transactionSince: undefined,
      transactionState: "idle",
      statementCount: 0,
    } as const;
    log.record(await decide(1));
    log.opened(opening(1, { handle: { live: () => live, end: () => Promise.resolve() } }));
    expect(log.live(id(1))).toMatchObject({ remainingSeconds: 0, transactionSince: null });
  });

  test("ends open connections, and no others", async () => {
    const reasons: string[] = [];
    log.record(await decide(1));
    log.record(await decide(2));
    const handle = {
      ...opening(1).handle,
      end: async (reason: string) => {
        reasons.push(reason);
      },
    };
    log.opened(opening(1, { handle }));
    expect(await log.end(id(1), "it was wanted")).toBe(true);
    expect(await log.end(id(2), "it was wanted")).toBe(false);
    expect(reasons).toEqual(["it was wanted"]);
  });

  test("cuts an application name of any length", async () => {
    log.record(await decide(1));
    log.opened(opening(1, { applicationName: "a".repeat(9000) }));
    expect(log.find(id(1))?.connection.applicationName?.length).toBeLessThan(2100);
  });

  test("keeps little of a policy with ten thousand elements", async () => {
    const resources = Array.from(
      { length: 10_000 },
      (_, index) => `arn:aws:dsql:*:*:cluster/${index}`,
    );
    const statements = Array.from({ length: 200 }, () => ({
      Effect: "Allow",
      Action: "dsql:DbConnectAdmin",
      Resource: resources.slice(0, 50),
    }));
    const record = log.record(
      await decide(1, {
        world: {
          statements: [
            ...statements,
            { Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: resources },
          ],
        },
      }),
    );
    expect(record.isShortened).toBe(true);
    expect(record.refusal?.code).toBe("iam_denied");
    expect(JSON.stringify(record).length).toBeLessThan(25_000);
    expect(record.trace.at(-1)?.saw["explanation"]).toHaveLength(4);
  });

  test.each([0, -1, 1.5, NaN])("does not take %d as the number of records", (maxRecords) => {
    expect(() => new DecisionLog({ clock: new FixedClock(), maxRecords })).toThrow(RangeError);
  });
});
