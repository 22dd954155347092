import { describe, expect, test } from "vitest";
import { decodeStartupPacket } from "./decode-startup-packet.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

const LAYOUT = "invalid startup packet layout: expected terminator as last byte";
const LENGTH = "invalid length of startup packet";

/** A packet with this text, Latin-1, behind the right length word. */
function packetOf(text: string): Uint8Array {
  const packet = new Uint8Array(Buffer.from(`\0\0\0\0${text}`, "latin1"));
  new DataView(packet.buffer).setUint32(0, packet.length);
  return packet;
}

function violationOf(packet: Uint8Array): [sqlState: string, message: string] {
  try {
    decodeStartupPacket(packet);
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return [error.sqlState, error.message];
  }
  throw new Error("the packet was decoded");
}

describe("requests without parameters", () => {
  test.each([
    { text: "\x04\xd2\x16\x2f", expected: { type: "SSLRequest" } },
    { text: "\x04\xd2\x16\x30", expected: { type: "GSSENCRequest" } },
    {
      text: "\x04\xd2\x16\x2e\0\0\0\x07\xff\xff\xff\xfe",
      expected: { type: "CancelRequest", processId: 7, secretKey: 0xfffffffe },
    },
  ])("$expected.type", ({ text, expected }) => {
    expect(decodeStartupPacket(packetOf(text))).toEqual(expected);
  });

  test.each([
    { name: "an SSLRequest with more behind it", text: "\x04\xd2\x16\x2f\0" },
    { name: "a GSSENCRequest with more behind it", text: "\x04\xd2\x16\x30\0" },
    { name: "a CancelRequest without key", text: "\x04\xd2\x16\x2e\0\0\0\x07" },
    { name: "a CancelRequest with a longer key", text: "\x04\xd2\x16\x2e\0\0\0\x07\0\0\0\x08\0" },
  ])("refuses $name", ({ text }) => {
    expect(violationOf(packetOf(text))).toEqual(["08P01", LENGTH]);
  });
});

describe("StartupMessage", () => {
  const decode = (text: string): unknown => decodeStartupPacket(packetOf(text));

  test("has the parameters in their order", () => {
    expect(decode("\0\x03\0\0user\0admin\0database\0postgres\0options\0\0\0")).toEqual({
      type: "StartupMessage",
      minorVersion: 0,
      parameters: new Map([
        ["user", "admin"],
        ["database", "postgres"],
        ["options", ""],
      ]),
      unrecognizedOptions: [],
    });
  });

  test("of a newer minor version, and with protocol options, says so", () => {
    expect(decode("\0\x03\x27\x0fuser\0a\0_pq_.one\x001\0_pq_.\0\0\0")).toEqual({
      type: "StartupMessage",
      minorVersion: 9999,
      parameters: new Map([["user", "a"]]),
      unrecognizedOptions: ["_pq_.one", "_pq_."],
    });
  });

  test("takes the last of several values", () => {
    expect(decode("\0\x03\0\0user\0one\0user\0two\0\0")).toMatchObject({
      parameters: new Map([["user", "two"]]),
    });
  });

  test("reads UTF-8, keeps a byte order mark, and replaces what is not UTF-8", () => {
    expect(decode("\0\x03\0\0user\0j\xc3\xb6rg\0a\0\xef\xbb\xbfx\0b\0\xff\0\0")).toMatchObject({
      parameters: new Map([
        ["user", "jörg"],
        ["a", "\ufeffx"],
        ["b", "\ufffd"],
      ]),
    });
  });

  test("names of objects' properties are names like others", () => {
    expect(decode("\0\x03\0\0user\0a\0__proto__\0b\0\0")).toMatchObject({
      parameters: new Map([
        ["user", "a"],
        ["__proto__", "b"],
      ]),
    });
  });

  test.each([
    { name: "nothing behind the version", text: "\0\x03\0\0", expected: ["08P01", LAYOUT] },
    { name: "no terminator", text: "\0\x03\0\0user\0admin\0", expected: ["08P01", LAYOUT] },
    { name: "no NUL at all", text: "\0\x03\0\0user", expected: ["08P01", LAYOUT] },
    { name: "a name without value", text: "\0\x03\0\0user\0a\0b\0\0", expected: ["08P01", LAYOUT] },
    {
      name: "bytes behind the terminator",
      text: "\0\x03\0\0user\0a\0\0b\0\0",
      expected: ["08P01", LAYOUT],
    },
    { name: "two terminators", text: "\0\x03\0\0user\0a\0\0\0", expected: ["08P01", LAYOUT] },
    {
      name: "no user",
      text: "\0\x03\0\0database\0postgres\0\0",
      expected: ["28000", "no PostgreSQL user name specified in startup packet"],
    },
    {
      name: "no parameters",
      text: "\0\x03\0\0\0",
      expected: ["28000", "no PostgreSQL user name specified in startup packet"],
    },
    {
      name: "an empty user",
      text: "\0\x03\0\0user\0\0\0",
      expected: ["28000", "no PostgreSQL user name specified in startup packet"],
    },
    {
      name: "protocol 2",
      text: "\0\x02\0\0user\0a\0\0",
      expected: ["0A000", "unsupported frontend protocol 2.0: server supports 3.0 to 3.0"],
    },
    {
      name: "protocol 4.7",
      text: "\0\x04\0\x07",
      expected: ["0A000", "unsupported frontend protocol 4.7: server supports 3.0 to 3.0"],
    },
    {
      name: "an unknown request code",
      text: "\x04\xd2\x16\x31",
      expected: ["0A000", "unsupported frontend protocol 1234.5681: server supports 3.0 to 3.0"],
    },
    {
      name: "the largest version",
      text: "\xff\xff\xff\xff",
      expected: ["0A000", "unsupported frontend protocol 65535.65535: server supports 3.0 to 3.0"],
    },
  ])("is refused with $name", ({ text, expected }) => {
    expect(violationOf(packetOf(text))).toEqual(expected);
  });
});

test.each([
  { name: "empty", packet: new Uint8Array(0) },
  { name: "shorter than a length word", packet: Uint8Array.of(0, 0, 2) },
  { name: "of another length than it says", packet: Uint8Array.of(0, 0, 0, 9, 4, 210, 22, 47) },
])("refuses a packet that is $name", ({ packet }) => {
  expect(violationOf(packet)[0]).toBe("08P01");
});
