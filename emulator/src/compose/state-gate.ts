/**
 * Keeps what changes the emulator's state as a whole apart from everything that reads or changes parts of
 * it: the one waits until the others are done, and while it runs the others wait.
 */

/** Ends what was entered; safe to call twice. */
export type Leave = () => void;

/** The gate; open at first. */
export class StateGate {
  readonly #inside = new Set<Leave>();
  #last: Promise<unknown> = Promise.resolve();
  /** Resolves when the gate opens; `undefined` while it is open. */
  #closed: Promise<unknown> | undefined;
  #onEmpty: () => void = () => undefined;

  /** Enters, when the gate is open. */
  async enter(): Promise<Leave> {
    while (this.#closed !== undefined) await this.#closed;
    const leave = (): void => {
      if (this.#inside.delete(leave) && this.#inside.size === 0) this.#onEmpty();
    };
    this.#inside.add(leave);
    return leave;
  }

  /** Runs with nobody inside, one after the other. */
  exclusively<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(() => this.#runAlone(run));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #runAlone<Result>(run: () => Promise<Result>): Promise<Result> {
    let open: () => void = () => undefined;
    this.#closed = new Promise<void>((resolve) => {
      open = resolve;
    });
    try {
      if (this.#inside.size > 0) {
        await new Promise<void>((resolve) => {
          this.#onEmpty = resolve;
        });
      }
      return await run();
    } finally {
      this.#onEmpty = () => undefined;
      this.#closed = undefined;
      open();
    }
  }
}
