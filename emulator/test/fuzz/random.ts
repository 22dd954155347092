/** Random numbers that a seed repeats, for tests. */
export interface Random {
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  /** One of the items. */
  pick<Item>(items: readonly Item[]): Item;
  /** Random bytes. */
  bytes(count: number): Uint8Array;
}

/**
 * A generator of Marsaglia's xorshift family with 32 bits of state; good enough to spread inputs.
 *
 * @param seed a whole number; 0 stands for 1, because a state of zero would stay zero
 * @see https://www.jstatsoft.org/article/view/v008i14
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 === 0 ? 1 : seed >>> 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // The first numbers of small seeds are alike.
  for (let round = 0; round < 8; round++) next();
  const below = (limit: number): number => next() % limit;
  return {
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  };
}

/** First seed of a run: `FUZZ_SEED` if it is set, so that a failure can be repeated, else always the same. */
export function firstSeed(): number {
  return Number(process.env["FUZZ_SEED"] ?? 20_260_101);
}
