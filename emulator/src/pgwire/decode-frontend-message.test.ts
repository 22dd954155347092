import { describe, expect, test } from "vitest";
import { decodeFrontendMessage, decodePasswordMessage } from "./decode-frontend-message.ts";
import type { FrontendFrame } from "./frame-decoder.ts";
import type { FrontendMessage } from "./frontend-message.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

const FORMAT = "invalid message format";
const STRING = "invalid string in message";
const DATA = "insufficient data left in message";

function raw(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** A frame with the body as Latin-1 text, behind the right header. */
function frameOf(letter: string, body: string): FrontendFrame {
  const bytes = raw(`${letter}\0\0\0\0${body}`);
  new DataView(bytes.buffer).setUint32(1, bytes.length - 1);
  return { type: letter.charCodeAt(0), bytes };
}

function violationOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    expect(error.sqlState).toBe("08P01");
    return error.message;
  }
  throw new Error("the message was decoded");
}

const VALID: readonly { letter: string; body: string; message: FrontendMessage }[] = [
  { letter: "Q", body: "\0", message: { type: "Query", sql: "" } },
  { letter: "Q", body: "select 'ä'\0", message: { type: "Query", sql: "select 'ä'" } },
  {
    letter: "P",
    body: "\0begin\0\0\0",
    message: { type: "Parse", statement: "", sql: "begin", parameterTypes: [] },
  },
  {
    letter: "P",
    body: "s1\0select $1, $2\0\0\x02\0\0\0\x17\xff\xff\xff\xff",
    message: {
      type: "Parse",
      statement: "s1",
      sql: "select $1, $2",
      parameterTypes: [23, 4_294_967_295],
    },
  },
  {
    letter: "B",
    body: "\0\0\0\0\0\0\0\0",
    message: {
      type: "Bind",
      portal: "",
      statement: "",
      parameterFormats: [],
      parameters: [],
      resultFormats: [],
    },
  },
  {
    letter: "B",
    body: "p\0s\0\0\x01\0\x01\0\x03\0\0\0\x02\0\xff\xff\xff\xff\xff\0\0\0\0\0\x02\0\0\0\x01",
    message: {
      type: "Bind",
      portal: "p",
      statement: "s",
      parameterFormats: [1],
      parameters: [Uint8Array.of(0, 255), null, new Uint8Array(0)],
      resultFormats: [0, 1],
    },
  },
  { letter: "D", body: "Ss1\0", message: { type: "Describe", target: "statement", name: "s1" } },
  { letter: "D", body: "P\0", message: { type: "Describe", target: "portal", name: "" } },
  { letter: "E", body: "p\0\0\0\0\x05", message: { type: "Execute", portal: "p", maxRows: 5 } },
  {
    letter: "E",
    body: "\0\xff\xff\xff\xff",
    message: { type: "Execute", portal: "", maxRows: -1 },
  },
  { letter: "C", body: "S\0", message: { type: "Close", target: "statement", name: "" } },
  { letter: "C", body: "Pp\0", message: { type: "Close", target: "portal", name: "p" } },
  { letter: "S", body: "", message: { type: "Sync" } },
  { letter: "H", body: "", message: { type: "Flush" } },
  {
    letter: "F",
    body: "\0\0\x05\x25\0\0\0\x01\0\0\0\x01x\0\x01",
    message: {
      type: "FunctionCall",
      functionOid: 1317,
      argumentFormats: [],
      arguments: [Uint8Array.of(0x78)],
      resultFormat: 1,
    },
  },
  { letter: "d", body: "", message: { type: "CopyData", data: new Uint8Array(0) } },
  { letter: "d", body: "1\0\n", message: { type: "CopyData", data: Uint8Array.of(0x31, 0, 0x0a) } },
  { letter: "c", body: "", message: { type: "CopyDone" } },
  { letter: "f", body: "no\0", message: { type: "CopyFail", reason: "no" } },
  { letter: "X", body: "", message: { type: "Terminate" } },
];

