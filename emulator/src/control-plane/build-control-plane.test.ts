import { connect as connectSocket } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect, type ConnectionScript } from "../../test/fixtures/auth/connection-world.ts";
import { FixedClock } from "../../test/support/fixed-clock.ts";
import { DecisionLog, type DecisionRecord, type DecisionSummary } from "../audit/index.ts";
import { buildControlPlane } from "./build-control-plane.ts";
import type { HealthBody } from "./emulator/health.ts";

const CA_PEM = "-----BEGIN CERTIFICATE-----\nZmFrZQ==\n-----END CERTIFICATE-----\n";
const JSON_TYPE = "application/json; charset=utf-8";

let clock: FixedClock;
let log: DecisionLog;
let isReady: boolean;
let caPem: string | undefined;
let internalErrors: unknown[];
let app: FastifyInstance;

beforeEach(() => {
  clock = new FixedClock();
  log = new DecisionLog({ clock, maxRecords: 5 });
  isReady = true;
  caPem = CA_PEM;
  internalErrors = [];
  app = buildControlPlane({
    clock,
    version: "1.2.3",
    mode: "strict",
    region: "us-east-1",
    accountId: "123456789012",
    readiness: { isReady: () => isReady },
    clusters: { count: () => 2 },
    connections: log,
    hooks: {
      reports: () => [{ name: "a.sql", kind: "sql", status: "done", durationMs: 3 }],
    },
    ca: { caCertificate: () => caPem },
    state: { describe: (options) => ({ accounts: [options] }) },
    bindHost: "127.0.0.1",
    allowedHosts: ["emulator"],
    onInternalError: (error) => internalErrors.push(error),
  });
});

afterEach(() => app.close());

/** The session id of this number, from 1 to 25. */
function id(number: number): string {
  return String.fromCharCode(97 + number).padStart(26, "a");
}

async function record(number: number, script: ConnectionScript = {}): Promise<DecisionRecord> {
  const attempt = { ...script.attempt, sessionId: id(number) };
  const { decisions } = await connect({ ...script, attempt });
  const [decision] = decisions;
  if (decision === undefined) throw new Error("nothing was decided");
  return log.record(decision);
}

async function get(url: string, headers: Record<string, string> = {}): ReturnType<typeof send> {
  return send("GET", url, headers);
}

