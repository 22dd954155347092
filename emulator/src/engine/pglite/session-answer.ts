/**
 * Walks over the answer of the engine message by message without copying it, and changes or takes
 * out the few messages that a session must not see as the engine wrote them.
 */

import { latin1Text } from "../../pgwire/index.ts";
import { concatBytes } from "./session-frames.ts";

const HEADER_BYTES = 5;
const EMPTY: Uint8Array = new Uint8Array(0);

/** What a walker does with the messages of an answer. */
export interface AnswerRule {
  /** Whether messages of this type are wanted now; all others go through unseen. */
  wants(type: number): boolean;
  /** What to send instead of a wanted message; nothing when undefined. */
  replace(type: number, message: Uint8Array): Uint8Array | undefined;
}

/**
 * Makes a function that takes the answer piece by piece, cut anywhere, and returns what of it can be
 * handed on (perhaps nothing yet). Only wanted messages are held back until they are complete, so
 * they should be short ones.
 */
export function createAnswerWalker(rule: AnswerRule): (chunk: Uint8Array) => Uint8Array {
  let held: Uint8Array = EMPTY;
  let passing = 0;
  return (chunk) => {
    const input = held.length === 0 ? chunk : concatBytes([held, chunk]);
    const pieces: Uint8Array[] = [];
    let offset = Math.min(passing, input.length);
    passing -= offset;
    let passFrom = 0;
    while (input.length - offset >= HEADER_BYTES) {
      const type = input[offset] ?? 0;
      const end = offset + 1 + readLength(input, offset + 1);
      if (!rule.wants(type)) {
        passing = Math.max(0, end - input.length);
        offset = end - passing;
        continue;
      }
      if (end > input.length) break;
      const message = input.subarray(offset, end);
      const replacement = rule.replace(type, message);
      if (replacement !== message) {
        pieces.push(input.subarray(passFrom, offset), replacement ?? EMPTY);
        passFrom = end;
      }
      offset = end;
    }
    held = input.slice(offset);
    pieces.push(input.subarray(passFrom, offset));
    return pieces.length === 1 ? (pieces[0] ?? EMPTY) : concatBytes(pieces);
  };
}

function readLength(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + offset, 4).getInt32(0);
}

/** The first message of this type in a complete answer. */
export function findMessage(answer: Uint8Array, type: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  const walk = createAnswerWalker({
    wants: (candidate) => found === undefined && candidate === type,
    replace: (_type, message) => {
      found = message;
      return undefined;
    },
  });
  walk(answer);
  return found;
}

/** Text of the first column of a DataRow; undefined when it is NULL or there is none. */
export function firstColumn(dataRow: Uint8Array): string | undefined {
  const lengthOffset = HEADER_BYTES + 2;
  if (dataRow.length < lengthOffset + 4) return undefined;
  const length = readLength(dataRow, lengthOffset);
  if (length < 0) return undefined;
  return latin1Text(dataRow.subarray(lengthOffset + 4, lengthOffset + 4 + length));
}

/** Command tag of a CommandComplete. */
export function commandTag(commandComplete: Uint8Array): string {
  return latin1Text(commandComplete.subarray(HEADER_BYTES, -1));
}

/** A field of an ErrorResponse by its one-letter code (`C`: SQLSTATE, `M`: message), in UTF-8. */
export function errorField(errorResponse: Uint8Array, code: string): string | undefined {
  for (const field of latin1Text(errorResponse.subarray(HEADER_BYTES)).split("\0")) {
    if (field.startsWith(code)) return Buffer.from(field.slice(1), "latin1").toString("utf8");
  }
  return undefined;
}
