/** Rounds in which the candidates take turns, every second round in the opposite order. */

/**
 * Calls `measure(candidate)` for each candidate in each round, one after the other.
 * Resolves to the results of the rounds by candidate's name.
 */
export async function interleave(candidates, rounds, measure) {
  const results = new Map(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? candidates : candidates.toReversed();
    for (const each of order) results.get(each.name).push(await measure(each));
  }
  return results;
}

/** Runs this many loops of `work(index)` at once. */
export async function atOnce(count, work) {
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}