async function send(
  method: "GET" | "HEAD" | "POST" | "DELETE" | "OPTIONS",
  url: string,
  headers: Record<string, string> = {},
): Promise<{
  status: number;
  headers: Record<string, unknown>;
  text: string;
  json: () => unknown;
}> {
  const response = await app.inject({
    method,
    url,
    headers: { host: "localhost:9432", ...headers },
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    json: () => JSON.parse(response.body) as unknown,
  };
}

/** The entries of records without an open connection. */
function closed(summaries: readonly DecisionSummary[]): unknown {
  return summaries.map((summary) => ({ ...summary, live: null }));
}

function error(code: string, message: string): unknown {
  return { error: { code, message } };
}

describe("the state", () => {
  test("is told without secrets unless they are asked for", async () => {
    for (const query of ["", "?secrets=false"]) {
      const { status, json } = await get(`/_emulator/state${query}`);
      expect([status, json()]).toEqual([200, { accounts: [{ withSecrets: false }] }]);
    }
    const { json } = await get("/_emulator/state?secrets=true");
    expect(json()).toEqual({ accounts: [{ withSecrets: true }] });
  });

  test.each(["yes", "", "true&secrets=true"])("is not told for secrets=%s", async (secrets) => {
    const { status, json } = await get(`/_emulator/state?secrets=${secrets}`);
    expect([status, json()]).toEqual([
      400,
      error("invalid_request", "secrets is neither true nor false"),
    ]);
  });
});

describe("health and readiness", () => {
  test("tells what runs and since when, by the emulator's clock", async () => {
    await record(1);
    await record(2, { attempt: { isEncrypted: false } });
    clock.advance(90_500);
    const { status, headers, json } = await get("/_emulator/health");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe(JSON_TYPE);
    expect(json()).toEqual({
      status: "ok",
      version: "1.2.3",
      mode: "strict",
      region: "us-east-1",
      accountId: "123456789012",
      now: "2026-01-02T03:05:35.500Z",
      startedAt: "2026-01-02T03:04:05.000Z",
      uptimeSeconds: 90,
      clusters: 2,
      connections: { open: 0, recorded: 2, dropped: 0 },
      hooks: [{ name: "a.sql", kind: "sql", status: "done", durationMs: 3 }],
    });
  });

  test("has no negative uptime when the clock was moved back", async () => {
    clock.advance(-5000);
    const { json } = await get("/_emulator/health");
    expect((json() as HealthBody).uptimeSeconds).toBe(0);
  });

  test("is ready when everything listens, and 503 before", async () => {
    expect(await get("/_emulator/ready")).toMatchObject({ status: 200, text: '{"ready":true}' });
    isReady = false;
    expect(await get("/_emulator/ready")).toMatchObject({ status: 503, text: '{"ready":false}' });
    expect(await get("/_emulator/health")).toMatchObject({ status: 200 });
    expect(((await get("/_emulator/health")).json() as HealthBody).status).toBe("starting");
  });

  test("gives the CA certificate as PEM", async () => {
    const { status, headers, text } = await get("/_emulator/ca.pem");
    expect([status, headers["content-type"], text]).toEqual([
      200,
      "application/x-pem-file",
      CA_PEM,
    ]);
  });
});

describe("the CA certificate", () => {
  test("is not there when the user's own certificate is served", async () => {
    caPem = undefined;
    const { status, headers, json } = await get("/_emulator/ca.pem");
    expect([status, headers["content-type"], json()]).toEqual([
      404,
      JSON_TYPE,
      error(
        "not_found",
        "the emulator has no certificate authority, it serves your own certificate; trust its issuer",
      ),
    ]);
  });
});

describe("connections", () => {
  test("are listed newest first, in parts", async () => {
    for (const number of [1, 2, 3]) await record(number);
    const first = (await get("/_emulator/connections?limit=2")).json();
    expect(first).toEqual({
      connections: closed(log.list({ limit: 2 })),
      nextBefore: id(2),
      open: 0,
      recorded: 3,
      dropped: 0,
    });
    const second = (await get(`/_emulator/connections?limit=2&before=${id(2)}`)).json();
    expect(second).toEqual({
      connections: closed(log.list({ limit: 2, before: id(2) })),
      nextBefore: null,
      open: 0,
      recorded: 3,
      dropped: 0,
    });
  });

  test("are all listed without a limit, and none when there is none", async () => {
    expect((await get("/_emulator/connections")).json()).toEqual({
      connections: [],
      nextBefore: null,
      open: 0,
      recorded: 0,
      dropped: 0,
    });
    for (const number of [1, 2, 3, 4, 5, 6]) await record(number);
    expect((await get("/_emulator/connections")).json()).toEqual({
      connections: closed(log.list({ limit: 10 })),
      nextBefore: null,
      open: 0,
      recorded: 5,
      dropped: 1,
    });
  });

  test("are told one by one with their trace", async () => {
    const kept = await record(1, { attempt: { isEncrypted: false } });
    const { status, json } = await get(`/_emulator/connections/${id(1)}`);
    expect(status).toBe(200);
    expect(json()).toEqual({ ...kept, live: null });
  });

  test("that are not there are not found", async () => {
    const { status, json } = await get(`/_emulator/connections/${id(7)}`);
    expect(status).toBe(404);
    expect(json()).toEqual(
      error(
        "not_found",
        `there is no record of session \`${id(7)}\`: it is of another emulator, or had to make room for newer ones`,
      ),
    );
  });

  test.each([
    "x",
    "A".repeat(26),
    "a".repeat(27),
    "1".repeat(26),
    "%00",
    "__proto__",
    "..%2f..%2fetc",
  ])("are not looked for under the id %s", async (sessionId) => {
    const { status, json } = await get(`/_emulator/connections/${sessionId}`);
    expect(status).toBe(400);
    expect(json()).toEqual(
      error(
        "invalid_request",
        "a session id is the 26 lower-case letters and digits behind `Session Id:`",
      ),
    );
  });

  test.each(["0", "-1", "1001", "1e2", "", "ten", "1.5", "1&limit=2"])(
    "are not listed with a limit of %s",
    async (limit) => {
      const { status, json } = await get(`/_emulator/connections?limit=${limit}`);
      expect(status).toBe(400);
      expect(json()).toEqual(
        error("invalid_request", "limit is not a whole number from 1 to 1000"),
      );
    },
  );

  test("are not listed before something that is no session id", async () => {
    expect((await get("/_emulator/connections?before=x")).status).toBe(400);
  });
});

describe("pages of other sites", () => {
  const CROSS = error(
    "cross_site_request",
    "this API does not answer the pages of other sites; call it from a program",
  );

  test.each<Record<string, string>>([
    { origin: "https://example.com" },
    { origin: "null" },
    { origin: "http://localhost:3000" },
    { origin: "https://localhost:9432" },
    { origin: "" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "odd" },
    { origin: "http://localhost:9432", "sec-fetch-site": "cross-site" },
  ])("get no answer with %j", async (headers) => {
    for (const url of ["/_emulator/health", "/_emulator/ca.pem", "/nothing"]) {
      const { status, json } = await get(url, headers);
      expect([status, json()]).toEqual([403, CROSS]);
    }
  });

  test.each<Record<string, string>>([
    { origin: "http://localhost:9432" },
    { origin: "http://LOCALHOST:9432", "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
    { host: "[::1]:9432", origin: "http://[::1]:9432" },
    { host: "emulator:9432" },
  ])("are not what %j is of", async (headers) => {
    expect((await get("/_emulator/health", headers)).status).toBe(200);
  });

  test("get no answer under a name that is not this server's", async () => {
    const { status, json } = await get("/_emulator/health", { host: "rebound.example.com:9432" });
    expect([status, json()]).toEqual([
      403,
      error(
        "host_not_allowed",
        "the Host header is not a name of this server; use localhost, or allow the name in the configuration",
      ),
    ]);
  });

  test("get no permission by a preflight request", async () => {
    const { status, headers } = await send("OPTIONS", "/_emulator/health", {
      origin: "https://example.com",
      "access-control-request-method": "POST",
    });
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("requests that go wrong", () => {
  test("for an unknown path are 404", async () => {
    for (const url of [
      "/",
      "/_emulator",
      "/_emulator/health/",
      "/_emulator/Health",
      "/favicon.ico?x=1",
    ]) {
      const { status, json } = await get(url);
      expect([status, json()]).toEqual([404, error("not_found", "there is nothing at this path")]);
    }
  });

  test.each([
    { url: "/_emulator/health", method: "DELETE", allowed: "GET, HEAD" },
    {
      url: `/_emulator/connections/${"a".repeat(26)}?x=1`,
      method: "POST",
      allowed: "GET, HEAD, DELETE",
    },
    { url: "/_emulator/clock", method: "DELETE", allowed: "GET, HEAD, POST" },
  ] as const)(
    "with a wrong method for $url are 405 and name the right ones",
    async ({ url, method, allowed }) => {
      const { status, headers, json } = await send(method, url);
      expect([status, headers["allow"], json()]).toEqual([
        405,
        allowed,
        error("method_not_allowed", `this path does not take ${method}`),
      ]);
    },
  );

  test("with HEAD have the headers of GET and no body", async () => {
    const { status, headers, text } = await send("HEAD", "/_emulator/health");
    expect([status, headers["content-type"], text]).toEqual([200, JSON_TYPE, ""]);
    expect((await send("HEAD", "/nothing")).status).toBe(404);
  });

  test("because of the emulator are 500 without a word of the reason", async () => {
    const failure = new Error("secret reason");
    log.counts = () => {
      throw failure;
    };
    const { status, json, headers } = await get("/_emulator/health");
    expect([status, json()]).toEqual([
      500,
      error("internal_error", "the emulator failed; its log says more"),
    ]);
    expect(headers["cache-control"]).toBe("no-store");
    expect(internalErrors).toEqual([failure]);
  });

  test("because of an error that only looks like one of HTTP are 500 too", async () => {
    app.get("/test", () => {
      throw Object.assign(new Error("no such file"), { code: "ENOENT", statusCode: 404 });
    });
    expect((await get("/test")).status).toBe(500);
    expect(internalErrors).toHaveLength(1);
  });

  test("with a body of a type that a path does not take are 415", async () => {
    app.post("/test", () => ({}));
    const { status, json } = await send("POST", "/test", { "content-type": "text/odd" });
    expect([status, json()]).toEqual([
      415,
      error("unsupported_media_type", "the body's content type is not taken here"),
    ]);
  });

  test("have the headers that every answer has", async () => {
    for (const url of [
      "/_emulator/health",
      "/_emulator/ca.pem",
      "/nothing",
      "/%ff",
      "/_emulator/connections/x",
    ]) {
      expect((await get(url)).headers).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
    }
    expect((await get("/nothing", { host: "example.com" })).headers).toMatchObject({
      "cache-control": "no-store",
    });
  });
});

describe("a server that listens", () => {
  let port: number;

  beforeEach(async () => {
    port = Number(new URL(await app.listen({ host: "127.0.0.1", port: 0 })).port);
  });

  /** Sends bytes and returns all that comes back until the server closes. */
  function raw(text: string): Promise<{ head: string; body: string }> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connectSocket(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.on("error", reject);
      socket.on("close", () => {
        const [head = "", body = ""] = Buffer.concat(chunks).toString().split("\r\n\r\n");
        resolve({ head, body });
      });
    });
  }

  async function answer(text: string): Promise<unknown[]> {
    const { head, body } = await raw(text);
    const lines = head.toLowerCase().split("\r\n");
    return [
      Number(lines[0]?.split(" ")[1]),
      JSON.parse(body) as unknown,
      ["cache-control: no-store", "x-content-type-options: nosniff"].every((line) =>
        lines.includes(line),
      ),
    ];
  }

  const END = `Host: localhost\r\nConnection: close\r\n\r\n`;

  test("answers fetch", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/_emulator/ready`);
    expect([response.status, await response.json()]).toEqual([200, { ready: true }]);
  });

  test("answers a URL that is not well-formed", async () => {
    expect(await answer(`GET /%ff%zz HTTP/1.1\r\n${END}`)).toEqual([
      400,
      error("invalid_request", "the URL is not well-formed"),
      true,
    ]);
  });

  test("answers headers that are too large", async () => {
    expect(await answer(`GET / HTTP/1.1\r\nX-Big: ${"x".repeat(40_000)}\r\n${END}`)).toEqual([
      431,
      error("headers_too_large", "the headers are larger than this API takes"),
      true,
    ]);
  });

  test("answers what is not HTTP", async () => {
    const unreadable = [400, error("invalid_request", "the request cannot be read"), true];
    expect(await answer("\0\0\0\u0008\u0004\u00d2\u0016/\r\n\r\n")).toEqual(unreadable);
    expect(await answer("GET / HTTP/9.9\r\n\r\n")).toEqual(unreadable);
  });

  test("answers a body that is too large", async () => {
    const text = "x".repeat(300_000);
    expect(
      await answer(
        `POST /_emulator/health HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n${END}`,
      ),
    ).toEqual([413, error("body_too_large", "the body is larger than this API takes"), true]);
  });

  test("answers a body that is not JSON", async () => {
    expect(
      await answer(
        `POST /_emulator/health HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 1\r\n${END}{`,
      ),
    ).toEqual([400, error("invalid_request", "the request cannot be read"), true]);
  });

  test("refuses HTTP/1.0 without a Host header", async () => {
    const [status] = await answer("GET /_emulator/health HTTP/1.0\r\n\r\n");
    expect(status).toBe(403);
  });

  test("closes although a client keeps a half request open", async () => {
    const socket = connectSocket(port, "127.0.0.1");
    await new Promise<void>((resolve) => {
      socket.on("connect", () => {
        socket.write("GET / HTTP/1.1\r\n", () => {
          resolve();
        });
      });
    });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("error", () => undefined);
    await app.close();
    await closed;
  });
});
