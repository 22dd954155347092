/**
 * The few frontend messages that the emulator makes itself, to give to the engine in the place of a
 * client's. Texts are Latin-1, as `decodeFrontendMessage` returns them.
 */
import { InvariantViolation } from "../shared/index.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { FrontendFrame } from "./frame-decoder.ts";
import { latin1Bytes } from "./latin1.ts";
import { FRONTEND_TYPE } from "./message-type.ts";

/** A Query. */
export function queryFrame(sql: string): FrontendFrame {
  return frameOf(FRONTEND_TYPE.Query, [sql]);
}

/** A Parse that leaves the types of all parameters to the server. */
export function parseFrame(statement: string, sql: string): FrontendFrame {
  return frameOf(FRONTEND_TYPE.Parse, [statement, sql], (message) => message.count(0));
}

/** A CopyFail. */
export function copyFailFrame(reason: string): FrontendFrame {
  return frameOf(FRONTEND_TYPE.CopyFail, [reason]);
}

function frameOf(
  type: number,
  texts: readonly string[],
  addRest?: (message: ByteWriter) => void,
): FrontendFrame {
  const message = new ByteWriter(type);
  for (const text of texts) {
    if (!/^[\u0001-\u00ff]*$/.test(text)) {
      throw new InvariantViolation("a text for the engine has a NUL or is not Latin-1");
    }
    message.raw(latin1Bytes(text)).byte(0);
  }
  addRest?.(message);
  return { type, bytes: message.finish() };
}
