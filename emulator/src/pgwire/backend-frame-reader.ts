/** Cuts the bytes of a server into messages: to look into an engine's answers, for traces and tests. */
import { ByteBuffer } from "./byte-buffer.ts";
import { TRANSACTION_STATUS, type ReportedTransactionStatus } from "./encode-backend-message.ts";
import { BACKEND_TYPE, backendTypeName } from "./message-type.ts";
import { HEADER_BYTES, LENGTH_WORD_BYTES } from "./protocol-constants.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/** Largest length word of a backend message; PostgreSQL's largest allocation, 1 GiB less a byte. */
const MAX_BACKEND_MESSAGE_BYTES = 0x3fff_ffff;

/** One backend message, complete. */
export interface BackendFrame {
  /** The type byte. */
  readonly type: number;
  /** The whole message, header included, in memory of its own. */
  readonly bytes: Uint8Array;
}

/** Message reader of one server's output, in chunks of any size. */
export class BackendFrameReader {
  readonly #buffer = new ByteBuffer();

  /** Bytes of a message that is not complete. */
  get bufferedBytes(): number {
    return this.#buffer.length;
  }

  /**
   * Takes a chunk and returns the messages that are complete with it, in order. What is not iterated
   * over comes with the next chunk.
   *
   * @throws ProtocolViolation, after the messages before it, for a type that no backend message has,
   *   or a length that none can have
   */
  push(chunk: Uint8Array): Iterable<BackendFrame> {
    this.#buffer.put(chunk);
    return this.#complete();
  }

  *#complete(): Generator<BackendFrame, void> {
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) yield frame;
  }

  #next(): BackendFrame | undefined {
    const type = this.#buffer.byteAt(0);
    if (type === undefined) return undefined;
    if (backendTypeName(type) === undefined) {
      throw new ProtocolViolation(`invalid backend message type ${type}`);
    }
    const length = this.#buffer.uint32At(1);
    if (length === undefined) return undefined;
    if (length < LENGTH_WORD_BYTES || length > MAX_BACKEND_MESSAGE_BYTES) {
      throw new ProtocolViolation("invalid message length");
    }
    const bytes = this.#buffer.take(HEADER_BYTES - LENGTH_WORD_BYTES + length);
    return bytes === undefined ? undefined : { type, bytes };
  }
}

/** Transaction status in a ReadyForQuery; `undefined` for every other message. */
export function transactionStatusOf(frame: BackendFrame): ReportedTransactionStatus | undefined {
  if (frame.type !== BACKEND_TYPE.ReadyForQuery || frame.bytes.length !== HEADER_BYTES + 1) {
    return undefined;
  }
  switch (frame.bytes[HEADER_BYTES]) {
    case TRANSACTION_STATUS.idle:
      return "idle";
    case TRANSACTION_STATUS["in-transaction"]:
      return "in-transaction";
    case TRANSACTION_STATUS.failed:
      return "failed";
    default:
      return undefined;
  }
}
