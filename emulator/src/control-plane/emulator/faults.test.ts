import { createConnection } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
  type TestKey,
} from "../../../test/fixtures/aws/aws-world.ts";
import { signedPost } from "../../../test/fixtures/aws/sign-request.ts";

const RULE = {
  target: { operation: "iam:ListUsers" },
  effect: { error: { code: "Throttling", message: "Rate exceeded" } },
  when: { count: 1 },
};

let world: AwsWorld;
let admin: TestKey;

beforeEach(() => {
  world = makeAwsWorld();
  admin = world.addUser("admin", ADMINISTRATOR);
});

afterEach(async () => {
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

async function send(
  method: "GET" | "POST" | "DELETE",
  path: string,
  payload?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await world.app.inject({
    method,
    url: `/_emulator/${path}`,
    headers: { host: "localhost" },
    ...(payload && { payload }),
  });
  const { statusCode: status, body } = response;
  return { status, body: body === "" ? "" : (JSON.parse(body) as unknown) };
}

async function listUsers(key = admin): Promise<{ readonly status: number; readonly body: string }> {
  const request = await signedPost("Action=ListUsers&Version=2010-05-08", {
    ...key,
    signingDate: world.clock.now(),
  });
  const { statusCode: status, body } = await world.app.inject(request);
  return { status, body };
}

describe("the API of fault rules", () => {
  test("makes, lists and deletes them", async () => {
    const fault = { id: "fault-1", ...RULE, matched: 0, fired: 0 };
    expect(await send("POST", "faults", RULE)).toStrictEqual({ status: 201, body: fault });
    expect(await send("GET", "faults")).toStrictEqual({ status: 200, body: { faults: [fault] } });
    expect(await send("DELETE", "faults/fault-1")).toStrictEqual({ status: 204, body: "" });
    expect(await send("DELETE", "faults/fault-1")).toStrictEqual({
      status: 404,
      body: { error: { code: "not_found", message: "there is no fault rule `fault-1`" } },
    });
    await send("POST", "faults", RULE);
    expect(await send("DELETE", "faults")).toStrictEqual({ status: 204, body: "" });
    expect(await send("GET", "faults")).toStrictEqual({ status: 200, body: { faults: [] } });
  });

  test("tells everything that is wrong with a rule", async () => {
    expect(await send("POST", "faults", { target: { operation: "ec:*" } })).toStrictEqual({
      status: 400,
      body: {
        error: {
          code: "invalid_request",
          message:
            "`target.operation` names no operation that there is: `ec:*`; `effect` is missing",
        },
      },
    });
  });
});

describe("a call that is to fail", () => {
  test("is answered with the error, as often as the rule says", async () => {
    await send("POST", "faults", RULE);
    const first = await listUsers();
    expect(first.status).toBe(400);
    expect(first.body).toContain(
      "<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>",
    );
    expect((await listUsers()).status).toBe(200);
    expect(world.faults.list()).toMatchObject([{ matched: 2, fired: 1 }]);
  });

  test.each([
    ["InternalFailure", 500],
    ["ServiceUnavailable", 503],
  ])("with %s is the service's fault, with status %i", async (code, status) => {
    await send("POST", "faults", { ...RULE, effect: { error: { code } } });
    const answer = await listUsers();
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<Type>Receiver</Type><Code>${code}</Code>`);
  });

  test("fails before it is authorized, and only when its signature is right", async () => {
    const nobody = world.addUser("nobody");
    await send("POST", "faults", { ...RULE, when: { every: 1 } });
    expect((await listUsers(nobody)).body).toContain("<Code>Throttling</Code>");
    const forged = { ...admin, secretAccessKey: "fake-wrong-secret" };
    expect((await listUsers(forged)).body).toContain("<Code>SignatureDoesNotMatch</Code>");
    expect(world.faults.list()).toMatchObject([{ matched: 1 }]);
  });

  test("is delayed, and then done", async () => {
    await send("POST", "faults", { ...RULE, effect: { latencyMs: 250 } });
    expect((await listUsers()).status).toBe(200);
    expect(world.waits).toStrictEqual([250]);
  });

  test("loses its connection without an answer", async () => {
    await send("POST", "faults", { ...RULE, effect: { drop: true } });
    await world.app.listen({ host: "127.0.0.1", port: 0 });
    const address = world.app.server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { headers, payload = "" } = await signedPost("Action=ListUsers&Version=2010-05-08", {
      ...admin,
      signingDate: world.clock.now(),
    });
    const lines = Object.entries({ ...headers, "content-length": payload.length });
    const socket = createConnection({ host: "127.0.0.1", port });
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("error", () => undefined);
    const closed = new Promise<void>((resolve) =>
      socket.on("close", () => {
        resolve();
      }),
    );
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`POST / HTTP/1.1\r\n${head}\r\n${payload}`);
    await closed;
    expect(received).toBe("");
    expect(world.faults.list()).toMatchObject([{ matched: 1, fired: 1 }]);
  });
});
