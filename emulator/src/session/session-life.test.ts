import { describe, expect, test } from "vitest";
import {
  decodeFrontendMessage,
  type FrontendFrame,
  parseFrame,
  queryFrame,
  traceBackend,
  traceFrontend,
} from "../pgwire/index.ts";
import { EMPTY_DRAFT } from "./batch-draft.ts";
import type { ConnectionEffect, ConnectionInput } from "./connection-event.ts";
import { type ConnectionState, NEW_SESSION } from "./connection-state.ts";
import type { BatchOutcome } from "./ports.ts";
import { DSQL_SESSION_LIMITS, type SessionLimits } from "./session-limits.ts";
import { type ConnectionFacts, transition } from "./transition.ts";

const FACTS: ConnectionFacts = {
  sessionId: "a".repeat(26),
  clientAddress: "127.0.0.1",
  receivedAt: new Date("2026-01-01T00:00:00Z"),
  explainsErrors: false,
  limits: DSQL_SESSION_LIMITS,
};
const READY: ConnectionState = { kind: "Ready", draft: EMPTY_DRAFT, ...NEW_SESSION };
const IN_TRANSACTION: ConnectionState = { ...READY, transactionStatus: "in-transaction" };
const FAILED: ConnectionState = { ...READY, transactionStatus: "failed" };

const SESSION_DEADLINE: ConnectionInput = { kind: "session-deadline" };
const TRANSACTION_DEADLINE: ConnectionInput = { kind: "transaction-deadline" };
const IDLE = completed("idle");

const CLOSE = "close: the session was older than 3600 s";
const ROLL_BACK = "run hidden Query ROLLBACK";
const TOO_OLD =
  'B ErrorResponse ERROR 54000 "transaction age limit of 300s exceeded" detail="Current transaction age 310s exceeds 300s"';
const ABORTED =
  'B ErrorResponse ERROR 25P02 "current transaction is aborted, commands ignored until end of transaction block"';
const RFQ_IDLE = "B ReadyForQuery idle";
const RFQ_FAILED = "B ReadyForQuery failed";

function frame(type: string, body = ""): FrontendFrame {
  const bytes = Buffer.alloc(5 + body.length, type);
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, 5, "latin1");
  return { type: bytes[0] ?? 0, bytes };
}

function message(of: FrontendFrame): ConnectionInput {
  const decoded = decodeFrontendMessage(of);
  return { kind: "message", frame: of, message: decoded, transactionSeconds: 310 };
}

const query = (sql: string): ConnectionInput => message(queryFrame(sql));
const parse = (sql: string, name = ""): ConnectionInput => message(parseFrame(name, sql));
const bind = (name = ""): ConnectionInput => message(frame("B", `\0${name}\0\0\0\0\0\0\0`));
const EXECUTE = message(frame("E", "\0\0\0\0\0"));
const SYNC = message(frame("S"));
const FLUSH = message(frame("H"));
const COPY_DONE = message(frame("c"));
const TERMINATE = message(frame("X"));

function completed(
  transactionStatus: "idle" | "in-transaction" | "failed" | "unfinished",
  sawError = false,
): ConnectionInput {
  return { kind: "batch-ended", outcome: { kind: "completed", transactionStatus }, sawError };
}

function ended(outcome: BatchOutcome): ConnectionInput {
  return { kind: "batch-ended", outcome, sawError: false };
}

