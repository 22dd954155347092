import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SessionStartError } from "../../src/session/index.ts";
import { createFakeSqlEngine, type FakeSqlEngine } from "../support/fake-sql-engine.ts";
import { CLOSED, RESET, WireClient } from "../support/wire-client.ts";
import {
  startWireServer,
  type WireServer,
  type WireServerOptions,
} from "../support/wire-server.ts";
import { message, query, SSL_REQUEST, startupMessage, TERMINATE } from "./messages.ts";

let server: WireServer;
let fake: FakeSqlEngine;
let expectedInternalErrors: readonly string[];

beforeEach(async () => {
  fake = createFakeSqlEngine();
  expectedInternalErrors = [];
  server = await startWireServer({ engines: { engineOf: () => fake.engine }, maxConnections: 1 });
});

afterEach(async () => {
  await server.close();
  expect(server.internalErrors).toEqual(expectedInternalErrors);
});

/** A handshake may take 10 s: whoever waits for that has not noticed that the client is gone. */
const SHORTER_THAN_HANDSHAKE = { timeout: 8_000 };
const READY = "B ReadyForQuery idle";
const SHUT_DOWN =
  'B ErrorResponse FATAL 57P01 "terminating connection due to administrator command"';

/** Another server in the place of the one that was started. */
async function restart(options: Omit<WireServerOptions, "engines">): Promise<void> {
  await server.close();
  server = await startWireServer({ engines: { engineOf: () => fake.engine }, ...options });
}

/** Holds the next session back; resolves when one is to be opened. */
function holdOpening(): { readonly begun: Promise<void>; readonly goOn: () => void } {
  let goOn: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    fake.beforeOpening = () => {
      fake.beforeOpening = () => Promise.resolve();
      resolve();
      return new Promise((open) => {
        goOn = open;
      });
    };
  });
  return {
    begun,
    goOn: () => {
      goOn();
    },
  };
}

/** Fails unless the one place of the cluster is free again. */
async function expectPlaceToBeFree(): Promise<void> {
  const { client, greeting } = await server.loggedIn();
  expect(greeting.at(-1)).toBe(READY);
  client.destroy();
}

describe("a client that goes away", () => {
  test("takes the running statement with it: cancelled, then the session is closed", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    client.send(query("SLEEP"));
    await session.untilLogged("asleep");
    await client.reset();
    await session.untilLogged("close");
    expect(session.log).toEqual(['F Query "SLEEP"', "asleep", "cancel", "close"]);
    await server.untilEnded(1);
    expect(server.log).toEqual([
      "decided: admitted",
      "opened",
      "closed: the client closed the connection",
      "ended",
    ]);
    await expectPlaceToBeFree();
  });

  test("takes the statements behind the running one with it", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    client.send(query("SLEEP"), query("SLEEP"), query("SLEEP"));
    await session.untilLogged("asleep");
    await client.reset();
    await session.untilLogged("close");
    expect(session.log).toEqual(['F Query "SLEEP"', "asleep", "cancel", "close"]);
  });

  test("while its session opens takes with it what it has sent already", async () => {
    await restart({});
    const { begun, goOn } = holdOpening();
    const client = await server.authenticating();
    client.send(query("SLEEP"));
    await begun;
    await client.reset();
    // What happens to a client that goes away later has happened to this one before.
    const later = await server.loggedIn();
    const laterSession = fake.sessions.at(-1);
    later.client.send(query("SLEEP"));
    await laterSession?.untilLogged("asleep");
    await later.client.reset();
    await laterSession?.untilLogged("cancel");
    const opened = fake.nextSession();
    goOn();
    const session = await opened;
    await session.untilLogged("close");
    expect(session.log).not.toContain("asleep");
  });

  test.each([
    { phase: "before it says anything", send: [] },
    { phase: "in half a startup packet", send: [startupMessage().subarray(0, 5)] },
    { phase: "after SSLRequest", send: [SSL_REQUEST] },
  ])("$phase disturbs nobody", async ({ send }) => {
    const client = await WireClient.dial(server.port);
    if (send.length > 0) client.send(...send);
    if (send[0] === SSL_REQUEST) expect(await client.receiveByte()).toBe("S");
    await client.reset();
    await expectPlaceToBeFree();
  });

  test("in the middle of the TLS handshake disturbs nobody", SHORTER_THAN_HANDSHAKE, async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    client.send(Buffer.from([0x16, 3, 1, 0, 100, 1]));
    await client.reset();
    await server.untilEnded(1);
    await expectPlaceToBeFree();
  });

  test(
    "by closing its side in the middle of the TLS handshake is let go at once",
    SHORTER_THAN_HANDSHAKE,
    async () => {
      const client = await WireClient.dial(server.port);
      client.send(SSL_REQUEST);
      await client.receiveByte();
      client.send(Buffer.from([0x16, 3, 1, 0, 100, 1]));
      client.halfClose();
      await server.untilEnded(1);
      await expectPlaceToBeFree();
    },
  );

  test("after the handshake, and when it is asked for the password, gives its place back", async () => {
    const encrypted = await server.encrypted();
    await encrypted.reset();
    await server.untilEnded(1);
    const asked = await server.encrypted();
    asked.send(startupMessage());
    await asked.receiveUntil("Authentication");
    await asked.reset();
    await server.untilEnded(2);
    expect(server.log).toEqual(["ended", "ended"]);
    await expectPlaceToBeFree();
  });

  test("when it is idle, or in the middle of a message, gives its place back", async () => {
    const idle = await server.loggedIn();
    await idle.client.reset();
    await server.untilEnded(1);
    const halfway = await server.loggedIn();
    halfway.client.send(message("Q", "half", 100));
    await halfway.client.reset();
    await server.untilEnded(2);
    await expectPlaceToBeFree();
  });
});

