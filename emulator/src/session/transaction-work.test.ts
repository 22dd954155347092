import { describe, expect, test } from "vitest";
import {
  decodeFrontendMessage,
  type FrontendFrame,
  parseFrame,
  queryFrame,
  traceBackend,
  traceFrontend,
} from "../pgwire/index.ts";
import { inspectQuery } from "../sql/index.ts";
import { EMPTY_DRAFT } from "./batch-draft.ts";
import type { ConnectionInput } from "./connection-event.ts";
import { type ConnectionState, NEW_SESSION } from "./connection-state.ts";
import type { BatchOutcome } from "./ports.ts";
import { DSQL_SESSION_LIMITS } from "./session-limits.ts";
import {
  NO_WORK,
  withBound,
  withParsed,
  withTransactionWork,
  type WorkMemory,
  workAfterReady,
} from "./transaction-work.ts";
import { type ConnectionFacts, transition } from "./transition.ts";

const FACTS: ConnectionFacts = {
  sessionId: "a".repeat(26),
  clientAddress: "127.0.0.1",
  receivedAt: new Date("2026-01-01T00:00:00Z"),
  explainsErrors: false,
  limits: DSQL_SESSION_LIMITS,
};

function parsed(memory: WorkMemory, name: string, sql: string): WorkMemory {
  return withParsed(memory, name, inspectQuery(sql));
}

describe("what a session remembers of its statements", () => {
  test("is what they do, by the name that was prepared last", () => {
    const first = parsed(NO_WORK, "a", "CREATE TABLE t (n int)");
    expect(withBound(first, "p", "a").portals.get("p")).toBe("ddl");
    const second = parsed(first, "a", "DELETE FROM t");
    expect(withBound(second, "p", "a").portals.get("p")).toBe("dml");
    const third = parsed(second, "a", "SELECT 1");
    expect(withBound(withBound(second, "p", "a"), "p", "b").portals.size).toBe(0);
    expect([third.statements.size, first.statements.get("a")]).toEqual([0, "ddl"]);
  });

  test("costs nothing while there is nothing to remember", () => {
    expect(parsed(NO_WORK, "", "SELECT 1")).toBe(NO_WORK);
    expect(withBound(NO_WORK, "", "")).toBe(NO_WORK);
    expect(withTransactionWork(NO_WORK, "none")).toBe(NO_WORK);
    expect(workAfterReady(NO_WORK, "idle")).toBe(NO_WORK);
  });

  test("has a limit, beyond which statements count as none", () => {
    let memory = NO_WORK;
    for (let index = 0; index <= 1000; index++)
      memory = parsed(memory, `s${index}`, "DELETE FROM t");
    expect([
      memory.statements.size,
      memory.statements.has("s999"),
      memory.statements.has("s1000"),
    ]).toEqual([1000, true, false]);
  });
});

test("what a transaction has had is forgotten when it is over, and statements are kept", () => {
  const prepared = parsed(NO_WORK, "a", "CREATE TABLE t (n int)");
  const open = withTransactionWork(withBound(prepared, "p", "a"), "ddl");
  expect(workAfterReady(open, "in-transaction")).toBe(open);
  for (const status of ["idle", "failed"] as const) {
    expect(workAfterReady(open, status)).toEqual(prepared);
  }
});

describe("an Execute that breaks the rule", () => {
  const MIXED =
    'B ErrorResponse ERROR 0A000 "ddl and dml are not supported in the same transaction"';
  const BEHIND_DML: ConnectionState = {
    kind: "Ready",
    draft: EMPTY_DRAFT,
    ...NEW_SESSION,
    transactionStatus: "in-transaction",
    work: withTransactionWork(NO_WORK, "dml"),
  };

  function frame(type: string, body = ""): FrontendFrame {
    const bytes = Buffer.alloc(5 + body.length, type);
    bytes.writeInt32BE(bytes.length - 1, 1);
    bytes.write(body, 5, "latin1");
    return { type: bytes[0] ?? 0, bytes };
  }

  function message(of: FrontendFrame): ConnectionInput {
    const decoded = decodeFrontendMessage(of);
    return { kind: "message", frame: of, message: decoded, transactionSeconds: 0 };
  }

  function ended(outcome: BatchOutcome, sawError = false): ConnectionInput {
    return { kind: "batch-ended", outcome, sawError };
  }

  const completed = (
    transactionStatus: "idle" | "in-transaction" | "failed" | "unfinished",
  ): BatchOutcome => ({ kind: "completed", transactionStatus });

  const DROP = [
    message(parseFrame("", "DROP TABLE t")),
    message(frame("B", "\0\0\0\0\0\0\0\0")),
    message(frame("E", "\0\0\0\0\0")),
  ];
  const SYNC = message(frame("S"));

  /** What the session does, one line for each effect, and the kind of its last state. */
  function converse(...inputs: readonly ConnectionInput[]): string[] {
    let state = BEHIND_DML;
    const lines: string[] = [];
    for (const input of inputs) {
      const step = transition(state, input, FACTS);
      ({ state } = step);
      for (const effect of step.effects) {
        if (effect.kind === "send") lines.push(...traceBackend(effect.bytes));
        else if (effect.kind !== "run") lines.push(effect.kind);
        else {
          const frames = effect.batch.frames.map((one) => traceFrontend(one).split(" ")[1] ?? "");
          const flags = `${effect.statementCount} statements${effect.isHidden ? ", hidden" : ""}`;
          lines.push(`run ${frames.join(" ")}: ${flags}`);
        }
      }
    }
    return [...lines, `= ${state.kind}`];
  }

  test("fails the engine's transaction behind what came before it, and then tells the client", () => {
    expect(
      converse(...DROP, ended(completed("unfinished")), ended(completed("failed")), SYNC),
    ).toEqual([
      "run Parse Bind: 0 statements",
      "run Query: 1 statements, hidden",
      MIXED,
      "B ReadyForQuery failed",
      "= Ready",
    ]);
  });

  test("is not reached when what came before it fails", () => {
    expect(converse(...DROP, ended(completed("unfinished"), true), SYNC)).toEqual([
      "run Parse Bind: 0 statements",
      "run Sync: 0 statements",
      "= Executing",
    ]);
  });

  test("gets the error of an engine that did not run it", () => {
    expect(
      converse(...DROP, ended(completed("unfinished")), ended({ kind: "cancelled" }), SYNC),
    ).toEqual([
      "run Parse Bind: 0 statements",
      "run Query: 1 statements, hidden",
      'B ErrorResponse ERROR 57014 "canceling statement due to user request"',
      "B ReadyForQuery idle",
      "= Ready",
    ]);
    expect(
      converse(
        ...DROP,
        ended(completed("unfinished")),
        ended({ kind: "engine-lost", reason: "crashed" }),
      ).slice(-2),
    ).toEqual(["close", "= Closed"]);
  });
});

test("a COPY FROM STDIN that breaks the rule waits for no data", () => {
  const frame = queryFrame("COPY t FROM STDIN");
  const query = decodeFrontendMessage(frame);
  const { effects } = transition(
    {
      kind: "Ready",
      draft: EMPTY_DRAFT,
      ...NEW_SESSION,
      work: withTransactionWork(NO_WORK, "ddl"),
    },
    { kind: "message", frame, message: query, transactionSeconds: 0 },
    FACTS,
  );
  expect(effects.map(({ kind }) => kind)).toEqual(["run"]);
});
