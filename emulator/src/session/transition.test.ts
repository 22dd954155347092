import { describe, expect, test } from "vitest";
import type { AuthRefusal, Authorization, PendingAdmission } from "../auth/index.ts";
import { parseAccountId, parseClusterIdentifier } from "../dsql/index.ts";
import {
  decodeFrontendMessage,
  type FrontendFrame,
  parseFrame,
  ProtocolViolation,
  queryFrame,
  traceBackend,
  traceFrontend,
} from "../pgwire/index.ts";
import { EMPTY_DRAFT } from "./batch-draft.ts";
import type { ConnectionEffect, ConnectionInput } from "./connection-event.ts";
import { type ConnectionState, NEW_SESSION } from "./connection-state.ts";
import type { BatchOutcome, CopyInStart, EngineBatch } from "./ports.ts";
import { DSQL_SESSION_LIMITS } from "./session-limits.ts";
import { type ConnectionFacts, transition } from "./transition.ts";

const FACTS: ConnectionFacts = {
  sessionId: "a".repeat(26),
  clientAddress: "127.0.0.1",
  receivedAt: new Date("2026-01-01T00:00:00Z"),
  explainsErrors: false,
  limits: DSQL_SESSION_LIMITS,
};

const READY: ConnectionState = {
  kind: "Ready",
  draft: EMPTY_DRAFT,
  ...NEW_SESSION,
};

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("fixture is broken");
  return value;
}

const authorization: Authorization = {
  cluster: {
    identifier: required(parseClusterIdentifier("dsqlemulatorlocalcluster2a")),
    region: "us-east-1",
    accountId: required(parseAccountId("123456789012")),
    arn: "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a",
    status: "ACTIVE",
  },
  databaseRole: "admin",
  principal: undefined,
};

function frame(type: string, body = ""): FrontendFrame {
  const bytes = Buffer.alloc(5 + body.length, type);
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, 5, "latin1");
  return { type: bytes[0] ?? 0, bytes };
}

const SYNC = frame("S");
const FLUSH = frame("H");
const BIND = frame("B", "\0\0\0\0\0\0\0\0");
const EXECUTE = frame("E", "\0\0\0\0\0");
const COPY_DONE = frame("c");
const TERMINATE = frame("X");

function message(of: FrontendFrame): ConnectionInput {
  const message = decodeFrontendMessage(of);
  return { kind: "message", frame: of, message, transactionSeconds: 301 };
}

function ended(outcome: BatchOutcome, sawError = false): ConnectionInput {
  return { kind: "batch-ended", outcome, sawError };
}

function completed(
  transactionStatus: "idle" | "in-transaction" | "failed" | "unfinished",
): BatchOutcome {
  return { kind: "completed", transactionStatus };
}

/** An effect as a line of text. */
function describeEffect(effect: ConnectionEffect): string[] {
  switch (effect.kind) {
    case "send":
      return effect.bytes.length === 1
        ? [`send ${String.fromCharCode(effect.bytes[0] ?? 0)}`]
        : traceBackend(effect.bytes);
    case "run":
    case "start-copy-in":
      return [`${effect.kind} ${describeBatch(effect.batch)}`];
    case "close":
      return [`close: ${effect.reason}`];
    case "open-session":
      return [
        `open-session ${effect.authorization.databaseRole} ${[...effect.settings].join(" ")}`.trim(),
      ];
    case "cancel":
      return [`cancel ${effect.processId} ${effect.secretKey}`];
    default:
      return [effect.kind];
  }
}

function describeBatch(batch: EngineBatch): string {
  const frames = batch.frames.map((one) => traceFrontend(one).split(" ")[1] ?? "").join(" ");
  const flags = [
    batch.endsWithReadyForQuery ? "" : "unfinished",
    batch.mayChangeSettings ? "settings" : "",
    batch.deallocatesAll ? "deallocates-all" : "",
  ].filter((flag) => flag !== "");
  return [frames, ...flags].join(", ");
}