describe("a client that breaks off", () => {
  test("in the middle of COPY gives its place back, and nothing is copied", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    client.send(query("COPY t FROM STDIN"));
    await client.receiveUntil("CopyInResponse");
    client.send(message("d", "1\n"));
    await client.reset();
    await session.untilLogged("close");
    expect(session.log).toEqual(["start COPY", "close"]);
    await server.untilEnded(1);
    await expectPlaceToBeFree();
  });

  test("the encryption of an open session loses it", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    client.raw.write(Buffer.alloc(100, 0xee));
    await session.untilLogged("close");
    await server.untilEnded(1);
    await expectPlaceToBeFree();
  });
});

describe("a client that is refused", () => {
  test("gives its place back", async () => {
    const client = await server.authenticating({ password: "not a token" });
    expect((await client.receiveRest()).at(-1)).toBe(CLOSED);
    await server.untilEnded(1);
    expect(server.log).toEqual(["decided: refused token_malformed", "ended"]);
    await expectPlaceToBeFree();
  });

  test("because there is no place does not take one", async () => {
    const { client } = await server.loggedIn();
    const second = await server.encrypted();
    second.send(startupMessage());
    expect(await second.receiveRest()).toEqual([
      'B ErrorResponse FATAL 53300 "Unable to accept connection, too many open connections." detail="Session Id: <26 characters>"',
      CLOSED,
    ]);
    client.send(TERMINATE);
    expect(await client.receiveRest()).toEqual([CLOSED]);
    await server.untilEnded(2);
    await expectPlaceToBeFree();
  });

  test("for a setting of its startup packet gets the engine's error as FATAL", async () => {
    fake.beforeOpening = () =>
      Promise.reject(new SessionStartError("22023", 'invalid value for parameter "TimeZone": "x"'));
    const client = await server.authenticating();
    expect(await client.receiveRest()).toEqual([
      'B ErrorResponse FATAL 22023 "invalid value for parameter \\"TimeZone\\": \\"x\\""',
      CLOSED,
    ]);
    await server.untilEnded(1);
    expect(server.log).toEqual(["decided: admitted", "ended"]);
  });

  test("because the engine does not start gets FATAL, and the emulator says why", async () => {
    fake.beforeOpening = () => Promise.reject(new Error("no memory for the engine"));
    expectedInternalErrors = ["no memory for the engine"];
    const client = await server.authenticating();
    expect(await client.receiveRest()).toEqual([
      'B ErrorResponse FATAL XX000 "server unavailable"',
      CLOSED,
    ]);
    await server.untilEnded(1);
    fake.beforeOpening = () => Promise.resolve();
    await expectPlaceToBeFree();
  });
});