function describeEffect(effect: ConnectionEffect): string[] {
  if (effect.kind === "send") return traceBackend(effect.bytes);
  if (effect.kind === "close") return [`close: ${effect.reason}`];
  if (effect.kind !== "run") return [effect.kind];
  const frames = effect.batch.frames.map((one) =>
    effect.isHidden
      ? traceFrontend(one).replace(/^F |"/g, "")
      : (traceFrontend(one).split(" ")[1] ?? ""),
  );
  return [`run ${effect.isHidden ? "hidden " : ""}${frames.join(" ")}`];
}

/** Feeds the inputs; all effects as lines, and the last state's kind. */
function converse(
  start: ConnectionState,
  inputs: readonly ConnectionInput[],
  limits: SessionLimits = FACTS.limits,
): string[] {
  let state = start;
  const lines: string[] = [];
  for (const input of inputs) {
    const step = transition(state, input, { ...FACTS, limits });
    ({ state } = step);
    lines.push(...step.effects.flatMap(describeEffect));
  }
  return [...lines, `= ${state.kind}`];
}

describe("a session that is too old", () => {
  test("and idle is closed without a word", () => {
    expect(converse(READY, [SESSION_DEADLINE])).toEqual([CLOSE, "= Closed"]);
  });

  test("and idle is told so by option", () => {
    const limits = { ...DSQL_SESSION_LIMITS, announcesExpiry: true };
    expect(converse(READY, [SESSION_DEADLINE], limits)).toEqual([
      'B ErrorResponse FATAL 57P01 "terminating connection due to administrator command"',
      CLOSE,
      "= Closed",
    ]);
  });

  test("with messages that have not run is closed", () => {
    expect(converse(READY, [parse("SELECT 1"), SESSION_DEADLINE])).toEqual([CLOSE, "= Closed"]);
  });

  test("finishes its transaction first", () => {
    expect(
      converse(IN_TRANSACTION, [
        SESSION_DEADLINE,
        query("SELECT 1"),
        completed("in-transaction"),
        query("COMMIT"),
        IDLE,
      ]),
    ).toEqual(["run Query", "run Query", CLOSE, "= Closed"]);
  });

  test("finishes its failed transaction first", () => {
    expect(converse(FAILED, [SESSION_DEADLINE, query("ROLLBACK"), IDLE])).toEqual([
      "run Query",
      CLOSE,
      "= Closed",
    ]);
  });

  test("finishes the statement that runs, and a series of messages without Sync", () => {
    expect(converse(READY, [query("SELECT 1"), SESSION_DEADLINE, IDLE])).toEqual([
      "run Query",
      CLOSE,
      "= Closed",
    ]);
    expect(
      converse(READY, [
        parse("SELECT 1"),
        FLUSH,
        completed("unfinished"),
        SESSION_DEADLINE,
        SYNC,
        IDLE,
      ]),
    ).toEqual(["run Parse Flush", "run Sync", CLOSE, "= Closed"]);
  });

  test("finishes a series that has failed up to its Sync", () => {
    expect(
      converse(READY, [
        parse("FAIL"),
        FLUSH,
        completed("unfinished", true),
        SESSION_DEADLINE,
        parse("SKIPPED"),
        SYNC,
        IDLE,
      ]),
    ).toEqual(["run Parse Flush", "run Sync", CLOSE, "= Closed"]);
  });

  test("finishes its COPY first", () => {
    expect(
      converse(READY, [
        query("COPY t FROM STDIN"),
        { kind: "copy-started", start: { kind: "copy-in", copyInResponse: Uint8Array.of() } },
        SESSION_DEADLINE,
        COPY_DONE,
        IDLE,
      ]),
    ).toEqual(["start-copy-in", "run Query CopyDone", CLOSE, "= Closed"]);
  });

  test("is closed with its transaction at the latest when that is too old", () => {
    for (const state of [IN_TRANSACTION, FAILED]) {
      expect(converse(state, [SESSION_DEADLINE, TRANSACTION_DEADLINE])).toEqual([
        CLOSE,
        "= Closed",
      ]);
      expect(converse(state, [TRANSACTION_DEADLINE, IDLE, SESSION_DEADLINE])).toEqual([
        ROLL_BACK,
        CLOSE,
        "= Closed",
      ]);
    }
  });

  test("is closed when both limits have passed while a statement ran", () => {
    expect(
      converse(IN_TRANSACTION, [
        query("SELECT 1"),
        TRANSACTION_DEADLINE,
        SESSION_DEADLINE,
        completed("in-transaction"),
      ]),
    ).toEqual(["run Query", CLOSE, "= Closed"]);
  });

  test("is let be while it is not open yet, and when it is closed", () => {
    const starting: ConnectionState = {
      kind: "AwaitingStartup",
      isEncrypted: false,
      serverName: undefined,
    };
    expect(converse(starting, [SESSION_DEADLINE, TRANSACTION_DEADLINE])).toEqual([
      "= AwaitingStartup",
    ]);
    expect(converse({ kind: "Closed" }, [SESSION_DEADLINE])).toEqual(["= Closed"]);
  });
});

describe("a transaction that is too old", () => {
  /** Idle in it when the limit is reached, and rolled back. */
  const AGED = [TRANSACTION_DEADLINE, IDLE];

  test("fails at COMMIT, and is over then", () => {
    expect(converse(IN_TRANSACTION, [...AGED, query("COMMIT"), query("SELECT 1"), IDLE])).toEqual([
      ROLL_BACK,
      TOO_OLD,
      RFQ_IDLE,
      "run Query",
      "= Ready",
    ]);
  });

  test.each(["END;", "INSERT INTO t VALUES (1); COMMIT", "/* done */ commit work"])(
    "fails at %j as well, and nothing of it runs",
    (sql) => {
      expect(converse(IN_TRANSACTION, [...AGED, query(sql)])).toEqual([
        ROLL_BACK,
        TOO_OLD,
        RFQ_IDLE,
        "= Ready",
      ]);
    },
  );

  test("is left by ROLLBACK as any other", () => {
    expect(converse(IN_TRANSACTION, [...AGED, query("ROLLBACK"), query("SELECT 1"), IDLE])).toEqual(
      [ROLL_BACK, 'B CommandComplete "ROLLBACK"', RFQ_IDLE, "run Query", "= Ready"],
    );
    expect(converse(IN_TRANSACTION, [...AGED, query("ROLLBACK; SELECT 1"), IDLE])).toEqual([
      ROLL_BACK,
      "run Query",
      "= Ready",
    ]);
  });

  test("fails at any other statement, and is a failed one then", () => {
    expect(
      converse(IN_TRANSACTION, [
        ...AGED,
        query("INSERT INTO t VALUES (1)"),
        query("SELECT 1"),
        SYNC,
        query("ROLLBACK"),
      ]),
    ).toEqual([
      ROLL_BACK,
      TOO_OLD,
      RFQ_FAILED,
      ABORTED,
      RFQ_FAILED,
      RFQ_FAILED,
      'B CommandComplete "ROLLBACK"',
      RFQ_IDLE,
      "= Ready",
    ]);
  });

  test("that has failed before stays a failed one, whose COMMIT rolls back", () => {
    expect(converse(FAILED, [...AGED, query("SELECT 1"), query("COMMIT")])).toEqual([
      ROLL_BACK,
      ABORTED,
      RFQ_FAILED,
      'B CommandComplete "ROLLBACK"',
      RFQ_IDLE,
      "= Ready",
    ]);
  });

  test("fails at a COMMIT of the extended protocol", () => {
    expect(
      converse(IN_TRANSACTION, [...AGED, parse("COMMIT"), bind(), EXECUTE, SYNC, SYNC]),
    ).toEqual([ROLL_BACK, TOO_OLD, RFQ_IDLE, "run Sync", "= Executing"]);
  });

  test("fails at a COMMIT that was prepared long ago", () => {
    expect(
      converse(READY, [
        parse("COMMIT", "c"),
        SYNC,
        IDLE,
        query("BEGIN"),
        completed("in-transaction"),
        ...AGED,
        bind("c"),
        EXECUTE,
        SYNC,
      ]),
    ).toEqual(["run Parse Sync", "run Query", ROLL_BACK, TOO_OLD, RFQ_IDLE, "= Ready"]);
  });

  test("is left by a prepared ROLLBACK", () => {
    expect(
      converse(IN_TRANSACTION, [...AGED, parse("ROLLBACK", "r"), bind("r"), EXECUTE, SYNC, IDLE]),
    ).toEqual([ROLL_BACK, "run Parse Bind Execute Sync", "= Ready"]);
  });

  test("is not committed under a name that has become another statement's", () => {
    expect(
      converse(IN_TRANSACTION, [
        parse("ROLLBACK", "x"),
        SYNC,
        completed("in-transaction"),
        parse("SELECT 1", "x"),
        SYNC,
        completed("in-transaction"),
        ...AGED,
        bind("x"),
        EXECUTE,
        SYNC,
      ]).slice(-3),
    ).toEqual([TOO_OLD, RFQ_FAILED, "= Ready"]);
  });

  test("answers messages up to Sync once, those behind a Flush too", () => {
    expect(
      converse(IN_TRANSACTION, [
        ...AGED,
        parse("SELECT 1"),
        bind(),
        EXECUTE,
        FLUSH,
        parse("SELECT 2"),
        query("SELECT 3"),
        SYNC,
      ]),
    ).toEqual([ROLL_BACK, TOO_OLD, RFQ_FAILED, "= Ready"]);
  });

  test("answers messages that came before the limit and had not run", () => {
    expect(converse(IN_TRANSACTION, [parse("COMMIT"), bind(), EXECUTE, ...AGED, SYNC])).toEqual([
      ROLL_BACK,
      TOO_OLD,
      RFQ_IDLE,
      "= Ready",
    ]);
  });

  test("tells a series without Sync, whose work is gone", () => {
    expect(
      converse(READY, [
        parse("INSERT INTO t VALUES (1)"),
        bind(),
        EXECUTE,
        FLUSH,
        completed("unfinished"),
        ...AGED,
        SYNC,
      ]),
    ).toEqual(["run Parse Bind Execute Flush", ROLL_BACK, TOO_OLD, RFQ_IDLE, "= Ready"]);
  });

  test("ends when the statement that runs at the limit has ended", () => {
    expect(
      converse(IN_TRANSACTION, [
        query("SELECT pg_sleep(10)"),
        TRANSACTION_DEADLINE,
        completed("in-transaction"),
        IDLE,
        query("COMMIT"),
      ]),
    ).toEqual(["run Query", ROLL_BACK, TOO_OLD, RFQ_IDLE, "= Ready"]);
  });

  test("that ends with the statement that runs at the limit is forgotten", () => {
    expect(
      converse(IN_TRANSACTION, [query("COMMIT"), TRANSACTION_DEADLINE, IDLE, query("COMMIT")]),
    ).toEqual(["run Query", "run Query", "= Executing"]);
  });

  test("lets the client end the session", () => {
    expect(converse(IN_TRANSACTION, [...AGED, TERMINATE])).toEqual([
      ROLL_BACK,
      "close: the client ended the session",
      "= Closed",
    ]);
  });

  test("in the middle of a series that has failed, or of a COPY, ends the session", () => {
    const idleInSeries =
      'B ErrorResponse FATAL 25P03 "terminating connection due to idle-in-transaction timeout"';
    const reason =
      "close: a transaction was idle for more than 300 s in the middle of a series of messages";
    expect(
      converse(READY, [
        parse("FAIL"),
        FLUSH,
        completed("unfinished", true),
        TRANSACTION_DEADLINE,
      ]).slice(1),
    ).toEqual([idleInSeries, reason, "= Closed"]);
    const copyStarted: ConnectionInput = {
      kind: "copy-started",
      start: { kind: "copy-in", copyInResponse: Uint8Array.of() },
    };
    const copy = [query("COPY t FROM STDIN"), copyStarted, TRANSACTION_DEADLINE];
    expect(converse(IN_TRANSACTION, copy).slice(1)).toEqual([idleInSeries, reason, "= Closed"]);
    expect(converse(READY, copy).slice(1)).toEqual(["= CopyingIn"]);
  });

  test("that cannot be rolled back ends the session", () => {
    const fatal =
      'B ErrorResponse FATAL 57P01 "terminating connection due to administrator command"';
    expect(
      converse(IN_TRANSACTION, [
        TRANSACTION_DEADLINE,
        ended({ kind: "engine-lost", reason: "crashed" }),
      ]),
    ).toEqual([ROLL_BACK, fatal, "close: the database engine was lost: crashed", "= Closed"]);
    expect(converse(IN_TRANSACTION, [TRANSACTION_DEADLINE, completed("failed")])).toEqual([
      ROLL_BACK,
      fatal,
      "close: a transaction that was too old could not be rolled back",
      "= Closed",
    ]);
  });

  test("is none when no transaction is open", () => {
    expect(converse(READY, [TRANSACTION_DEADLINE, query("SELECT 1")])).toEqual([
      "run Query",
      "= Executing",
    ]);
  });
});

test("an engine that bids a session farewell chooses the words", () => {
  const farewell = { sqlState: "28000", message: "access denied" };
  expect(
    converse(READY, [
      query("SELECT 1"),
      ended({ kind: "engine-lost", reason: "the mapping is gone", farewell }),
    ]),
  ).toEqual([
    "run Query",
    'B ErrorResponse FATAL 28000 "access denied"',
    "close: the mapping is gone",
    "= Closed",
  ]);
});
