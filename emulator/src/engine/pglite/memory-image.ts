/** A copy of the engine's linear memory, of those parts that are not zero. */

/** The memory is looked at in pieces of this size: the size of a WebAssembly page. */
const PIECE_BYTES = 65_536;
const ZERO_PIECE = Buffer.alloc(PIECE_BYTES);

/** The memory at one moment. */
export interface MemoryImage {
  /** What the copy takes, in bytes. */
  readonly bytes: number;
  /**
   * Makes the memory what it was; what it has grown by since is zero, as fresh memory is.
   *
   * @param memory the same one, as long as it was or longer
   */
  restore(memory: SharedArrayBuffer): void;
}

/** Copies the memory; nothing may run in it meanwhile. */
export function copyMemory(memory: SharedArrayBuffer): MemoryImage {
  const source = Buffer.from(memory);
  const starts: number[] = [];
  for (let start = 0; start < source.length; start += PIECE_BYTES) {
    if (!isZero(source, start)) starts.push(start);
  }
  const copy = Buffer.allocUnsafeSlow(starts.length * PIECE_BYTES);
  /** From the start of a piece to its place in the copy. */
  const places = new Map<number, number>();
  for (const [index, start] of starts.entries()) {
    source.copy(copy, index * PIECE_BYTES, start, start + PIECE_BYTES);
    places.set(start, index * PIECE_BYTES);
  }
  return {
    bytes: copy.length,
    restore: (current) => {
      const target = Buffer.from(current);
      for (let start = 0; start < target.length; start += PIECE_BYTES) {
        const place = places.get(start);
        if (place === undefined) {
          if (!isZero(target, start)) target.fill(0, start, start + PIECE_BYTES);
        } else if (copy.compare(target, start, start + PIECE_BYTES, place, place + PIECE_BYTES)) {
          copy.copy(target, start, place, place + PIECE_BYTES);
        }
      }
    },
  };
}

function isZero(bytes: Buffer, start: number): boolean {
  return ZERO_PIECE.compare(bytes, start, start + PIECE_BYTES) === 0;
}