describe("the engine", () => {
  test("that is lost while the session is idle ends it", async () => {
    const opened = fake.nextSession();
    const { client } = await server.loggedIn();
    const session = await opened;
    session.lose("crashed");
    expect(await client.receiveRest()).toEqual([SHUT_DOWN, CLOSED]);
    await server.untilEnded(1);
    expect(server.log.at(-2)).toBe("closed: the database engine was lost: crashed");
    expect(session.log).toEqual(["close"]);
  });

  test("that is lost while a statement runs ends the session once", async () => {
    const { client } = await server.loggedIn();
    client.send(query("LOSE"), query("NEVER"));
    expect(await client.receiveRest()).toEqual([SHUT_DOWN, CLOSED]);
    await server.untilEnded(1);
    expect(server.log.at(-2)).toBe("closed: the database engine was lost: lost while running");
  });

  test("that is lost in the middle of a message leaves it as it is: nothing is put inside", async () => {
    const { client } = await server.loggedIn();
    client.send(query("TEAR"));
    expect(await client.receiveRest()).toEqual(["B incomplete: 13", CLOSED]);
    await server.untilEnded(1);
    expect(server.log.at(-2)).toBe("closed: the database engine was lost: lost in a message");
  });

  test("that makes a batch wait too long gives a conflict, and the session goes on", async () => {
    const { client } = await server.loggedIn();
    client.send(query("WAIT"), query("ONE"));
    expect(await client.receiveUntil("ReadyForQuery")).toEqual([
      'B ErrorResponse ERROR 40001 "change conflicts with another transaction (OC000)"',
      READY,
    ]);
    expect(await client.receiveUntil("ReadyForQuery")).toEqual(['B CommandComplete "ONE"', READY]);
    client.destroy();
  });

  test("that breaks ends the connection, and the emulator says why", async () => {
    expectedInternalErrors = ["a bug of the engine"];
    const { client } = await server.loggedIn();
    client.send(query("BUG"));
    expect(await client.receiveRest()).toEqual([CLOSED]);
    await server.untilEnded(1);
    expect(server.log.at(-2)).toBe("closed: an error in the emulator");
    await expectPlaceToBeFree();
  });
});

describe("a client that takes too long", () => {
  const TIMEOUT = 'B ErrorResponse FATAL 57014 "canceling authentication due to timeout"';

  async function impatientServer(): Promise<WireServer> {
    await restart({ startupTimeoutMs: 250 });
    return server;
  }

  test("and says nothing is closed", async () => {
    const { port } = await impatientServer();
    const client = await WireClient.dial(port);
    expect([[CLOSED], [RESET]]).toContainEqual(await client.receiveRest());
  });

  test("with its startup packet is told so", async () => {
    const { port } = await impatientServer();
    const client = await WireClient.dial(port);
    client.send(startupMessage().subarray(0, 6));
    expect(await client.receiveRest()).toEqual([TIMEOUT, CLOSED]);
    await server.untilEnded(1);
  });

  test("with the TLS handshake is closed", async () => {
    const { port } = await impatientServer();
    const client = await WireClient.dial(port);
    client.send(SSL_REQUEST);
    expect(await client.receiveByte()).toBe("S");
    expect([[CLOSED], [RESET]]).toContainEqual(await client.receiveRest());
    await server.untilEnded(1);
  });

  test("with the handshake of direct TLS is closed", async () => {
    const { port } = await impatientServer();
    const client = await WireClient.dial(port);
    client.send(Buffer.from([0x16, 3, 1, 0, 100, 1]));
    expect([[CLOSED], [RESET]]).toContainEqual(await client.receiveRest());
  });

  test("with its password is told so", async () => {
    await impatientServer();
    const client = await server.encrypted();
    client.send(startupMessage());
    expect(await client.receiveRest()).toEqual([
      "B AuthenticationCleartextPassword",
      TIMEOUT,
      CLOSED,
    ]);
  });

  test("is served for as long as it likes once it is authenticated", async () => {
    const { port } = await impatientServer();
    const { begun, goOn } = holdOpening();
    const client = await server.authenticating();
    await begun;
    // One that came later is too late by now, and so would be this one.
    expect((await (await WireClient.dial(port)).receiveRest()).length).toBe(1);
    goOn();
    expect((await client.receiveUntil("ReadyForQuery")).at(-1)).toBe(READY);
    client.send(query("ONE"));
    expect(await client.receiveUntil("ReadyForQuery")).toEqual(['B CommandComplete "ONE"', READY]);
  });
});
