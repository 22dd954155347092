/** A client of a `SqlSession` for tests: batches written as short texts, answers read as texts. */

import type {
  BatchOutcome,
  EngineBatch,
  FrontendFrame,
  SqlSession,
} from "../../src/session/index.ts";

/** Frontend message with this type letter and body. */
export function frame(type: string, body: string): FrontendFrame {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body), type);
  bytes.writeInt32BE(bytes.length - 1, 1);
  bytes.write(body, 5);
  return { type: bytes[0] ?? 0, bytes };
}

/**
 * A short text for each message: `Q sql`, `P name sql`, `B name portal`, `D name`, `E rows portal`,
 * `C name`, `d line`, `c`, `f`, `S`, `H`; what is left out at the end is empty.
 */
export function batch(...messages: readonly string[]): EngineBatch {
  const frames = messages.map((message) => {
    const [type = "", first = "", ...rest] = message.split(" ");
    switch (type) {
      case "Q":
        return frame("Q", `${[first, ...rest].join(" ")}\0`);
      case "P":
        return frame("P", `${first}\0${rest.join(" ")}\0\0\0`);
      case "B":
        return frame("B", `${rest.join(" ")}\0${first}\0\0\0\0\0\0\0`);
      case "D":
      case "C":
        return frame(type, `S${first}\0`);
      case "E":
        return frame("E", `${rest.join(" ")}\0\0\0\0${String.fromCharCode(Number(first))}`);
      case "d":
        return frame("d", `${[first, ...rest].join(" ")}\n`);
      default:
        return frame(type, type === "f" ? "reason\0" : "");
    }
  });
  const text = messages.join(" ");
  return {
    frames,
    endsWithReadyForQuery: messages.at(-1) !== "H",
    mayChangeSettings: /\bSET \w+ TO\b|set_config/i.test(text),
    deallocatesAll: text.includes("DEALLOCATE ALL"),
  };
}

/** Answer of a batch as text, one entry per message, and its outcome. */
export interface Answer {
  readonly messages: readonly string[];
  readonly outcome: BatchOutcome;
}

/** Runs a batch and reads its answer. */
export async function ask(session: SqlSession, ...messages: readonly string[]): Promise<Answer> {
  const pieces: Uint8Array[] = [];
  const outcome = await session.run(batch(...messages), (chunk) => {
    pieces.push(chunk.slice());
    return undefined;
  });
  return { messages: readAnswer(Buffer.concat(pieces)), outcome };
}

/** A backend answer as text, one entry per message: the type, and what matters of the body. */
export function readAnswer(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const texts: string[] = [];
  for (let offset = 0; offset < buffer.length;) {
    const end = offset + 1 + buffer.readInt32BE(offset + 1);
    const type = buffer.toString("latin1", offset, offset + 1);
    texts.push(`${type} ${describe(type, buffer.subarray(offset + 5, end))}`.trim());
    offset = end;
  }
  return texts;
}

function describe(type: string, body: Buffer): string {
  switch (type) {
    case "E":
    case "N": {
      const fields = body.toString().split("\0");
      const field = (code: string): string =>
        fields.find((text) => text.startsWith(code))?.slice(1) ?? "";
      return `${field("C")} ${field("M")}`;
    }
    case "S":
      return body.toString().slice(0, -1).replace("\0", "=");
    case "V":
      return body.subarray(4).toString("hex");
    case "D":
      return body.subarray(6).toString();
    case "C":
      return body.subarray(0, -1).toString();
    case "Z":
      return body.toString();
    default:
      return "";
  }
}