/** Feeds the inputs and gives all effects as lines, and the last state's kind. */
function converse(start: ConnectionState, ...inputs: ConnectionInput[]): string[] {
  let state = start;
  const lines: string[] = [];
  for (const input of inputs) {
    const step = transition(state, input, FACTS);
    ({ state } = step);
    lines.push(...step.effects.flatMap(describeEffect));
  }
  return [...lines, `= ${state.kind}`];
}

describe("a connection that starts", () => {
  const clear: ConnectionState = {
    kind: "AwaitingStartup",
    isEncrypted: false,
    serverName: undefined,
  };
  const startup: ConnectionInput = {
    kind: "startup-packet",
    packet: {
      type: "StartupMessage",
      minorVersion: 0,
      parameters: new Map([
        ["user", "admin"],
        ["database", "postgres"],
        ["application_name", "app"],
      ]),
      unrecognizedOptions: [],
    },
  };
  const admission: PendingAdmission = {
    attempt: {
      sessionId: FACTS.sessionId,
      receivedAt: FACTS.receivedAt,
      clientAddress: "127.0.0.1",
      isEncrypted: true,
      serverName: undefined,
      requestedUser: "admin",
      requestedDatabase: "postgres",
      clusterOption: undefined,
      settings: new Map([["application_name", "app"]]),
    },
    cluster: authorization.cluster,
    trace: [],
  };
  const refusal: AuthRefusal = {
    code: "token_malformed",
    message: "unable to accept connection, access denied",
    hint: undefined,
    reason: "the password is empty",
  };

  test("goes from SSLRequest over the token to the first ReadyForQuery", () => {
    expect(
      converse(
        clear,
        { kind: "startup-packet", packet: { type: "SSLRequest" } },
        { kind: "tls-established", serverName: "name" },
        startup,
        { kind: "admission-decided", verdict: { kind: "admitted", admission } },
        { kind: "password", password: "token" },
        { kind: "authorization-decided", verdict: { kind: "admitted", authorization } },
        {
          kind: "session-opened",
          processId: 7,
          secretKey: 99,
          parameters: new Map([["TimeZone", "UTC"]]),
        },
      ),
    ).toEqual([
      "send S",
      "start-tls",
      "admit",
      ...traceBackend(Uint8Array.of(0x52, 0, 0, 0, 8, 0, 0, 0, 3)),
      "authorize",
      "open-session admin application_name,app",
      ...traceBackend(Uint8Array.of(0x52, 0, 0, 0, 8, 0, 0, 0, 0)),
      ...traceBackend(Buffer.from("S\0\0\0\x11TimeZone\0UTC\0")),
      ...traceBackend(Uint8Array.of(0x4b, 0, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0, 99)),
      ...traceBackend(Buffer.from("Z\0\0\0\x05I")),
      "= Ready",
    ]);
  });

  test("ends when the handshake fails, and says why in its record", () => {
    expect(
      converse(
        clear,
        { kind: "startup-packet", packet: { type: "SSLRequest" } },
        { kind: "tls-failed", reason: "unknown ca" },
      ),
    ).toEqual(["send S", "start-tls", "close: the TLS handshake failed: unknown ca", "= Closed"]);
  });

  test("answers GSSENCRequest with N and goes on in clear", () => {
    expect(converse(clear, { kind: "startup-packet", packet: { type: "GSSENCRequest" } })).toEqual([
      "send N",
      "= AwaitingStartup",
    ]);
  });

  test("refuses a negotiation of encryption inside encryption", () => {
    const encrypted = { ...clear, isEncrypted: true };
    for (const type of ["SSLRequest", "GSSENCRequest"] as const) {
      expect(() =>
        transition(encrypted, { kind: "startup-packet", packet: { type } }, FACTS),
      ).toThrow(ProtocolViolation);
    }
  });

  test("passes a CancelRequest on and closes without an answer", () => {
    expect(
      converse(clear, {
        kind: "startup-packet",
        packet: { type: "CancelRequest", processId: 7, secretKey: -1 },
      }),
    ).toEqual(["cancel 7 -1", "close: the connection was a CancelRequest", "= Closed"]);
  });

  test("ends with the refusal's answer at either half of the checks", () => {
    const answer = [
      expect.stringContaining("unable to accept connection, access denied"),
      "close: refused: token_malformed",
      "= Closed",
    ];
    expect(
      converse(
        { kind: "Admitting", attempt: admission.attempt },
        { kind: "admission-decided", verdict: { kind: "refused", refusal } },
      ),
    ).toEqual(answer);
    expect(
      converse(
        { kind: "Authorizing", admission },
        { kind: "authorization-decided", verdict: { kind: "refused", refusal } },
      ),
    ).toEqual(answer);
  });

  test("shows the engine's error when there is no session", () => {
    expect(
      converse(
        { kind: "OpeningSession", authorization },
        { kind: "session-refused", sqlState: "22023", message: "invalid value" },
      ),
    ).toEqual([
      expect.stringContaining("22023"),
      "close: no database session: invalid value",
      "= Closed",
    ]);
  });
});