describe("valid messages", () => {
  test.each(VALID)("$message.type $body", ({ letter, body, message }) => {
    expect(decodeFrontendMessage(frameOf(letter, body))).toEqual(message);
  });

  test("every official name is decoded", () => {
    const names = new Set(VALID.map(({ message }) => message.type));
    expect([...names].sort().join(" ")).toBe(
      "Bind Close CopyData CopyDone CopyFail Describe Execute Flush FunctionCall Parse Query Sync Terminate",
    );
  });

  test("values and data are views on the frame", () => {
    const copy = frameOf("d", "abc");
    const bind = frameOf("B", "\0\0\0\0\0\x01\0\0\0\x01x\0\0");
    const data = decodeFrontendMessage(copy);
    const bound = decodeFrontendMessage(bind);
    expect(data.type === "CopyData" && data.data.buffer).toBe(copy.bytes.buffer);
    expect(bound.type === "Bind" && bound.parameters[0]?.buffer).toBe(bind.bytes.buffer);
  });

  test("a frame inside of a larger memory is read where it is", () => {
    const memory = raw("xxQ\0\0\0\x06a\0yy");
    const frame = { type: 0x51, bytes: memory.subarray(2, 9) };
    expect(decodeFrontendMessage(frame)).toEqual({ type: "Query", sql: "a" });
  });

  test("a Bind may have 65,535 parameters", () => {
    const nulls = "\xff\xff\xff\xff".repeat(65_535);
    const message = decodeFrontendMessage(frameOf("B", `\0\0\0\0\xff\xff${nulls}\0\0`));
    expect(message.type === "Bind" && message.parameters.length).toBe(65_535);
  });
});

