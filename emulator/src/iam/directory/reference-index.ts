/** Who refers to what: from the key of a thing that is used to those that use it. */
export class ReferenceIndex<Referrer> {
  readonly #referrers = new Map<string, Set<Referrer>>();

  add(key: string, referrer: Referrer): void {
    const present = this.#referrers.get(key);
    if (present === undefined) this.#referrers.set(key, new Set([referrer]));
    else present.add(referrer);
  }

  remove(key: string, referrer: Referrer): void {
    const present = this.#referrers.get(key);
    present?.delete(referrer);
    if (present?.size === 0) this.#referrers.delete(key);
  }

  clear(): void {
    this.#referrers.clear();
  }

  /** In the order of adding. */
  of(key: string): ReadonlySet<Referrer> {
    return this.#referrers.get(key) ?? new Set();
  }

  countOf(key: string): number {
    return this.#referrers.get(key)?.size ?? 0;
  }
}