describe("an open session", () => {
  test("runs a Query at once, with what is known of its text", () => {
    expect(converse(READY, message(queryFrame("SET search_path TO a")))).toEqual([
      "run Query, settings",
      "= Executing",
    ]);
  });

  test("collects the extended protocol up to Sync", () => {
    expect(
      converse(
        READY,
        message(parseFrame("", "SELECT 1")),
        message(BIND),
        message(EXECUTE),
        message(SYNC),
        ended(completed("in-transaction")),
        message(SYNC),
      ),
    ).toEqual(["run Parse Bind Execute Sync", "run Sync", "= Executing"]);
  });

  test("gives the engine what there is at Flush, and goes on", () => {
    expect(
      converse(
        READY,
        message(parseFrame("", "SELECT 1")),
        message(FLUSH),
        ended(completed("unfinished")),
        message(BIND),
        message(SYNC),
      ),
    ).toEqual(["run Parse Flush, unfinished", "run Bind Sync", "= Executing"]);
  });

  test("skips up to Sync after an error that came before a Flush", () => {
    expect(
      converse(
        READY,
        message(parseFrame("", "SELEC 1")),
        message(FLUSH),
        ended(completed("unfinished"), true),
        message(BIND),
        message(queryFrame("SELECT 1")),
        message(SYNC),
      ),
    ).toEqual(["run Parse Flush, unfinished", "run Sync", "= Executing"]);
  });

  test("runs messages without Sync before the Query that follows them, and the Query after", () => {
    expect(
      converse(
        READY,
        message(parseFrame("", "SELECT 1")),
        message(queryFrame("SELECT 2")),
        ended(completed("unfinished")),
      ),
    ).toEqual(["run Parse, unfinished", "run Query", "= Executing"]);
  });

  test("drops the Query that follows a failed message without Sync", () => {
    expect(
      converse(
        READY,
        message(parseFrame("", "SELEC 1")),
        message(queryFrame("SELECT 2")),
        ended(completed("unfinished"), true),
      ),
    ).toEqual(["run Parse, unfinished", "= SkippingUntilSync"]);
  });

  test("does not let a client collect messages for ever", () => {
    const inputs = Array.from({ length: 1000 }, () => message(BIND));
    const lines = converse(READY, ...inputs);
    expect(lines.at(-1)).toBe("= Executing");
    expect(lines[0]).toMatch(/^run (?:Bind ){999}Bind, unfinished$/);
  });

  test("reckons with DEALLOCATE ALL in every batch once it has been prepared", () => {
    expect(
      converse(
        READY,
        message(parseFrame("d", "DEALLOCATE ALL")),
        message(SYNC),
        ended(completed("idle")),
        message(BIND),
        message(SYNC),
      ),
    ).toEqual(["run Parse Sync, deallocates-all", "run Bind Sync, deallocates-all", "= Executing"]);
  });

  test("tells a session that waited for too long to try again, and that it is in no transaction", () => {
    expect(
      converse(
        READY,
        message(queryFrame("SELECT 1")),
        ended({ kind: "wait-timeout", waitedMs: 5000 }),
      ),
    ).toEqual([
      "run Query",
      expect.stringContaining("40001"),
      ...traceBackend(Buffer.from("Z\0\0\0\x05I")),
      "= Ready",
    ]);
  });

  test("answers the Sync itself when the messages before it never ran", () => {
    expect(
      converse(
        READY,
        message(parseFrame("", "SELECT 1")),
        message(FLUSH),
        ended({ kind: "cancelled" }),
        message(BIND),
        message(SYNC),
      ),
    ).toEqual([
      "run Parse Flush, unfinished",
      expect.stringContaining("57014"),
      ...traceBackend(Buffer.from("Z\0\0\0\x05I")),
      "= Ready",
    ]);
  });

  test("ends with 57P01 when its engine is lost, running or idle", () => {
    const answer = [
      expect.stringContaining("57P01"),
      "close: the database engine was lost: crashed",
      "= Closed",
    ];
    expect(
      converse(
        READY,
        message(queryFrame("SELECT 1")),
        ended({ kind: "engine-lost", reason: "crashed" }),
      ).slice(1),
    ).toEqual(answer);
    expect(converse(READY, { kind: "engine-lost", reason: "crashed" })).toEqual(answer);
  });

  test("closes without a word at Terminate", () => {
    expect(converse(READY, message(TERMINATE))).toEqual([
      "close: the client ended the session",
      "= Closed",
    ]);
  });
});

