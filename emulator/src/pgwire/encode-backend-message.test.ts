import { describe, expect, test } from "vitest";
import {
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  bindComplete,
  closeComplete,
  commandComplete,
  concatMessages,
  dataRow,
  emptyQueryResponse,
  negotiateProtocolVersion,
  noData,
  parameterDescription,
  parameterStatus,
  parseComplete,
  readyForQuery,
  rowDescription,
} from "./encode-backend-message.ts";

/** The bytes as Latin-1, so that a table of messages can be read. */
function shown(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

test.each([
  {
    name: "AuthenticationCleartextPassword",
    bytes: authenticationCleartextPassword(),
    expected: "R\0\0\0\x08\0\0\0\x03",
  },
  { name: "AuthenticationOk", bytes: authenticationOk(), expected: "R\0\0\0\x08\0\0\0\0" },
  {
    name: "ParameterStatus",
    bytes: parameterStatus("TimeZone", "UTC"),
    expected: "S\0\0\0\x11TimeZone\0UTC\0",
  },
  {
    name: "BackendKeyData",
    bytes: backendKeyData(258, 0xfffffffe),
    expected: "K\0\0\0\x0c\0\0\x01\x02\xff\xff\xff\xfe",
  },
  { name: "ReadyForQuery, idle", bytes: readyForQuery("idle"), expected: "Z\0\0\0\x05I" },
  {
    name: "ReadyForQuery, in a transaction",
    bytes: readyForQuery("in-transaction"),
    expected: "Z\0\0\0\x05T",
  },
  { name: "ReadyForQuery, failed", bytes: readyForQuery("failed"), expected: "Z\0\0\0\x05E" },
  {
    name: "NegotiateProtocolVersion with the whole version number",
    bytes: negotiateProtocolVersion(0, ["_pq_.a", "_pq_.b"]),
    expected: "v\0\0\0\x1a\0\x03\0\0\0\0\0\x02_pq_.a\0_pq_.b\0",
  },
  { name: "ParseComplete", bytes: parseComplete(), expected: "1\0\0\0\x04" },
  { name: "BindComplete", bytes: bindComplete(), expected: "2\0\0\0\x04" },
  { name: "CloseComplete", bytes: closeComplete(), expected: "3\0\0\0\x04" },
  { name: "NoData", bytes: noData(), expected: "n\0\0\0\x04" },
  { name: "EmptyQueryResponse", bytes: emptyQueryResponse(), expected: "I\0\0\0\x04" },
  {
    name: "ParameterDescription",
    bytes: parameterDescription([25, 4_294_967_295]),
    expected: "t\0\0\0\x0e\0\x02\0\0\0\x19\xff\xff\xff\xff",
  },
  { name: "CommandComplete", bytes: commandComplete("GRANT"), expected: "C\0\0\0\x0aGRANT\0" },
  {
    name: "RowDescription with the defaults",
    bytes: rowDescription([{ name: "a", typeOid: 25 }]),
    expected: "T\0\0\0\x1a\0\x01a\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0",
  },
  {
    name: "RowDescription with everything",
    bytes: rowDescription([
      {
        name: "é",
        typeOid: 23,
        typeSizeBytes: 4,
        typeModifier: 7,
        tableOid: 16_384,
        columnNumber: 2,
      },
    ]),
    expected: "T\0\0\0\x1b\0\x01\xc3\xa9\0\0\0\x40\0\0\x02\0\0\0\x17\0\x04\0\0\0\x07\0\0",
  },
  { name: "RowDescription of no columns", bytes: rowDescription([]), expected: "T\0\0\0\x06\0\0" },
  {
    name: "DataRow",
    bytes: dataRow(["a", null, "", "€"]),
    expected: "D\0\0\0\x1a\0\x04\0\0\0\x01a\xff\xff\xff\xff\0\0\0\0\0\0\0\x03\xe2\x82\xac",
  },
])("$name", ({ bytes, expected }) => {
  expect(shown(bytes)).toBe(expected);
});

describe("texts that could break a message", () => {
  test.each([
    { name: "ParameterStatus", bytes: parameterStatus("a\0b", "c\0") },
    { name: "CommandComplete", bytes: commandComplete("a\0") },
    { name: "DataRow", bytes: dataRow(["\0"]) },
    { name: "RowDescription", bytes: rowDescription([{ name: "\0a", typeOid: 25 }]) },
    { name: "NegotiateProtocolVersion", bytes: negotiateProtocolVersion(0, ["_pq_.\0"]) },
  ])("a NUL becomes U+FFFD in $name, and the length is right", ({ bytes }) => {
    const message = shown(bytes);
    expect(message).toContain("\xef\xbf\xbd");
    expect(new DataView(bytes.buffer).getUint32(1)).toBe(bytes.length - 1);
  });

  test("a NUL does not end a text early", () => {
    expect(shown(parameterStatus("a\0b", "c"))).toBe("S\0\0\0\x0ca\xef\xbf\xbdb\0c\0");
  });

  test("half a surrogate pair becomes U+FFFD", () => {
    expect(shown(commandComplete("\ud800"))).toBe("C\0\0\0\x08\xef\xbf\xbd\0");
  });

  test("a text longer than any first guess is written whole", () => {
    const bytes = commandComplete("x".repeat(100_000));
    expect(bytes.length).toBe(100_006);
    expect(shown(bytes.subarray(1, 5))).toBe("\0\x01\x86\xa5");
  });

  test("more columns than a message can count are a bug, not a broken message", () => {
    const columns = Array.from({ length: 65_536 }, () => null);
    expect(() => dataRow(columns)).toThrow("65536 items in one message");
    expect(dataRow(columns.slice(1)).length).toBe(7 + 65_535 * 4);
  });
});

test("messages one after the other are their bytes in order", () => {
  expect(
    shown(concatMessages([parseComplete(), bindComplete(), new Uint8Array(0), noData()])),
  ).toBe("1\0\0\0\x042\0\0\0\x04n\0\0\0\x04");
});
