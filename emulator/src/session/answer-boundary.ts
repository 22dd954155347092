/** Follows the messages of an answer that comes in pieces, so that nothing is put inside of one. */

/** Type byte and length word. */
const HEADER_BYTES = 5;

/** Where an answer stands. Only lengths are looked at; the engine's messages are well formed. */
export class AnswerBoundary {
  /** Bytes of the current message's header that have come; all of them while its body comes. */
  #headerBytes = 0;
  #length = 0;
  /** Bytes of the current message's body that have not come. */
  #bodyBytes = 0;

  /** Whether the last message is complete. */
  get isBetweenMessages(): boolean {
    return this.#headerBytes === 0;
  }

  /** Takes the next piece. */
  push(piece: Uint8Array): void {
    let position = 0;
    while (position < piece.length) {
      if (this.#headerBytes < HEADER_BYTES) {
        const byte = piece[position] ?? 0;
        position += 1;
        // The type byte falls out at the left of the 32 bits.
        this.#length = ((this.#length << 8) | byte) >>> 0;
        this.#headerBytes += 1;
        if (this.#headerBytes < HEADER_BYTES) continue;
        this.#bodyBytes = this.#length - (HEADER_BYTES - 1);
      }
      const taken = Math.min(this.#bodyBytes, piece.length - position);
      position += taken;
      this.#bodyBytes -= taken;
      if (this.#bodyBytes <= 0) this.#headerBytes = 0;
    }
  }
}