describe("COPY FROM STDIN", () => {
  const copy = message(queryFrame("COPY t FROM STDIN"));
  const started: ConnectionInput = {
    kind: "copy-started",
    start: { kind: "copy-in", copyInResponse: Buffer.from("G\0\0\0\x07\0\0\0") } as CopyInStart,
  };

  test("collects the data and gives it to the engine with the statement", () => {
    expect(
      converse(
        READY,
        copy,
        started,
        message(frame("d", "1\n")),
        message(SYNC),
        message(frame("d", "2\n")),
        message(COPY_DONE),
        ended(completed("idle")),
        message(frame("d", "late")),
      ),
    ).toEqual([
      "start-copy-in Query",
      ...traceBackend(Buffer.from("G\0\0\0\x07\0\0\0")),
      "run Query CopyData CopyData CopyDone",
      "= Ready",
    ]);
  });

  test("goes on when the engine refuses the statement", () => {
    expect(
      converse(READY, copy, {
        kind: "copy-started",
        start: { kind: "answered", outcome: completed("failed") },
      }),
    ).toEqual(["start-copy-in Query", "= Ready"]);
  });

  test("lets the engine fail when there is too much data", () => {
    const piece = message(frame("d", "x".repeat(8 * 1024 * 1024)));
    const lines = converse(
      READY,
      copy,
      started,
      ...Array.from({ length: 10 }, () => piece),
      message(COPY_DONE),
    );
    expect(lines.slice(-2)).toEqual(["run Query CopyFail", "= Executing"]);
  });

  test("takes no other message than data", () => {
    expect(() => converse(READY, copy, started, message(queryFrame("SELECT 1")))).toThrow(
      new ProtocolViolation("unexpected Query message during COPY from stdin"),
    );
  });

  test("is replaced by an error where its data could not come with it", () => {
    for (const input of [
      message(queryFrame("SELECT 1; COPY t FROM STDIN")),
      message(parseFrame("", "COPY t FROM STDIN")),
    ]) {
      const step = transition(READY, input, FACTS);
      const next =
        step.state.kind === "Ready" ? transition(step.state, message(SYNC), FACTS) : step;
      const [effect] = next.effects;
      const frames = effect?.kind === "run" ? effect.batch.frames : [];
      expect(Buffer.concat(frames.map(({ bytes }) => bytes)).toString("latin1")).toMatch(
        /dsql_emulator_refuse\('0A000', 'COPY FROM STDIN is supported only as the single statement/,
      );
    }
  });
});
