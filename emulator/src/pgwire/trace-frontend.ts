/**
 * What a client sends, as lines of text that start with `F`.
 *
 * Texts are shown, values never: of a password, a parameter or a piece of data only its length.
 */
import { assertNever } from "../shared/index.ts";
import { decodeFrontendMessage } from "./decode-frontend-message.ts";
import type { StartupPacket } from "./decode-startup-packet.ts";
import type { FrontendFrame } from "./frame-decoder.ts";
import type { FrontendMessage, NamedObject, ParameterValue } from "./frontend-message.ts";
import { latin1Bytes } from "./latin1.ts";
import { FRONTEND_TYPE, frontendTypeName } from "./message-type.ts";
import { HEADER_BYTES, PROTOCOL_MAJOR } from "./protocol-constants.ts";
import { ProtocolViolation } from "./protocol-violation.ts";
import { quoteForTrace } from "./trace-text.ts";

/**
 * A typed message as one line: `F Parse "s1" "select $1" types=[23]`. A body that breaks the format
 * is shown with what is wrong with it; nothing is thrown.
 */
export function traceFrontend(frame: FrontendFrame): string {
  const { type, bytes } = frame;
  const bodyBytes = bytes.length - HEADER_BYTES;
  if (type === FRONTEND_TYPE.PasswordMessage) return `F PasswordMessage ${bodyBytes} bytes`;
  const name = frontendTypeName(type) ?? `type ${type}`;
  try {
    const details = detailsOf(decodeFrontendMessage(frame));
    return ["F", name, ...details].join(" ");
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return `F ${name} malformed: ${error.message}`;
  }
}

/** An untyped packet as one line: `F StartupMessage 3.0 user="admin" database="postgres"`. */
export function traceStartupPacket(packet: StartupPacket): string {
  switch (packet.type) {
    case "SSLRequest":
    case "GSSENCRequest":
      return `F ${packet.type}`;
    case "CancelRequest":
      return `F CancelRequest process=${packet.processId}`;
    case "StartupMessage": {
      const parameters = [...packet.parameters].map(
        ([name, value]) => `${name}=${quoteForTrace(new TextEncoder().encode(value))}`,
      );
      const version = `${PROTOCOL_MAJOR}.${packet.minorVersion}`;
      const words = ["F StartupMessage", version, ...parameters, ...packet.unrecognizedOptions];
      return words.join(" ");
    }
    default:
      return assertNever(packet, "startup packet");
  }
}

function detailsOf(message: FrontendMessage): readonly string[] {
  switch (message.type) {
    case "Query":
      return [quoteText(message.sql)];
    case "Parse":
      return [
        quoteText(message.statement),
        quoteText(message.sql),
        ...listUnlessEmpty("types", message.parameterTypes),
      ];
    case "Bind":
      return [
        quoteText(message.portal),
        quoteText(message.statement),
        ...listUnlessEmpty("formats", message.parameterFormats),
        ...listUnlessEmpty("parameters", message.parameters.map(valueLength)),
        ...listUnlessEmpty("results", message.resultFormats),
      ];
    case "Describe":
    case "Close":
      return namedObject(message);
    case "Execute":
      return [
        quoteText(message.portal),
        ...(message.maxRows > 0 ? [`rows=${message.maxRows}`] : []),
      ];
    case "FunctionCall":
      return [
        String(message.functionOid),
        ...listUnlessEmpty("formats", message.argumentFormats),
        ...listUnlessEmpty("arguments", message.arguments.map(valueLength)),
        `result=${message.resultFormat}`,
      ];
    case "CopyData":
      return [`${message.data.length} bytes`];
    case "CopyFail":
      return [quoteText(message.reason)];
    case "CopyDone":
    case "Flush":
    case "Sync":
    case "Terminate":
      return [];
    default:
      return assertNever(message, "frontend message");
  }
}

function namedObject({ target, name }: { target: NamedObject; name: string }): string[] {
  return [target, quoteText(name)];
}

function quoteText(latin1: string): string {
  return quoteForTrace(latin1Bytes(latin1));
}

function listUnlessEmpty(name: string, items: readonly (string | number)[]): string[] {
  return items.length === 0 ? [] : [`${name}=[${items.join(", ")}]`];
}

function valueLength(value: ParameterValue): string {
  return value === null ? "NULL" : `${value.length} bytes`;
}
