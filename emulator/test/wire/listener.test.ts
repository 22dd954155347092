import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeSqlEngine, type FakeSqlEngine } from "../support/fake-sql-engine.ts";
import { CLOSED, RESET, WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { message, query, SSL_REQUEST, startupMessage } from "./messages.ts";

let server: WireServer;
let fake: FakeSqlEngine;

beforeEach(async () => {
  fake = createFakeSqlEngine();
  server = await startWireServer({ engines: { engineOf: () => fake.engine } });
});

afterEach(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

const SHUT_DOWN =
  'B ErrorResponse FATAL 57P01 "terminating connection due to administrator command"';
/** Longer than any of these tests may take. */
const LONG_GRACE_MS = 20_000;

async function expectPortToBeFree(port: number): Promise<void> {
  const other = createServer().listen(port, "127.0.0.1");
  await once(other, "listening");
  other.close();
  await once(other, "close");
}

describe("a listener that stops", () => {
  test("tells idle clients so, in whatever phase they are, and frees its port", async () => {
    const idle = await server.loggedIn();
    const halfway = await server.loggedIn();
    halfway.client.send(message("P", "\0x\0\0\0"));
    const asked = await server.encrypted();
    asked.send(startupMessage());
    await asked.receiveUntil("Authentication");
    const encrypted = await server.encrypted();
    const clear = await WireClient.dial(server.port);
    clear.send(startupMessage().subarray(0, 4));
    // The server has read what was sent before by the time that it greets another client.
    await server.loggedIn().then(({ client }) => client.reset());
    await server.untilEnded(1);

    const stopped = server.listener.stop(LONG_GRACE_MS);
    for (const client of [idle.client, halfway.client, asked, encrypted, clear]) {
      expect(await client.receiveRest()).toEqual([SHUT_DOWN, CLOSED]);
    }
    await stopped;
    expect(server.log.filter((line) => line === "ended")).toHaveLength(6);
    expect(server.log.filter((line) => line === "closed: the emulator stopped")).toHaveLength(2);
    await expectPortToBeFree(server.port);
  });

  test("lets go of clients that have said nothing, or not finished the handshake", async () => {
    const silent = await WireClient.dial(server.port);
    const direct = await WireClient.dial(server.port);
    direct.send(Buffer.from([0x16, 3, 1, 0, 100, 1]));
    await server.loggedIn().then(({ client }) => client.reset());
    await server.listener.stop(LONG_GRACE_MS);
    expect([[CLOSED], [RESET]]).toContainEqual(await silent.receiveRest());
    expect([[CLOSED], [RESET]]).toContainEqual(await direct.receiveRest());
  });

  test("aborts after the grace time who is in the handshake behind SSLRequest", async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    expect(await client.receiveByte()).toBe("S");
    await server.listener.stop(20);
    expect([[CLOSED], [RESET]]).toContainEqual(await client.receiveRest());
    expect(server.log).toEqual(["ended"]);
  });

  test("lets a statement end within the grace time, and then tells its client", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    client.send(query("SLEEP"), query("NEVER"));
    await session.untilLogged("asleep");
    const stopped = server.listener.stop(LONG_GRACE_MS);
    session.wake();
    expect(await client.receiveRest()).toEqual([
      'B CommandComplete "SLEEP"',
      "B ReadyForQuery idle",
      SHUT_DOWN,
      CLOSED,
    ]);
    await stopped;
    expect(session.log).toEqual(['F Query "SLEEP"', "asleep", "close"]);
  });

  test("interrupts what still runs after the grace time, and tells its client why", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    client.send(query("SLEEP"), query("SLEEP"));
    await session.untilLogged("asleep");
    const stopped = server.listener.stop(20);
    expect(await client.receiveRest()).toEqual([
      'B ErrorResponse ERROR 57014 "canceling statement due to user request"',
      "B ReadyForQuery idle",
      SHUT_DOWN,
      CLOSED,
    ]);
    await stopped;
    expect(session.log).toEqual(['F Query "SLEEP"', "asleep", "cancel", "close"]);
    await expectPortToBeFree(server.port);
  });

  test("does not wait longer than the grace time for a client that keeps its side open", async () => {
    const { client } = await server.loggedIn();
    const stopped = server.listener.stop(20);
    expect(await client.receiveUntil("ErrorResponse")).toEqual([SHUT_DOWN]);
    await stopped;
    client.destroy();
  });

  test("can be stopped twice, and takes no new clients", async () => {
    await Promise.all([server.listener.stop(), server.listener.stop()]);
    await expect(WireClient.dial(server.port)).rejects.toThrow(/ECONNREFUSED/);
  });
});

test("a listener that cannot have its port says so", async () => {
  await expect(
    startWireServer({ engines: { engineOf: () => fake.engine }, port: server.port }),
  ).rejects.toThrow(/EADDRINUSE/);
});

test("100 clients at once are served, each with its own answers", async () => {
  const clients = await Promise.all(
    Array.from({ length: 100 }, () => server.loggedIn().then(({ client }) => client)),
  );
  const answers = await Promise.all(
    clients.map(async (client, index) => {
      client.send(query(`STATEMENT${index}`), message("X"));
      return client.receiveRest();
    }),
  );
  expect(answers).toEqual(
    clients.map((_, index) => [
      `B CommandComplete "STATEMENT${index}"`,
      "B ReadyForQuery idle",
      CLOSED,
    ]),
  );
  await server.untilEnded(100);
  expect(server.log.filter((line) => line.startsWith("opened"))).toHaveLength(100);
  expect(server.log.filter((line) => line.startsWith("closed"))).toHaveLength(100);
  expect(server.log.filter((line) => line === "ended")).toHaveLength(100);
});

describe("the observer", () => {
  test("is told of the opening and the end of a session, once each, with the client's name", async () => {
    const { client } = await server.loggedIn({ parameters: { application_name: "shop" } });
    client.send(message("X"));
    expect(await client.receiveRest()).toEqual([CLOSED]);
    await server.untilEnded(1);
    expect(server.log).toEqual([
      "decided: admitted",
      "opened shop",
      "closed: the client ended the session",
      "ended",
    ]);
  });

  test.each([
    {
      name: "bytes without sense",
      bytes: Buffer.alloc(64, 0xa5),
      log: ["ended"],
    },
    {
      name: "a StartupMessage in clear",
      bytes: startupMessage(),
      log: ["decided: refused tls_required", "ended"],
    },
  ])("is told of the end of a connection that never was one: $name", async ({ bytes, log }) => {
    const client = await WireClient.dial(server.port);
    client.send(bytes);
    await client.receiveRest();
    await server.untilEnded(1);
    expect(server.log).toEqual(log);
  });

  test("is told why a session with a broken protocol ended", async () => {
    const { client } = await server.loggedIn();
    client.send(message("y"));
    await client.receiveRest();
    await server.untilEnded(1);
    expect(server.log.slice(-2)).toEqual([
      "closed: protocol violation: invalid frontend message type 121",
      "ended",
    ]);
  });
});
