/**
 * Cuts the bytes of a client into messages, and refuses a length or a type that cannot be right
 * before it waits for the body. Which framing comes next is the caller's knowledge: startup packets
 * have no type byte, and nothing is guessed.
 *
 * @see https://www.postgresql.org/docs/16/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS
 */
import { ByteBuffer } from "./byte-buffer.ts";
import { FRONTEND_TYPE } from "./message-type.ts";
import {
  HEADER_BYTES,
  LENGTH_WORD_BYTES,
  MAX_PASSWORD_MESSAGE_BYTES,
  MAX_SMALL_MESSAGE_BYTES,
  MAX_STARTUP_PACKET_BYTES,
  MIN_STARTUP_PACKET_BYTES,
} from "./protocol-constants.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/** One typed frontend message, complete and of a sane length. */
export interface FrontendFrame {
  /** The type byte. */
  readonly type: number;
  /** The whole message, header included, in memory of its own that nothing else uses. */
  readonly bytes: Uint8Array;
}

/** How long messages may be. */
export interface FrameLimits {
  /** Largest length word of Query, Parse, Bind, FunctionCall and CopyData, in bytes. */
  readonly maxMessageBytes: number;
}

/** Which typed messages may come: the answer to a request for a password, or any other. */
export type ExpectedFrames = "password" | "any";

/**
 * Message decoder of one connection. It keeps what has been pushed until it is asked for; asking
 * after every push keeps `bufferedBytes` under one message and one chunk. A violation consumes
 * nothing: asked again, the decoder throws the same one.
 */
export class FrameDecoder {
  readonly #limits: FrameLimits;
  readonly #buffer = new ByteBuffer();

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Takes bytes of any number and meaning; they are copied, so the caller may reuse the chunk. */
  push(chunk: Uint8Array): void {
    this.#buffer.put(chunk);
  }

  /** Bytes pushed and not yet returned in a message. */
  get bufferedBytes(): number {
    return this.#buffer.length;
  }

  /**
   * The next untyped packet, length word included; `undefined` if more bytes are needed.
   *
   * @throws ProtocolViolation as soon as the length word is known to be out of range
   */
  nextStartupPacket(): Uint8Array | undefined {
    const length = this.#buffer.uint32At(0);
    if (length === undefined) return undefined;
    if (length < MIN_STARTUP_PACKET_BYTES || length > MAX_STARTUP_PACKET_BYTES) {
      throw new ProtocolViolation("invalid length of startup packet");
    }
    return this.#buffer.take(length);
  }

  /**
   * The next typed message; `undefined` if more bytes are needed.
   *
   * @throws ProtocolViolation as soon as the type byte is not one that may come, or the length word
   *   is out of the range of that type
   */
  nextFrame(expecting: ExpectedFrames): FrontendFrame | undefined {
    const type = this.#buffer.byteAt(0);
    if (type === undefined) return undefined;
    const maxLength = this.#maxLengthOf(type, expecting);
    const length = this.#buffer.uint32At(1);
    if (length === undefined) return undefined;
    if (length < LENGTH_WORD_BYTES || length > maxLength) {
      throw new ProtocolViolation("invalid message length");
    }
    const bytes = this.#buffer.take(HEADER_BYTES - LENGTH_WORD_BYTES + length);
    return bytes === undefined ? undefined : { type, bytes };
  }

  #maxLengthOf(type: number, expecting: ExpectedFrames): number {
    if (expecting === "password") {
      if (type === FRONTEND_TYPE.PasswordMessage) return MAX_PASSWORD_MESSAGE_BYTES;
      throw new ProtocolViolation(`expected password response, got message type ${type}`);
    }
    const { maxMessageBytes } = this.#limits;
    switch (type) {
      case FRONTEND_TYPE.Query:
      case FRONTEND_TYPE.Parse:
      case FRONTEND_TYPE.Bind:
      case FRONTEND_TYPE.FunctionCall:
      case FRONTEND_TYPE.CopyData:
        return maxMessageBytes;
      case FRONTEND_TYPE.Close:
      case FRONTEND_TYPE.CopyDone:
      case FRONTEND_TYPE.CopyFail:
      case FRONTEND_TYPE.Describe:
      case FRONTEND_TYPE.Execute:
      case FRONTEND_TYPE.Flush:
      case FRONTEND_TYPE.Sync:
      case FRONTEND_TYPE.Terminate:
        return Math.min(MAX_SMALL_MESSAGE_BYTES, maxMessageBytes);
      default:
        throw new ProtocolViolation(`invalid frontend message type ${type}`);
    }
  }
}
