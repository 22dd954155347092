/** The emulator's API on connections and the clock, with real clients behind it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DecisionLog } from "../../src/audit/index.ts";
import {
  clockCommand,
  DEFAULT_READY_FILE,
  runCli,
  tokenCommand,
  writeReadyFile,
} from "../../src/cli/index.ts";
import { createEmulatorClock, type EmulatorClock } from "../../src/clock/index.ts";
import {
  buildControlPlane,
  type ClockBody,
  type ConnectionBody,
  type ConnectionListBody,
} from "../../src/control-plane/index.ts";
import { PRINCIPAL_ARN } from "../fixtures/auth/connection-world.ts";
import { TEST_ACCESS_KEY, TEST_HOST } from "../fixtures/sigv4/sign-token.ts";
import { type FakeCliIo, fakeCliIo } from "../support/cli-io.ts";
import { createFakeSqlEngine } from "../support/fake-sql-engine.ts";
import { testReadyInfo } from "../support/ready-info.ts";
import { CLOSED } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { query } from "./messages.ts";

const TERMINATED =
  'B ErrorResponse FATAL 57P01 "terminating connection due to administrator command"';

let clock: EmulatorClock;
let log: DecisionLog;
let server: WireServer;
let app: FastifyInstance;

beforeEach(async () => {
  clock = createEmulatorClock({ openSessions: () => log.counts().openConnections });
  await clock.change({ kind: "freeze" });
  log = new DecisionLog({ clock });
  const { engine } = createFakeSqlEngine();
  server = await startWireServer({ engines: { engineOf: () => engine }, clock, decisionLog: log });
  app = buildControlPlane({
    clock,
    version: "1.2.3",
    mode: "strict",
    region: "us-east-1",
    accountId: "123456789012",
    readiness: { isReady: () => true },
    clusters: { count: () => 1 },
    connections: log,
    ca: { caCertificate: () => undefined },
    state: { describe: () => ({}) },
    bindHost: "127.0.0.1",
    onInternalError: (error) => {
      throw error;
    },
  });
});

afterEach(async () => {
  await app.close();
  await server.close();
});

async function call(
  method: "GET" | "POST" | "DELETE",
  url: string,
  payload?: object,
): Promise<{ status: number; text: string; json: () => unknown }> {
  const response = await app.inject({
    method,
    url: `/_emulator/${url}`,
    headers: { host: "localhost:9432" },
    ...(payload === undefined ? {} : { payload }),
  });
  return {
    status: response.statusCode,
    text: response.body,
    json: () => JSON.parse(response.body) as unknown,
  };
}

async function listed(queryText = ""): Promise<ConnectionListBody> {
  return (await call("GET", `connections${queryText}`)).json() as ConnectionListBody;
}

async function changed(change: object): Promise<ClockBody> {
  const { status, json } = await call("POST", "clock", change);
  expect(status).toBe(200);
  return json() as ClockBody;
}

describe("open connections", () => {
  test("are told who, as what, from where, since when, how long, and in which transaction", async () => {
    const openedAt = clock.now();
    const { client } = await server.loggedIn({ parameters: { application_name: "app" } });
    await server.authenticating({ password: "not a token" });
    await server.untilEnded(1);
    await call("POST", "clock", { advance: "PT1M" });
    client.send(query("BEGIN"));
    await client.receiveUntil("ReadyForQuery");
    await call("POST", "clock", { advance: "PT2M30S" });

    const { connections, ...counts } = await listed("?open=true");
    expect(counts).toEqual({ nextBefore: null, open: 1, recorded: 2, dropped: 0 });
    expect(connections).toHaveLength(1);
    expect(connections[0]).toMatchObject({
      outcome: "admitted",
      requestedUser: "admin",
      clientAddress: "127.0.0.1",
      principal: { arn: PRINCIPAL_ARN },
      connection: { state: "open", openedAt: openedAt.toISOString(), applicationName: "app" },
      live: {
        databaseRole: "admin",
        expiresAt: new Date(openedAt.getTime() + 3_600_000).toISOString(),
        remainingSeconds: 3390,
        transactionState: "in-transaction",
        transactionSince: new Date(openedAt.getTime() + 60_000).toISOString(),
        statements: 1,
      },
    });
    const all = await listed();
    expect(all.connections.map(({ outcome, live }) => [outcome, live === null])).toEqual([
      ["refused", true],
      ["admitted", false],
    ]);
    expect((await listed("?open=false")).connections).toEqual(all.connections.slice(0, 1));
    const sessionId = connections[0]?.sessionId ?? "";
    const one = (await call("GET", `connections/${sessionId}`)).json() as ConnectionBody;
    expect(one.live).toEqual(connections[0]?.live);
    expect(one.trace.length).toBeGreaterThan(10);
  });

  test("are ended by DELETE, once", async () => {
    const { client } = await server.loggedIn();
    const [connection] = (await listed("?open=true")).connections;
    const url = `connections/${connection?.sessionId ?? ""}`;
    const { status, text } = await call("DELETE", url);
    expect([status, text]).toEqual([204, ""]);
    expect(await client.receiveRest()).toEqual([TERMINATED, CLOSED]);
    const { connections, open } = await listed();
    expect(open).toBe(0);
    expect(connections[0]).toMatchObject({
      live: null,
      connection: { state: "closed", closeReason: "ended by DELETE of /_emulator/connections" },
    });
    const again = await call("DELETE", url);
    expect([again.status, again.json()]).toEqual([
      404,
      {
        error: {
          code: "not_found",
          message: `no connection of session \`${connection?.sessionId ?? ""}\` is open`,
        },
      },
    ]);
  });

  test.each(["x", "%00", "A".repeat(26)])("are not ended under the id %s", async (id) => {
    expect((await call("DELETE", `connections/${id}`)).status).toBe(400);
  });

  test.each(["?open=yes", "?open=", "?open=true&open=true"])(
    "are not listed by %s",
    async (text) => {
      const { status, json } = await call("GET", `connections${text}`);
      expect([status, json()]).toEqual([
        400,
        { error: { code: "invalid_request", message: "open is neither true nor false" } },
      ]);
    },
  );
});

describe("commands", () => {
  let directory: string;
  let io: FakeCliIo;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "commands-"));
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const credentials = TEST_ACCESS_KEY;
    const readyFile = join(directory, DEFAULT_READY_FILE);
    await writeReadyFile(readyFile, testReadyInfo({ http: { url }, credentials }));
    io = fakeCliIo({ workingDirectory: directory, fetch });
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function run(...args: string[]): Promise<number> {
    return runCli([clockCommand, tokenCommand], args, io);
  }

  test("move the clock, and sign with it what it admits", async () => {
    expect(await run("clock", "advance", "P30D")).toBe(0);
    expect(io.written.stdout).toMatch(/^\S+ frozen, (?:30 d|29 d 23 h 59 min \d+ s) ahead of /);
    io.written.stdout = "";
    expect(await run("token", "--admin", "--host", TEST_HOST)).toBe(0);
    const token = io.written.stdout.trim();
    expect(io.written.stderr).toBe("");
    const { greeting } = await server.loggedIn({ password: token });
    expect(greeting[0]).toBe("B AuthenticationOk");
    const late = await server.authenticating();
    expect((await late.receiveRest())[0]).toContain("Signature expired");

    expect(await run("clock", "advance", "-PT1M")).toBe(1);
    expect(io.written.stderr).toBe(
      "dsql-emulator clock: the clock does not go back while 1 session is open: end them, or force it with --force\n",
    );
    expect(await run("clock", "advance", "-PT1M", "--force")).toBe(0);
  });
});

describe("the clock", () => {
  test("ends the hour of a session before it answers", async () => {
    const before = clock.now();
    const { client } = await server.loggedIn();
    const { now, frozen } = await changed({ advance: "PT61M" });
    expect([now, frozen]).toEqual([new Date(before.getTime() + 3_660_000).toISOString(), true]);
    expect((await listed()).connections[0]?.connection).toMatchObject({
      state: "closed",
      closedAt: new Date(before.getTime() + 3_600_000).toISOString(),
      closeReason: "the session was older than 3600 s",
    });
    expect(await client.receiveRest()).toEqual([CLOSED]);
  });

  test("goes back only by force while a session is open", async () => {
    await server.loggedIn();
    const refused = await call("POST", "clock", { advance: "-PT1M" });
    expect([refused.status, refused.json()]).toEqual([
      409,
      {
        error: {
          code: "conflict",
          message:
            'the clock does not go back while 1 session is open: end them, or force it with `"force": true`',
        },
      },
    ]);
    expect((await call("POST", "clock", { advance: "-PT1M", force: true })).status).toBe(200);
  });

  test("shows the same to GET, and goes on when it is resumed", async () => {
    const { offsetMs, ...shown } = await changed({ set: "2030-01-01T00:00:00Z" });
    expect(shown).toEqual({ now: "2030-01-01T00:00:00.000Z", frozen: true });
    expect(offsetMs).toBeGreaterThan(0);
    expect((await call("GET", "clock")).json()).toMatchObject(shown);
    const resumed = await changed({ resume: true });
    expect([resumed.frozen, resumed.now >= shown.now]).toEqual([false, true]);
  });

  test("is not changed by what is no JSON", async () => {
    const response = await app.inject({
      method: "POST",
      url: "/_emulator/clock",
      headers: { host: "localhost:9432", "content-type": "application/json" },
      payload: "{",
    });
    expect([response.statusCode, JSON.parse(response.body)]).toEqual([
      400,
      { error: { code: "invalid_request", message: "the request cannot be read" } },
    ]);
    expect((await call("POST", "clock")).status).toBe(400);
  });
});
