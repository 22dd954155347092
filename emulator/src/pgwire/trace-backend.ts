/**
 * What a server sends, as lines of text that start with `B`. Values of rows and data are shown as
 * lengths, and secret keys not at all.
 */
import {
  type BackendFrame,
  BackendFrameReader,
  transactionStatusOf,
} from "./backend-frame-reader.ts";
import { ByteReader } from "./byte-reader.ts";
import { BACKEND_TYPE, backendTypeName } from "./message-type.ts";
import { HEADER_BYTES } from "./protocol-constants.ts";
import { ProtocolViolation } from "./protocol-violation.ts";
import { quoteForTrace } from "./trace-text.ts";

/** Names of the messages of type `R`, by their code. */
const AUTHENTICATION_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "AuthenticationOk"],
  [2, "AuthenticationKerberosV5"],
  [3, "AuthenticationCleartextPassword"],
  [5, "AuthenticationMD5Password"],
  [7, "AuthenticationGSS"],
  [8, "AuthenticationGSSContinue"],
  [9, "AuthenticationSSPI"],
  [10, "AuthenticationSASL"],
  [11, "AuthenticationSASLContinue"],
  [12, "AuthenticationSASLFinal"],
]);

/** Names in a trace of the fields of an error that follow severity, SQLSTATE and message. */
const REPORT_FIELD_NAMES: ReadonlyMap<string, string> = new Map([
  ["D", "detail"],
  ["H", "hint"],
  ["P", "position"],
]);

/**
 * Messages as one line each: `B ErrorResponse FATAL 08P01 "invalid message length"`. A message that
 * is incomplete or breaks the format becomes a line that says so; nothing is thrown.
 */
export function traceBackend(bytes: Uint8Array): string[] {
  const reader = new BackendFrameReader();
  const lines: string[] = [];
  try {
    for (const frame of reader.push(bytes)) lines.push(traceFrame(frame));
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    lines.push(`B malformed: ${error.message}`);
    return lines;
  }
  if (reader.bufferedBytes > 0) lines.push(`B incomplete: ${reader.bufferedBytes} bytes`);
  return lines;
}

function traceFrame(frame: BackendFrame): string {
  const { type, bytes } = frame;
  const name = backendTypeName(type) ?? `type ${type}`;
  try {
    return ["B", ...wordsOf(name, frame, new ByteReader(bytes, HEADER_BYTES))].join(" ");
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return `B ${name} malformed: ${error.message}`;
  }
}

function wordsOf(name: string, frame: BackendFrame, reader: ByteReader): string[] {
  switch (frame.type) {
    case BACKEND_TYPE.Authentication: {
      const code = reader.uint32();
      return [AUTHENTICATION_NAMES.get(code) ?? `${name} ${code}`];
    }
    case BACKEND_TYPE.BackendKeyData:
      return [name, `process=${reader.uint32()}`];
    case BACKEND_TYPE.CommandComplete:
      return [name, quoteForTrace(reader.stringBytes())];
    case BACKEND_TYPE.CopyData:
      return [name, `${reader.remaining} bytes`];
    case BACKEND_TYPE.DataRow: {
      const values = reader.list(() => reader.value());
      const lengths = values.map((value) => (value === null ? "NULL" : `${value.length} bytes`));
      return [name, `[${lengths.join(", ")}]`];
    }
    case BACKEND_TYPE.ErrorResponse:
    case BACKEND_TYPE.NoticeResponse:
      return [name, ...reportWords(reader)];
    case BACKEND_TYPE.NegotiateProtocolVersion: {
      const version = reader.uint32();
      const options: string[] = [];
      for (let left = reader.uint32(); left > 0; left--) {
        options.push(quoteForTrace(reader.stringBytes()));
      }
      return [name, `${version >>> 16}.${version & 0xffff}`, ...options];
    }
    case BACKEND_TYPE.ParameterDescription:
      return [name, `[${reader.list(() => reader.uint32()).join(", ")}]`];
    case BACKEND_TYPE.ParameterStatus: {
      const setting = quoteForTrace(reader.stringBytes());
      return [name, `${setting}=${quoteForTrace(reader.stringBytes())}`];
    }
    case BACKEND_TYPE.ReadyForQuery:
      return [name, transactionStatusOf(frame) ?? "malformed: unknown transaction status"];
    case BACKEND_TYPE.RowDescription:
      return [name, `[${reader.list(() => columnWord(reader)).join(", ")}]`];
    default:
      return reader.remaining === 0 ? [name] : [name, `${reader.remaining} bytes`];
  }
}

function columnWord(reader: ByteReader): string {
  const column = quoteForTrace(reader.stringBytes());
  reader.uint32();
  reader.int16();
  const typeOid = reader.uint32();
  reader.int16();
  reader.int32();
  reader.int16();
  return `${column} ${typeOid}`;
}

function reportWords(reader: ByteReader): string[] {
  const fields = new Map<string, Uint8Array>();
  for (let code = reader.byte(); code !== 0; code = reader.byte()) {
    fields.set(String.fromCharCode(code), reader.stringBytes());
  }
  const plain = (code: string): string => new TextDecoder().decode(fields.get(code));
  const words = [plain("S"), plain("C"), quoteForTrace(fields.get("M") ?? new Uint8Array(0))];
  for (const [code, fieldName] of REPORT_FIELD_NAMES) {
    const value = fields.get(code);
    if (value !== undefined) words.push(`${fieldName}=${quoteForTrace(value)}`);
  }
  return words;
}
