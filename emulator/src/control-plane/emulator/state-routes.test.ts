import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FixedClock } from "../../../test/support/fixed-clock.ts";
import { DecisionLog } from "../../audit/index.ts";
import { buildControlPlane, StateRefusal } from "../index.ts";
import type { EmulatorStates } from "./state-ports.ts";

/** What was asked of the keeper of the state, in order. */
let asked: unknown[];
/** What it refuses with, from now on. */
let refusal: StateRefusal | undefined;
let app: FastifyInstance;

async function answer<Result>(question: unknown, result: Result): Promise<Result> {
  asked.push(question);
  if (refusal !== undefined) throw refusal;
  return result;
}

const FACTS = {
  name: "seeded",
  createdAt: new Date("2026-01-15T12:00:00Z"),
  clusters: 2,
  databases: 1,
  memoryBytes: 30_000_000,
};
const BODY = { ...FACTS, createdAt: "2026-01-15T12:00:00.000Z" };

const STATES: EmulatorStates = {
  save: (name) => answer(["save", name], FACTS),
  list: () => [FACTS],
  remove: (name) => answer(["remove", name], undefined),
  reset: (request) => answer(["reset", request], { tookMs: 12.3 }),
  exportState: () => answer("export", '{"formatVersion":1}'),
  importState: (json, options) => answer(["import", json, options], { tookMs: 45.6 }),
};

beforeEach(() => {
  asked = [];
  refusal = undefined;
  const clock = new FixedClock();
  app = buildControlPlane({
    clock,
    version: "1.2.3",
    mode: "strict",
    region: "us-east-1",
    accountId: "123456789012",
    readiness: { isReady: () => true },
    clusters: { count: () => 1 },
    connections: new DecisionLog({ clock }),
    states: STATES,
    ca: { caCertificate: () => undefined },
    state: { describe: () => ({}) },
    bindHost: "127.0.0.1",
    onInternalError: (error) => {
      throw error;
    },
  });
});

afterEach(() => app.close());

async function send(
  method: "GET" | "POST" | "DELETE",
  path: string,
  payload?: unknown,
): Promise<readonly [number, unknown]> {
  const { statusCode, body } = await app.inject({
    method,
    url: `/_emulator/${path}`,
    headers: { host: "localhost" },
    ...(payload === undefined ? {} : { payload: payload as object }),
  });
  return [statusCode, body === "" ? "" : (JSON.parse(body) as unknown)];
}

const invalid = (message: string): object => ({ error: { code: "invalid_request", message } });

describe("/_emulator/snapshots", () => {
  test("takes, lists and deletes", async () => {
    expect(await send("POST", "snapshots", { name: "seeded" })).toEqual([201, BODY]);
    expect(await send("GET", "snapshots")).toEqual([200, { snapshots: [BODY] }]);
    expect(await send("DELETE", "snapshots/seeded")).toEqual([204, ""]);
    expect(asked).toEqual([
      ["save", "seeded"],
      ["remove", "seeded"],
    ]);
  });

  test.each([
    {},
    { name: "" },
    { name: 1 },
    { name: "a/b" },
    { name: "a".repeat(65) },
    { name: "a", x: 1 },
  ])("takes none for %j", async (body) => {
    expect(await send("POST", "snapshots", body)).toEqual([
      400,
      invalid("give `name` and nothing else: 1 to 64 letters, digits, `.`, `_` or `-`"),
    ]);
    expect(asked).toEqual([]);
  });

  test.each([
    ["not-found", 404, "not_found"],
    ["conflict", 409, "conflict"],
    ["invalid", 400, "invalid_request"],
  ] as const)("that are refused as %s are answered with %i", async (reason, status, code) => {
    refusal = new StateRefusal(reason, "it cannot be done");
    expect(await send("DELETE", "snapshots/gone")).toEqual([
      status,
      { error: { code, message: "it cannot be done" } },
    ]);
  });
});

describe("/_emulator/reset", () => {
  test.each([
    [undefined, { to: "configuration", clock: false, records: false }],
    [{}, { to: "configuration", clock: false, records: false }],
    [
      { to: "empty", clock: true },
      { to: "empty", clock: true, records: false },
    ],
    [
      { to: { snapshot: "a" }, records: true },
      { to: { snapshot: "a" }, clock: false, records: true },
    ],
  ])("%j means %j", async (body, request) => {
    expect(await send("POST", "reset", body)).toEqual([200, { to: request.to, tookMs: 12.3 }]);
    expect(asked).toEqual([["reset", request]]);
  });

  test.each([
    [[], "the body is no JSON object"],
    [{ from: "a" }, "`from` is not known; give `to`, `clock`, `records`"],
    [{ clock: "yes" }, "`clock` is neither true nor false"],
    [{ records: 1 }, "`records` is neither true nor false"],
    [{ to: "snapshot" }, '`to` is one of "empty", "configuration", {"snapshot": "NAME"}'],
    [{ to: { snapshot: 1 } }, '`to` is one of "empty", "configuration", {"snapshot": "NAME"}'],
    [
      { to: { snapshot: "a", x: 1 } },
      '`to` is one of "empty", "configuration", {"snapshot": "NAME"}',
    ],
  ])("does not understand %j", async (body, message) => {
    expect(await send("POST", "reset", body)).toEqual([400, invalid(message)]);
    expect(asked).toEqual([]);
  });
});

describe("/_emulator/state/export and import", () => {
  test("hand the text over, and what it says", async () => {
    expect(await send("GET", "state/export")).toEqual([200, { formatVersion: 1 }]);
    expect(await send("POST", "state/import?clock=true", { formatVersion: 1 })).toEqual([
      200,
      { tookMs: 45.6 },
    ]);
    expect(await send("POST", "state/import", { formatVersion: 1 })).toEqual([
      200,
      { tookMs: 45.6 },
    ]);
    expect(asked).toEqual([
      "export",
      ["import", { formatVersion: 1 }, { clock: true }],
      ["import", { formatVersion: 1 }, { clock: false }],
    ]);
  });

  test("do not understand another clock than true and false", async () => {
    expect(await send("POST", "state/import?clock=1", {})).toEqual([
      400,
      invalid("clock is neither true nor false"),
    ]);
    expect(asked).toEqual([]);
  });
});
