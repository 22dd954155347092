/** Builds one message from front to back, and fills in its length at the end. */
import { InvariantViolation } from "../shared/index.ts";
import { HEADER_BYTES } from "./protocol-constants.ts";

const INITIAL_CAPACITY_BYTES = 64;
const NULL_LENGTH = 0xffffffff;
const MAX_COUNT = 0xffff;

/** A typed message under construction. Text is UTF-8; see `string` for NUL. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_CAPACITY_BYTES);
  #length = HEADER_BYTES;

  constructor(type: number) {
    this.#bytes[0] = type;
  }

  /** One byte. */
  byte(value: number): this {
    this.#view(1).setUint8(0, value);
    return this;
  }

  /** 16 bits, signed or unsigned. */
  int16(value: number): this {
    this.#view(2).setInt16(0, value);
    return this;
  }

  /** 32 bits, signed or unsigned. */
  int32(value: number): this {
    this.#view(4).setInt32(0, value);
    return this;
  }

  /** The 16-bit length of a list. */
  count(value: number): this {
    if (value > MAX_COUNT) throw new InvariantViolation(`${value} items in one message`);
    return this.int16(value);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /**
   * Text and the NUL after it. A NUL in the text would end it early and make what follows a field of
   * its own, so it is written as U+FFFD, like the surrogates that UTF-8 cannot have.
   */
  string(text: string): this {
    return this.raw(utf8Bytes(text)).byte(0);
  }

  /** A value of a row in text form, with its length before it; text as in `string`. */
  value(text: string | null): this {
    if (text === null) return this.int32(NULL_LENGTH);
    const bytes = utf8Bytes(text);
    return this.int32(bytes.length).raw(bytes);
  }

  /** The finished message, in memory of its own. */
  finish(): Uint8Array {
    const message = this.#bytes.slice(0, this.#length);
    new DataView(message.buffer).setUint32(1, message.length - 1);
    return message;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  #view(count: number): DataView {
    this.#reserve(count);
    const view = new DataView(this.#bytes.buffer, this.#length, count);
    this.#length += count;
    return view;
  }
}

function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.replaceAll("\0", "\ufffd"));
}
