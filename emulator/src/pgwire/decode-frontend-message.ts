/**
 * From a frame to the message in it. Everything that the format says about a body is checked, so
 * that what passes here is safe to hand to the engine as it is.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */
import { ByteReader } from "./byte-reader.ts";
import type { FrontendFrame } from "./frame-decoder.ts";
import type {
  Bind,
  FormatCode,
  FrontendMessage,
  FunctionCall,
  NamedObject,
  ParameterValue,
} from "./frontend-message.ts";
import { FRONTEND_TYPE } from "./message-type.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

const TARGET_STATEMENT = 0x53;
const TARGET_PORTAL = 0x50;

/**
 * Decodes any typed message but PasswordMessage. Texts are Latin-1, values are views on the frame.
 *
 * @throws ProtocolViolation with PostgreSQL's words if the body is not exactly what its type says
 */
export function decodeFrontendMessage(frame: FrontendFrame): FrontendMessage {
  const reader = bodyReader(frame);
  const message = readMessage(frame.type, reader);
  reader.end();
  return message;
}

/**
 * Decodes the answer to AuthenticationCleartextPassword. Bytes that are not UTF-8 become U+FFFD: such
 * a password is a wrong one, not a broken message. An empty one is returned as `""`.
 *
 * @throws ProtocolViolation unless the only NUL of the body is its last byte
 */
export function decodePasswordMessage(frame: FrontendFrame): string {
  const reader = bodyReader(frame);
  if (frame.type !== FRONTEND_TYPE.PasswordMessage) {
    throw new ProtocolViolation(`expected password response, got message type ${frame.type}`);
  }
  const body = reader.rest();
  if (body.length === 0 || body.indexOf(0) !== body.length - 1) {
    throw new ProtocolViolation("invalid password packet size");
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(body.subarray(0, -1));
}

function bodyReader({ type, bytes }: FrontendFrame): ByteReader {
  const reader = new ByteReader(bytes, 0);
  if (reader.byte() !== type || reader.uint32() !== bytes.length - 1) {
    throw new ProtocolViolation("invalid message length");
  }
  return reader;
}

function readMessage(type: number, reader: ByteReader): FrontendMessage {
  switch (type) {
    case FRONTEND_TYPE.Query:
      return { type: "Query", sql: reader.string() };
    case FRONTEND_TYPE.Parse:
      return {
        type: "Parse",
        statement: reader.string(),
        sql: reader.string(),
        parameterTypes: reader.list(() => reader.uint32()),
      };
    case FRONTEND_TYPE.Bind:
      return readBind(reader);
    case FRONTEND_TYPE.Describe:
      return { type: "Describe", ...readNamedObject(reader, "DESCRIBE") };
    case FRONTEND_TYPE.Execute:
      return { type: "Execute", portal: reader.string(), maxRows: reader.int32() };
    case FRONTEND_TYPE.Close:
      return { type: "Close", ...readNamedObject(reader, "CLOSE") };
    case FRONTEND_TYPE.Sync:
      return { type: "Sync" };
    case FRONTEND_TYPE.Flush:
      return { type: "Flush" };
    case FRONTEND_TYPE.FunctionCall:
      return readFunctionCall(reader);
    case FRONTEND_TYPE.CopyData:
      return { type: "CopyData", data: reader.rest() };
    case FRONTEND_TYPE.CopyDone:
      return { type: "CopyDone" };
    case FRONTEND_TYPE.CopyFail:
      return { type: "CopyFail", reason: reader.string() };
    case FRONTEND_TYPE.Terminate:
      return { type: "Terminate" };
    default:
      throw new ProtocolViolation(`invalid frontend message type ${type}`);
  }
}

function readBind(reader: ByteReader): Bind {
  const portal = reader.string();
  const statement = reader.string();
  const parameterFormats = reader.list(() => reader.int16());
  const parameters = readValues(reader, parameterFormats, (formats, count) => {
    return `bind message has ${formats} parameter formats but ${count} parameters`;
  });
  const resultFormats = reader.list(() => reader.int16());
  return { type: "Bind", portal, statement, parameterFormats, parameters, resultFormats };
}

function readFunctionCall(reader: ByteReader): FunctionCall {
  const functionOid = reader.uint32();
  const argumentFormats = reader.list(() => reader.int16());
  const values = readValues(reader, argumentFormats, (formats, count) => {
    return `function call message contains ${formats} argument formats but ${count} arguments`;
  });
  const resultFormat = reader.int16();
  return { type: "FunctionCall", functionOid, argumentFormats, arguments: values, resultFormat };
}

function readValues(
  reader: ByteReader,
  formats: readonly FormatCode[],
  mismatch: (formats: number, count: number) => string,
): ParameterValue[] {
  const values = reader.list(() => reader.value());
  // SPEC: no format (all text), one format (for all), or as many as there are values.
  if (formats.length > 1 && formats.length !== values.length) {
    throw new ProtocolViolation(mismatch(formats.length, values.length));
  }
  return values;
}

function readNamedObject(
  reader: ByteReader,
  command: "DESCRIBE" | "CLOSE",
): { readonly target: NamedObject; readonly name: string } {
  const subtype = reader.byte();
  const name = reader.string();
  if (subtype === TARGET_STATEMENT) return { target: "statement", name };
  if (subtype === TARGET_PORTAL) return { target: "portal", name };
  throw new ProtocolViolation(`invalid ${command} message subtype ${subtype}`);
}
