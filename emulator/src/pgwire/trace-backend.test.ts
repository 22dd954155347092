import { expect, test } from "vitest";
import {
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  commandComplete,
  concatMessages,
  dataRow,
  emptyQueryResponse,
  negotiateProtocolVersion,
  parameterDescription,
  parameterStatus,
  readyForQuery,
  rowDescription,
} from "./encode-backend-message.ts";
import { errorResponse, noticeResponse } from "./encode-report.ts";
import { traceBackend } from "./trace-backend.ts";

function raw(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

test.each([
  { bytes: authenticationCleartextPassword(), line: "B AuthenticationCleartextPassword" },
  { bytes: authenticationOk(), line: "B AuthenticationOk" },
  { bytes: raw("R\0\0\0\x08\0\0\0\x63"), line: "B Authentication 99" },
  { bytes: backendKeyData(12, 4711), line: "B BackendKeyData process=12" },
  { bytes: parameterStatus("TimeZone", "UTC"), line: 'B ParameterStatus "TimeZone"="UTC"' },
  { bytes: readyForQuery("failed"), line: "B ReadyForQuery failed" },
  { bytes: commandComplete("INSERT 0 1"), line: 'B CommandComplete "INSERT 0 1"' },
  { bytes: emptyQueryResponse(), line: "B EmptyQueryResponse" },
  {
    bytes: negotiateProtocolVersion(0, ["_pq_.a"]),
    line: 'B NegotiateProtocolVersion 3.0 "_pq_.a"',
  },
  { bytes: parameterDescription([23, 25]), line: "B ParameterDescription [23, 25]" },
  { bytes: dataRow(["secret", null]), line: "B DataRow [6 bytes, NULL]" },
  { bytes: raw("d\0\0\0\x07abc"), line: "B CopyData 3 bytes" },
  { bytes: raw("G\0\0\0\x07\0\0\0"), line: "B CopyInResponse 3 bytes" },
  {
    bytes: rowDescription([
      { name: "id", typeOid: 23 },
      { name: "no", typeOid: 25 },
    ]),
    line: 'B RowDescription ["id" 23, "no" 25]',
  },
  {
    bytes: errorResponse({
      severity: "FATAL",
      sqlState: "08P01",
      message: "invalid message length",
    }),
    line: 'B ErrorResponse FATAL 08P01 "invalid message length"',
  },
  {
    bytes: noticeResponse({
      severity: "NOTICE",
      sqlState: "00000",
      message: "m",
      hint: "h",
      detail: "a\nb",
      position: 3,
    }),
    line: 'B NoticeResponse NOTICE 00000 "m" detail="a\\nb" hint="h" position="3"',
  },
  { bytes: raw("E\0\0\0\x04"), line: "B ErrorResponse malformed: no data left in message" },
  { bytes: raw("Z\0\0\0\x05X"), line: "B ReadyForQuery malformed: unknown transaction status" },
  {
    bytes: raw("v\0\0\0\x0c\0\x03\0\0\xff\xff\xff\xff"),
    line: "B NegotiateProtocolVersion malformed: invalid string in message",
  },
  { bytes: raw("z\0\0\0\x04"), line: "B malformed: invalid backend message type 122" },
  { bytes: raw("Z\0\0"), line: "B incomplete: 3 bytes" },
])("$line", ({ bytes, line }) => {
  expect(traceBackend(bytes)).toEqual([line]);
});

test("messages come in order, and what is before a malformed one is shown", () => {
  const bytes = concatMessages([commandComplete("BEGIN"), readyForQuery("idle"), raw("?")]);
  expect(traceBackend(bytes)).toEqual([
    'B CommandComplete "BEGIN"',
    "B ReadyForQuery idle",
    "B malformed: invalid backend message type 63",
  ]);
});
