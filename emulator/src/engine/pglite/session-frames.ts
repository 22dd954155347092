/**
 * The few frontend messages that the multiplexer reads, renames or makes itself.
 *
 * Statement names are handled as Latin-1 text, one character per byte, so that a name in any client
 * encoding comes back byte for byte.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */

import {
  concatMessages,
  errorResponse,
  FRONTEND_TYPE,
  latin1Text,
  readyForQuery,
} from "../../pgwire/index.ts";
import type { FrontendFrame } from "../../session/index.ts";

const TARGET_STATEMENT = 0x53;
const HEADER_BYTES = 5;

/** Name of a prepared statement as it stands in a message, and where. */
interface NamePosition {
  readonly start: number;
  readonly end: number;
}

function statementNamePosition(frame: FrontendFrame): NamePosition | undefined {
  const { bytes, type } = frame;
  let start = HEADER_BYTES;
  switch (type) {
    case FRONTEND_TYPE.Parse:
      break;
    case FRONTEND_TYPE.Bind:
      start = bytes.indexOf(0, HEADER_BYTES) + 1;
      break;
    case FRONTEND_TYPE.Describe:
    case FRONTEND_TYPE.Close:
      if (bytes[HEADER_BYTES] !== TARGET_STATEMENT) return undefined;
      start = HEADER_BYTES + 1;
      break;
    default:
      return undefined;
  }
  const end = bytes.indexOf(0, start);
  return end < 0 ? undefined : { start, end };
}

/** Statement that a Parse, Bind, Describe or Close names (`""`: the unnamed one), or undefined. */
export function statementNameOf(frame: FrontendFrame): string | undefined {
  const position = statementNamePosition(frame);
  if (position === undefined) return undefined;
  return latin1Text(frame.bytes.subarray(position.start, position.end));
}

/** The same message for a statement of another name; messages without a statement as they are. */
export function withStatementName(frame: FrontendFrame, name: string): FrontendFrame {
  const position = statementNamePosition(frame);
  if (position === undefined) return frame;
  const renamed = concatBytes([
    frame.bytes.subarray(0, position.start),
    Buffer.from(name, "latin1"),
    frame.bytes.subarray(position.end),
  ]);
  writeLength(renamed);
  return { type: frame.type, bytes: renamed };
}

/** Text of a Query, or of the statement in a Parse; empty for other messages. */
export function sqlTextOf(frame: FrontendFrame): string {
  if (frame.type === FRONTEND_TYPE.Query) return latin1Text(frame.bytes.subarray(HEADER_BYTES, -1));
  const position = frame.type === FRONTEND_TYPE.Parse ? statementNamePosition(frame) : undefined;
  if (position === undefined) return "";
  const start = position.end + 1;
  return latin1Text(frame.bytes.subarray(start, frame.bytes.indexOf(0, start)));
}

/** The same Query or Parse with another SQL text, given in Latin-1. */
export function withSqlText(frame: FrontendFrame, sql: string): FrontendFrame {
  if (frame.type === FRONTEND_TYPE.Query)
    return frameOf(frame.type, Buffer.from(`${sql}\0`, "latin1"));
  const position = frame.type === FRONTEND_TYPE.Parse ? statementNamePosition(frame) : undefined;
  if (position === undefined) return frame;
  const start = position.end + 1;
  const changed = concatBytes([
    frame.bytes.subarray(0, start),
    Buffer.from(sql, "latin1"),
    frame.bytes.subarray(frame.bytes.indexOf(0, start)),
  ]);
  writeLength(changed);
  return { type: frame.type, bytes: changed };
}

/** Close of a prepared statement. */
export function closeStatementFrame(name: string): FrontendFrame {
  return frameOf(FRONTEND_TYPE.Close, Buffer.from(`S${name}\0`, "latin1"));
}

/** Sync. */
export function syncFrame(): FrontendFrame {
  return frameOf(FRONTEND_TYPE.Sync, new Uint8Array(0));
}

/** ErrorResponse of severity ERROR, with ReadyForQuery (idle) behind it where one is due. */
export function errorAnswer(
  sqlState: string,
  message: string,
  endsWithReadyForQuery: boolean,
): Uint8Array {
  const error = errorResponse({ severity: "ERROR", sqlState, message });
  return endsWithReadyForQuery ? concatMessages([error, readyForQuery("idle")]) : error;
}

/** The messages one after the other in a buffer of their own, so that it can be transferred. */
export function concatFrames(frames: readonly FrontendFrame[]): Uint8Array {
  return concatBytes(frames.map((frame) => frame.bytes));
}

/** The pieces one after the other in a new buffer (never one from Node's pool). */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

/** Corrects the length word of a message whose body has been changed. */
export function writeLength(message: Uint8Array): void {
  new DataView(message.buffer, message.byteOffset).setInt32(1, message.length - 1);
}

function frameOf(type: number, body: Uint8Array): FrontendFrame {
  const bytes = concatBytes([Uint8Array.of(type, 0, 0, 0, 0), body]);
  writeLength(bytes);
  return { type, bytes };
}
