/** Timers in the order in which they become due: a binary heap that any of them can leave. */

/** A timer in the queue. */
export interface DueEntry {
  /** In milliseconds of emulator time since 1970. */
  readonly atMs: number;
  readonly run: () => Promise<void> | void;
}

interface Entry extends DueEntry {
  /** Orders timers of the same moment. */
  readonly number: number;
  /** Place in the heap; -1 when it has left. */
  index: number;
}

/** Timers by their moment; those of the same moment in the order in which they came. */
export class DueQueue {
  readonly #heap: Entry[] = [];
  #entries = 0;

  /** The timer that is due first. */
  get first(): DueEntry | undefined {
    return this.#heap[0];
  }

  /**
   * Takes a timer in.
   *
   * @returns a function that takes it out, if it is still there
   */
  add(atMs: number, run: DueEntry["run"]): () => void {
    const entry = { atMs, run, number: this.#entries, index: this.#heap.length };
    this.#entries += 1;
    this.#heap.push(entry);
    this.#rise(entry);
    return () => {
      this.#remove(entry);
    };
  }

  /** Takes out the timer that is due first. */
  takeFirst(): DueEntry | undefined {
    const [first] = this.#heap;
    if (first !== undefined) this.#remove(first);
    return first;
  }

  #remove(entry: Entry): void {
    const { index } = entry;
    if (index < 0) return;
    entry.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry): void {
    for (;;) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (parent === undefined || parent === entry || !isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const smaller =
        right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (smaller === undefined || !isBefore(smaller, entry)) return;
      this.#swap(entry, smaller);
    }
  }

  #swap(one: Entry, other: Entry): void {
    const { index } = one;
    this.#place(one, other.index);
    this.#place(other, index);
  }

  #place(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.atMs === other.atMs ? one.number < other.number : one.atMs < other.atMs;
}
