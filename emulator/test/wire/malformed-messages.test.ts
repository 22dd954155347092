import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFakeSqlEngine } from "../support/fake-sql-engine.ts";
import { CLOSED } from "../support/wire-client.ts";
import { startWireServer, type WireServer } from "../support/wire-server.ts";
import { message, query, startupMessage } from "./messages.ts";

const { engine } = createFakeSqlEngine();
let server: WireServer;

beforeAll(async () => {
  server = await startWireServer({ engines: { engineOf: () => engine } });
});

afterAll(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

const LONGEST = 10 * 1024 * 1024;

const MESSAGES: readonly { name: string; bytes: Buffer; answer: string }[] = [
  { name: "an unknown type", bytes: message("y"), answer: "invalid frontend message type 121" },
  { name: "type 0", bytes: Buffer.alloc(64), answer: "invalid frontend message type 0" },
  {
    name: "a password now",
    bytes: message("p", "x\0"),
    answer: "invalid frontend message type 112",
  },
  { name: "a length of 3", bytes: message("Q", "x\0", 3), answer: "invalid message length" },
  { name: "a length of 0", bytes: message("S", "", 0), answer: "invalid message length" },
  {
    name: "a length over 10 MiB",
    bytes: message("Q", "", LONGEST + 1),
    answer: "invalid message length",
  },
  {
    name: "a length of 2^32-1",
    bytes: message("d", "", 2 ** 32 - 1),
    answer: "invalid message length",
  },
  {
    name: "a long Sync",
    bytes: message("S", "", 10_001),
    answer: "invalid message length",
  },
  { name: "a Sync with a body", bytes: message("S", "x"), answer: "invalid message format" },
  {
    name: "a Query without NUL",
    bytes: message("Q", "select"),
    answer: "invalid string in message",
  },
  {
    name: "a Query with bytes behind its NUL",
    bytes: message("Q", "a\0b\0"),
    answer: "invalid message format",
  },
  {
    name: "a Parse that counts more types than it has",
    bytes: message("P", "\0x\0\0\x02\0\0\0\x17"),
    answer: "insufficient data left in message",
  },
  {
    name: "a Parse that has more types than it counts",
    bytes: message("P", "\0x\0\0\0\0\0\0\x17"),
    answer: "invalid message format",
  },
  {
    name: "a Parse without count",
    bytes: message("P", "\0x\0"),
    answer: "insufficient data left in message",
  },
  {
    name: "a Bind whose value is longer than the message",
    bytes: message("B", "\0\0\0\0\0\x01\x7f\xff\xff\xffx\0\0"),
    answer: "insufficient data left in message",
  },
  {
    name: "a Bind with a negative length",
    bytes: message("B", "\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0"),
    answer: "insufficient data left in message",
  },
  {
    name: "a Bind with two formats for one value",
    bytes: message("B", "\0\0\0\x02\0\0\0\0\0\x01\0\0\0\x01x\0\0"),
    answer: "bind message has 2 parameter formats but 1 parameters",
  },
  {
    name: "Describe of neither statement nor portal",
    bytes: message("D", "X\0"),
    answer: "invalid DESCRIBE message subtype 88",
  },
  {
    name: "Close of neither statement nor portal",
    bytes: message("C", "X\0"),
    answer: "invalid CLOSE message subtype 88",
  },
  {
    name: "an Execute without row count",
    bytes: message("E", "\0"),
    answer: "insufficient data left in message",
  },
  {
    name: "a FunctionCall with no end",
    bytes: message("F", "\0\0\0\x01\0\0\0\x05"),
    answer: "insufficient data left in message",
  },
];

describe("a message that is wrong", () => {
  test.each(MESSAGES)("ends the connection: $name", async ({ bytes, answer }) => {
    const { client } = await server.loggedIn();
    client.send(bytes);
    expect(await client.receiveRest()).toEqual([`B ErrorResponse FATAL 08P01 "${answer}"`, CLOSED]);
    const next = await server.loggedIn();
    expect(next.greeting.at(-1)).toBe("B ReadyForQuery idle");
    next.client.destroy();
  });

  test("comes after the answers to the good ones before it", async () => {
    const { client } = await server.loggedIn();
    client.send(query("ONE"), query("TWO"), message("y"), query("THREE"));
    expect(await client.receiveRest()).toEqual([
      'B CommandComplete "ONE"',
      "B ReadyForQuery idle",
      'B CommandComplete "TWO"',
      "B ReadyForQuery idle",
      'B ErrorResponse FATAL 08P01 "invalid frontend message type 121"',
      CLOSED,
    ]);
  });

  test("of 10 MiB exactly is not too long", async () => {
    const { client } = await server.loggedIn();
    client.send(query(`BIG ${"x".repeat(LONGEST - 4 - 5)}`));
    expect(await client.receiveUntil("ReadyForQuery")).toEqual([
      'B CommandComplete "BIG"',
      "B ReadyForQuery idle",
    ]);
    client.destroy();
  });

  test("a client that goes on writing behind it still gets the error", async () => {
    const { client } = await server.loggedIn();
    client.send(message("y"), Buffer.alloc(4 * 1024 * 1024, 0x51));
    expect(await client.receiveRest()).toEqual([
      'B ErrorResponse FATAL 08P01 "invalid frontend message type 121"',
      CLOSED,
    ]);
  });
});

describe("half a message and the end of the client's side", () => {
  test("of the startup packet closes the connection without an answer", async () => {
    const client = await server.encrypted();
    client.send(startupMessage().subarray(0, 20));
    client.halfClose();
    expect(await client.receiveRest()).toEqual([CLOSED]);
  });

  test("of the password closes it", async () => {
    const client = await server.encrypted();
    client.send(startupMessage());
    await client.receiveUntil("Authentication");
    client.send(message("p", "half", 100));
    client.halfClose();
    expect(await client.receiveRest()).toEqual([CLOSED]);
  });

  test("of a Query closes it, after the answers to what came before", async () => {
    const { client } = await server.loggedIn();
    client.send(query("ONE"), message("Q", "half", 100));
    client.halfClose();
    expect(await client.receiveRest()).toEqual([
      'B CommandComplete "ONE"',
      "B ReadyForQuery idle",
      CLOSED,
    ]);
  });
});
