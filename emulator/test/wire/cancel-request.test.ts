import { afterEach, describe, expect, test } from "vitest";
import type { CancelRequestMode } from "../../src/session/index.ts";
import { TEST_HOST } from "../fixtures/sigv4/sign-token.ts";
import {
  createFakeSqlEngine,
  type FakeSqlEngine,
  type FakeSqlSession,
} from "../support/fake-sql-engine.ts";
import { CLOSED, WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { cancelRequest, query } from "./messages.ts";

let server: WireServer;
let fake: FakeSqlEngine;

afterEach(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

interface Sleeper {
  readonly client: WireClient;
  readonly session: FakeSqlSession;
  readonly processId: number;
  /** As BackendKeyData showed it. */
  readonly secretKey: number;
}

/** A client whose statement runs, on a new server. */
async function sleeper(cancelRequests: CancelRequestMode, key: number): Promise<Sleeper> {
  fake = createFakeSqlEngine();
  server = await startWireServer({
    engines: { engineOf: () => fake.engine },
    cancelRequests,
    newSecretKey: () => key,
  });
  const opened = fake.nextSession();
  const client = await server.authenticating();
  const keyData = (await client.receiveFramesUntil("BackendKeyData")).at(-1);
  await client.receiveUntil("ReadyForQuery");
  const bytes = Buffer.from(keyData?.bytes ?? []);
  const session = await opened;
  client.send(query("SLEEP"));
  await session.untilLogged("asleep");
  return { client, session, processId: bytes.readInt32BE(5), secretKey: bytes.readInt32BE(9) };
}

/** Sends the request and waits for the server to close, without a word. */
async function ask(client: WireClient, processId: number, secretKey: number): Promise<void> {
  client.send(cancelRequest(processId, secretKey));
  expect(await client.receiveRest()).toEqual([CLOSED]);
}

const CANCELED = [
  'B ErrorResponse ERROR 57014 "canceling statement due to user request"',
  "B ReadyForQuery idle",
];

describe("a CancelRequest that is honoured", () => {
  test.each([
    { name: "a positive key", key: 1_234_567 },
    { name: "a negative key", key: -1_234_567 },
    { name: "the smallest key", key: -(2 ** 31) },
  ])("interrupts the statement of its key: $name", async ({ key }) => {
    const { client, processId, secretKey } = await sleeper("honour", key);
    expect(secretKey).toBe(key);
    await ask(await WireClient.dial(server.port), processId, secretKey);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual(CANCELED);
  });

  test("interrupts it when it comes encrypted", async () => {
    const { client, processId, secretKey } = await sleeper("honour", 99);
    await ask(await server.encrypted(), processId, secretKey);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual(CANCELED);
  });

  test("interrupts it when it comes by direct TLS", async () => {
    const { client, processId, secretKey } = await sleeper("honour", 99);
    const direct = await WireClient.dial(server.port);
    const alpn = { ALPNProtocols: ["postgresql"], servername: TEST_HOST };
    await direct.startTls({ ca: server.ca, ...alpn });
    await ask(direct, processId, secretKey);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual(CANCELED);
  });

  test("with a wrong key, or of another process, does nothing", async () => {
    const { client, session, processId, secretKey } = await sleeper("honour", 99);
    await ask(await WireClient.dial(server.port), processId, secretKey + 1);
    await ask(await WireClient.dial(server.port), processId + 1, secretKey);
    expect(session.log).toEqual(['F Query "SLEEP"', "asleep"]);
    session.wake();
    expect((await client.receiveUntil("ReadyForQuery"))[0]).toBe('B CommandComplete "SLEEP"');
  });

  test("does nothing once the session is over", async () => {
    const { client, session, processId, secretKey } = await sleeper("honour", 99);
    await client.reset();
    await session.untilLogged("close");
    await server.untilEnded(1);
    await ask(await WireClient.dial(server.port), processId, secretKey);
    expect(session.log.filter((line) => line === "cancel")).toHaveLength(1);
  });
});

test("a CancelRequest that is ignored is closed, and the statement runs on", async () => {
  const { client, session, processId, secretKey } = await sleeper("ignore", 99);
  await ask(await WireClient.dial(server.port), processId, secretKey);
  expect(session.log).toEqual(['F Query "SLEEP"', "asleep"]);
  session.wake();
  expect((await client.receiveUntil("ReadyForQuery"))[0]).toBe('B CommandComplete "SLEEP"');
});
