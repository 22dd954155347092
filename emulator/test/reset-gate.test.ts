/** A reset waits for what is being done, and for nothing that a client could leave undone. */
import { CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateClusterCommand, DSQLClient } from "@aws-sdk/client-dsql";
import { connect as connectTcp, type Socket } from "node:net";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectionOptions, startEmulator, type TestEmulator } from "../src/testing/index.ts";

let emulator: TestEmulator;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  emulator = await startEmulator();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await emulator.stop();
});

function port(): number {
  return Number(new URL(emulator.http.url).port);
}

/** A socket to the HTTP port, with all that has come from it. */
function open(): {
  readonly socket: Socket;
  readonly received: (pattern: RegExp) => Promise<string>;
} {
  const socket = connectTcp(port(), "127.0.0.1");
  sockets.push(socket);
  let text = "";
  let check: () => void = () => undefined;
  socket.on("data", (part) => {
    text += String(part);
    check();
  });
  return {
    socket,
    received: (pattern) =>
      new Promise((resolve) => {
        check = () => {
          if (pattern.test(text)) resolve(text);
        };
        check();
      }),
  };
}

function http(start: string, body = ""): string {
  return `${start} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const RESET = http("POST /_emulator/reset", "{}");
const UNSIGNED = http("GET /cluster");

test("calls in the same write as a reset are answered behind it", async () => {
  const { socket, received } = open();
  socket.write(RESET + UNSIGNED + RESET);
  const text = await received(/tookMs[\s\S]*tookMs/);
  expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    "200",
    "403",
    "200",
  ]);
  await emulator.reset();
});

test.each(["/%5Femulator/reset", "http://localhost/_emulator/reset"])(
  "a reset does not wait for itself when it is called as %s",
  async (path) => {
    const { socket, received } = open();
    socket.write(http(`POST ${path}`, "{}"));
    await received(/HTTP\/1\.1 \d+/);
    await emulator.reset();
  },
);

test("a request that never ends holds nothing up", async () => {
  const { socket } = open();
  socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nAction=");
  await new Promise((resolve) => socket.once("connect", resolve));
  await emulator.reset();
});

test("what faults delay goes on when a reset comes", async () => {
  await emulator.faults.add({ target: { operation: "*" }, effect: { latencyMs: 600_000 } });
  const { http: api, region, credentials } = emulator;
  const iam = new IAMClient({ endpoint: api.url, region, credentials: { ...credentials } });
  const created = iam.send(new CreateUserCommand({ UserName: "late" }));
  while ((await emulator.faults.list())[0]?.fired !== 1) await new Promise(setImmediate);
  await emulator.reset();
  await created;
});

test("nobody gets into a cluster that a reset has taken away", async () => {
  const { http: api, region, credentials } = emulator;
  const dsql = new DSQLClient({ endpoint: api.url, region, credentials: { ...credentials } });
  const {
    identifier = "",
    arn = "",
    endpoint = "",
  } = await dsql.send(new CreateClusterCommand({}));
  const clusters = [{ identifier, arn, endpoint, region }];
  const options = connectionOptions({ ...emulator, clusters }, {});
  const client = new Client({
    ...options,
    // It is asked for when the connection has been admitted.
    password: async () => {
      await emulator.reset();
      const { password } = options;
      return typeof password === "function" ? password() : String(password);
    },
  });
  client.on("error", () => undefined);
  const error: unknown = await client.connect().catch((reason: unknown) => reason);
  const decision = await emulator.decisions.ofError(error);
  expect(decision?.refusal?.code).toBe("cluster_not_available");
});