describe("malformed messages", () => {
  test.each([
    { name: "a Query without NUL", letter: "Q", body: "select 1", expected: STRING },
    { name: "a Query without body", letter: "Q", body: "", expected: STRING },
    { name: "a Query with a NUL inside", letter: "Q", body: "a\0b\0", expected: FORMAT },
    { name: "a Parse without SQL", letter: "P", body: "s\0", expected: STRING },
    { name: "a Parse without count", letter: "P", body: "\0a\0", expected: DATA },
    { name: "a Parse with half a count", letter: "P", body: "\0a\0\0", expected: DATA },
    {
      name: "a Parse with too few types",
      letter: "P",
      body: "\0a\0\0\x02\0\0\0\0",
      expected: DATA,
    },
    {
      name: "a Parse with too many types",
      letter: "P",
      body: "\0a\0\0\0\0\0\0\0",
      expected: FORMAT,
    },
    { name: "a Bind without counts", letter: "B", body: "\0\0", expected: DATA },
    {
      name: "a Bind with a value past the end",
      letter: "B",
      body: "\0\0\0\0\0\x01\0\0\0\x09x\0\0",
      expected: DATA,
    },
    {
      name: "a Bind with a length of -2",
      letter: "B",
      body: "\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0",
      expected: DATA,
    },
    {
      name: "a Bind with a length of 2 GiB",
      letter: "B",
      body: "\0\0\0\0\0\x01\x7f\xff\xff\xff\0\0",
      expected: DATA,
    },
    {
      name: "a Bind with more values than it has",
      letter: "B",
      body: "\0\0\0\0\xff\xff",
      expected: DATA,
    },
    { name: "a Bind without result formats", letter: "B", body: "\0\0\0\0\0\0", expected: DATA },
    {
      name: "a Bind with more behind it",
      letter: "B",
      body: "\0\0\0\0\0\0\0\0\0",
      expected: FORMAT,
    },
    {
      name: "a Bind with two formats for one value",
      letter: "B",
      body: "\0\0\0\x02\0\0\0\0\0\x01\0\0\0\0\0\0",
      expected: "bind message has 2 parameter formats but 1 parameters",
    },
    { name: "a Describe of nothing", letter: "D", body: "", expected: "no data left in message" },
    { name: "a Describe without name", letter: "D", body: "S", expected: STRING },
    {
      name: "a Describe of a third thing",
      letter: "D",
      body: "Xa\0",
      expected: "invalid DESCRIBE message subtype 88",
    },
    {
      name: "a Close of a third thing",
      letter: "C",
      body: "\xffa\0",
      expected: "invalid CLOSE message subtype 255",
    },
    { name: "a Close with more behind it", letter: "C", body: "Sa\0\0", expected: FORMAT },
    { name: "an Execute with half a number", letter: "E", body: "\0\0\0", expected: DATA },
    { name: "an Execute with more behind it", letter: "E", body: "\0\0\0\0\0\0", expected: FORMAT },
    { name: "a Sync with a body", letter: "S", body: "\0", expected: FORMAT },
    { name: "a Flush with a body", letter: "H", body: "x", expected: FORMAT },
    { name: "a CopyDone with a body", letter: "c", body: "x", expected: FORMAT },
    { name: "a Terminate with a body", letter: "X", body: "x", expected: FORMAT },
    { name: "a CopyFail without NUL", letter: "f", body: "no", expected: STRING },
    {
      name: "a FunctionCall without result format",
      letter: "F",
      body: "\0\0\0\x01\0\0\0\0",
      expected: DATA,
    },
    {
      name: "a FunctionCall with two formats for no value",
      letter: "F",
      body: "\0\0\0\x01\0\x02\0\0\0\0\0\0\0\0",
      expected: "function call message contains 2 argument formats but 0 arguments",
    },
    {
      name: "an unknown type",
      letter: "z",
      body: "",
      expected: "invalid frontend message type 122",
    },
    {
      name: "a PasswordMessage",
      letter: "p",
      body: "a\0",
      expected: "invalid frontend message type 112",
    },
  ])("$name: $expected", ({ letter, body, expected }) => {
    expect(violationOf(() => decodeFrontendMessage(frameOf(letter, body)))).toBe(expected);
  });

  test.each(VALID.filter(({ letter }) => letter !== "d"))(
    "$message.type is refused with any number of bytes cut off, or one more",
    ({ letter, body }) => {
      for (let length = 0; length < body.length; length++) {
        violationOf(() => decodeFrontendMessage(frameOf(letter, body.slice(0, length))));
      }
      violationOf(() => decodeFrontendMessage(frameOf(letter, `${body}\0`)));
    },
  );

  test.each([
    { name: "no bytes", bytes: raw(""), expected: "no data left in message" },
    { name: "a part of a header", bytes: raw("Q\0\0"), expected: DATA },
    { name: "another length", bytes: raw("Q\0\0\0\x07a\0"), expected: "invalid message length" },
    { name: "another type", bytes: raw("P\0\0\0\x06a\0"), expected: "invalid message length" },
  ])("a frame with $name is no frame", ({ bytes, expected }) => {
    expect(violationOf(() => decodeFrontendMessage({ type: 0x51, bytes }))).toBe(expected);
  });
});

describe("PasswordMessage", () => {
  test.each([
    { body: "secret\0", password: "secret" },
    { body: "\0", password: "" },
    { body: "p\xc3\xa4ss\0", password: "päss" },
    { body: "\xef\xbb\xbfx\0", password: "\ufeffx" },
    { body: "p\xe4ss\0", password: "p\ufffdss" },
  ])("$password", ({ body, password }) => {
    expect(decodePasswordMessage(frameOf("p", body))).toBe(password);
  });

  test.each([
    { name: "no NUL at the end", body: "secret" },
    { name: "a second NUL", body: "sec\0ret\0" },
    { name: "two NULs at the end", body: "secret\0\0" },
    { name: "no body", body: "" },
  ])("is refused with $name, and the password is not told", ({ body }) => {
    const message = violationOf(() => decodePasswordMessage(frameOf("p", body)));
    expect(message).toBe("invalid password packet size");
  });

  test("is no other message", () => {
    expect(violationOf(() => decodePasswordMessage(frameOf("Q", "a\0")))).toBe(
      "expected password response, got message type 81",
    );
  });
});
