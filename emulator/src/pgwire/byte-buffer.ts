/**
 * Bytes that arrive in chunks of any size and are taken in pieces of other sizes.
 *
 * Every byte is copied once on its way in and once on its way out, however the chunks fall, plus a
 * constant factor for growth; an empty buffer holds no memory.
 */

/** Smallest allocation, in bytes; our choice, room for the messages of a usual round trip. */
const MIN_CAPACITY_BYTES = 1024;

const NOTHING = new Uint8Array(0);

/** A queue of bytes; see the file header. */
export class ByteBuffer {
  #bytes = NOTHING;
  #start = 0;
  #end = 0;

  /** Number of bytes that were put and not taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies the chunk to the end. */
  put(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoomFor(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The byte at an offset from the front, or `undefined` if it has not arrived. */
  byteAt(offset: number): number | undefined {
    return offset < this.length ? this.#bytes[this.#start + offset] : undefined;
  }

  /** The unsigned big-endian 32-bit number at an offset from the front, or `undefined` if it has not arrived. */
  uint32At(offset: number): number | undefined {
    let value = 0;
    for (let position = offset; position < offset + 4; position++) {
      const byte = this.byteAt(position);
      if (byte === undefined) return undefined;
      value = value * 256 + byte;
    }
    return value;
  }

  /** Takes bytes from the front, as a copy with its own memory; `undefined` if there are fewer. */
  take(count: number): Uint8Array | undefined {
    if (count > this.length) return undefined;
    const taken = this.#bytes.slice(this.#start, this.#start + count);
    this.#start += count;
    if (this.#start === this.#end) this.#reset();
    return taken;
  }

  #reset(): void {
    this.#bytes = NOTHING;
    this.#start = 0;
    this.#end = 0;
  }

  // INVARIANT: a move costs at most as much as the bytes taken since the last one or doubles the
  // capacity, so moves cost in total no more than the bytes that went through.
  #makeRoomFor(count: number): void {
    const needed = this.length + count;
    const live = this.#bytes.subarray(this.#start, this.#end);
    if (needed <= this.#bytes.length && this.#start >= this.length) {
      this.#bytes.set(live, 0);
    } else {
      const grown = new Uint8Array(Math.max(MIN_CAPACITY_BYTES, needed, this.length * 2));
      grown.set(live, 0);
      this.#bytes = grown;
    }
    this.#end = this.length;
    this.#start = 0;
  }
}
