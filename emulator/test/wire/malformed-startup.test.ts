import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFakeSqlEngine } from "../support/fake-sql-engine.ts";
import { CLOSED, RESET, WireClient } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import {
  GSSENC_REQUEST,
  message,
  packet,
  passwordMessage,
  query,
  SSL_REQUEST,
  startupMessage,
} from "./messages.ts";

const { engine } = createFakeSqlEngine();
let server: WireServer;

beforeAll(async () => {
  server = await startWireServer({ engines: { engineOf: () => engine } });
});

afterAll(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

function lengthWord(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

async function expectNextClientToBeServed(): Promise<void> {
  const { client, greeting } = await server.loggedIn();
  expect(greeting.at(-1)).toBe("B ReadyForQuery idle");
  client.destroy();
}

const INVALID_LENGTH = 'B ErrorResponse FATAL 08P01 "invalid length of startup packet"';
const INVALID_LAYOUT =
  'B ErrorResponse FATAL 08P01 "invalid startup packet layout: expected terminator as last byte"';

/** What a client sends in place of a startup packet, and the one line that it gets. */
const STARTUP_PACKETS: readonly { name: string; bytes: Buffer; answer: string }[] = [
  { name: "a length of 0", bytes: lengthWord(0), answer: INVALID_LENGTH },
  { name: "a length of 3", bytes: lengthWord(3), answer: INVALID_LENGTH },
  { name: "a length of 7", bytes: lengthWord(7), answer: INVALID_LENGTH },
  { name: "a length of 10,001", bytes: lengthWord(10_001), answer: INVALID_LENGTH },
  { name: "a length of 2^31", bytes: lengthWord(2 ** 31), answer: INVALID_LENGTH },
  { name: "a length of 2^32-1", bytes: lengthWord(2 ** 32 - 1), answer: INVALID_LENGTH },
  { name: "bytes without sense", bytes: Buffer.alloc(300, 0xa5), answer: INVALID_LENGTH },
  {
    name: "an HTTP request",
    bytes: Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    answer: INVALID_LENGTH,
  },
  {
    name: "a typed message",
    bytes: query("select 1"),
    answer: INVALID_LENGTH,
  },
  {
    name: "protocol 2.0",
    bytes: startupMessage({ user: "admin" }, 0x0002_0000),
    answer:
      'B ErrorResponse FATAL 0A000 "unsupported frontend protocol 2.0: server supports 3.0 to 3.0"',
  },
  {
    name: "protocol 4.0",
    bytes: startupMessage({ user: "admin" }, 0x0004_0000),
    answer:
      'B ErrorResponse FATAL 0A000 "unsupported frontend protocol 4.0: server supports 3.0 to 3.0"',
  },
  {
    name: "no user",
    bytes: startupMessage({ database: "postgres" }),
    answer: 'B ErrorResponse FATAL 28000 "no PostgreSQL user name specified in startup packet"',
  },
  { name: "no terminator", bytes: packet(0x0003_0000, "user\0admin"), answer: INVALID_LAYOUT },
  { name: "a name without value", bytes: packet(0x0003_0000, "user\0"), answer: INVALID_LAYOUT },
  { name: "a long SSLRequest", bytes: packet(80_877_103, "x"), answer: INVALID_LENGTH },
  { name: "a short CancelRequest", bytes: packet(80_877_102, "four"), answer: INVALID_LENGTH },
];

describe("a startup packet that is wrong", () => {
  test.each(STARTUP_PACKETS)("is refused in clear: $name", async ({ bytes, answer }) => {
    const client = await WireClient.dial(server.port);
    client.send(bytes);
    expect(await client.receiveRest()).toEqual([answer, CLOSED]);
    await expectNextClientToBeServed();
  });

  test.each(STARTUP_PACKETS)("is refused behind TLS: $name", async ({ bytes, answer }) => {
    const client = await server.encrypted();
    client.send(bytes);
    expect(await client.receiveRest()).toEqual([answer, CLOSED]);
  });

  test.each([
    { name: "SSLRequest", bytes: SSL_REQUEST },
    { name: "GSSENCRequest", bytes: GSSENC_REQUEST },
  ])("$name on an encrypted connection is refused", async ({ name, bytes }) => {
    const client = await server.encrypted();
    client.send(bytes);
    expect(await client.receiveRest()).toEqual([
      `B ErrorResponse FATAL 08P01 "${name} on an encrypted connection"`,
      CLOSED,
    ]);
  });
});

describe("bytes in clear around the TLS handshake", () => {
  test("behind SSLRequest in the same segment are refused", async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST, startupMessage());
    expect(await client.receiveByte()).toBe("S");
    expect(await client.receiveRest()).toEqual([
      'B ErrorResponse FATAL 08P01 "received unencrypted data after SSL request"',
      CLOSED,
    ]);
    await expectNextClientToBeServed();
  });

  test("in the place of the ClientHello end the connection and are never read as messages", async () => {
    const decisions = server.log.length;
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    expect(await client.receiveByte()).toBe("S");
    client.send(startupMessage(), passwordMessage(await server.token()));
    const [first] = await client.receiveRest().catch(() => ["no messages"]);
    // What comes back, if anything, is an alert of TLS and no message of PostgreSQL's protocol.
    expect(first).not.toMatch(/^B [A-Z][a-z]/);
    await expectNextClientToBeServed();
    expect(server.log.slice(decisions).filter((line) => line.startsWith("decided"))).toEqual([
      "decided: admitted",
    ]);
  });

  test("TLS records without sense end a direct TLS connection", async () => {
    const client = await WireClient.dial(server.port);
    client.send(Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0xff]), Buffer.alloc(100, 0xee));
    const answer = await client.receiveByte();
    // An alert (record type 21) or nothing.
    expect(["\x15", CLOSED, RESET]).toContain(answer);
    client.destroy();
    await expectNextClientToBeServed();
  });
});

