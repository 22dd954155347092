/**
 * Reads the body of one message from front to back, and never past its end.
 *
 * The texts of the violations are PostgreSQL's, from libpq/pqformat.c.
 */
import { latin1Text } from "./latin1.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

/** Length of a value that is NULL; the specification's. */
const NULL_LENGTH = -1;

/** A cursor on bytes; every method throws a ProtocolViolation when the bytes do not suffice. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = position;
  }

  /** Bytes that have not been read. */
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** One unsigned byte. */
  byte(): number {
    if (this.remaining < 1) throw new ProtocolViolation("no data left in message");
    return this.#view.getUint8(this.#advance(1));
  }

  /** An unsigned 16-bit number: a count. */
  count(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  /** A signed 16-bit number. */
  int16(): number {
    return this.#view.getInt16(this.#advance(2));
  }

  /** A signed 32-bit number. */
  int32(): number {
    return this.#view.getInt32(this.#advance(4));
  }

  /** An unsigned 32-bit number: an OID, a key. */
  uint32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  /** As many bytes as asked for, as a view on the message. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** The bytes before the next NUL, as a view on the message; the NUL is read too. */
  stringBytes(): Uint8Array {
    const end = this.#bytes.indexOf(0, this.#position);
    if (end < 0) throw new ProtocolViolation("invalid string in message");
    const string = this.#bytes.subarray(this.#position, end);
    this.#position = end + 1;
    return string;
  }

  /** The text before the next NUL, as Latin-1. */
  string(): string {
    return latin1Text(this.stringBytes());
  }

  /** A value with its length before it, as a view on the message; `null` for the length -1. */
  value(): Uint8Array | null {
    const length = this.int32();
    return length === NULL_LENGTH ? null : this.bytes(length);
  }

  /** A list with its length before it, a 16-bit count. */
  list<Item>(readItem: () => Item): Item[] {
    const count = this.count();
    const items: Item[] = [];
    for (let index = 0; index < count; index++) items.push(readItem());
    return items;
  }

  /** Everything that has not been read, as a view on the message. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Makes sure that everything has been read. */
  end(): void {
    if (this.remaining > 0) throw new ProtocolViolation("invalid message format");
  }

  /** Moves on, and returns the position before. */
  #advance(count: number): number {
    if (count < 0 || count > this.remaining) {
      throw new ProtocolViolation("insufficient data left in message");
    }
    const position = this.#position;
    this.#position += count;
    return position;
  }
}
