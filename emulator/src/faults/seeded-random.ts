const UINT32_RANGE = 4_294_967_296;

/**
 * Numbers from 0 up to, but not, 1 that are the same for the same seed: SplitMix32.
 *
 * @param seed a whole number; only its lowest 32 bits count
 * @see https://dl.acm.org/doi/10.1145/2660193.2660195
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / UINT32_RANGE;
  };
}