const PASSWORDS: readonly { name: string; bytes: Buffer; answer: string }[] = [
  { name: "without NUL", bytes: message("p", "token"), answer: "invalid password packet size" },
  { name: "empty body", bytes: message("p"), answer: "invalid password packet size" },
  { name: "NUL inside", bytes: message("p", "to\0ken\0"), answer: "invalid password packet size" },
  { name: "100 kB", bytes: passwordMessage("x".repeat(100_000)), answer: "invalid message length" },
  { name: "a length of 3", bytes: message("p", "", 3), answer: "invalid message length" },
  {
    name: "a Query instead",
    bytes: query("select 1"),
    answer: "expected password response, got message type 81",
  },
  {
    name: "Terminate instead",
    bytes: message("X"),
    answer: "expected password response, got message type 88",
  },
];

describe("a password message that is wrong", () => {
  test.each(PASSWORDS)("is refused: $name", async ({ bytes, answer }) => {
    const client = await server.encrypted();
    client.send(startupMessage());
    expect(await client.receiveUntil("Authentication")).toEqual([
      "B AuthenticationCleartextPassword",
    ]);
    client.send(bytes);
    expect(await client.receiveRest()).toEqual([`B ErrorResponse FATAL 08P01 "${answer}"`, CLOSED]);
    await expectNextClientToBeServed();
  });

  test("that is long but allowed is read, and judged as a token", async () => {
    const client = await server.authenticating({ password: "x".repeat(60_000) });
    expect(await client.receiveRest()).toEqual([
      'B ErrorResponse FATAL 08006 "unable to accept connection, access denied" detail="Session Id: <26 characters>"',
      CLOSED,
    ]);
  });
});

test("a newer minor version and unknown protocol options are negotiated down", async () => {
  const client = await server.encrypted();
  client.send(startupMessage({ user: "admin", database: "postgres", "_pq_.x": "1" }, 0x0003_0002));
  expect(await client.receiveUntil("Authentication")).toEqual([
    'B NegotiateProtocolVersion 3.0 "_pq_.x"',
    "B AuthenticationCleartextPassword",
  ]);
  client.destroy();
});

test("a client that sends one byte at a time is served", async () => {
  const client = await WireClient.dial(server.port);
  await client.trickle(SSL_REQUEST);
  expect(await client.receiveByte()).toBe("S");
  await client.startTls({
    ca: server.ca,
    servername: "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws",
  });
  await client.trickle(startupMessage());
  await client.receiveUntil("Authentication");
  await client.trickle(passwordMessage(await server.token()));
  expect((await client.receiveUntil("ReadyForQuery"))[0]).toBe("B AuthenticationOk");
  await client.trickle(query("ONE"));
  expect(await client.receiveUntil("ReadyForQuery")).toEqual([
    'B CommandComplete "ONE"',
    "B ReadyForQuery idle",
  ]);
  await client.trickle(message("X"));
  expect(await client.receiveRest()).toEqual([CLOSED]);
});
