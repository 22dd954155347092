/** Whether a connection is doing something, for those who wait until it does nothing. */
export class ActivityWatch {
  #state: "busy" | "at-rest" | "over" = "busy";
  #waiting: (() => void)[] = [];

  /** `at-rest`: nothing goes on before the client says something. */
  get state(): "busy" | "at-rest" | "over" {
    return this.#state;
  }

  /** The connection has begun to wait for its client. */
  rests(): void {
    this.#enter("at-rest");
  }

  /** Something has come. */
  goesOn(): void {
    this.#state = "busy";
  }

  /** The connection has ended. */
  isOver(): void {
    this.#enter("over");
  }

  /** Resolves when the connection begins to wait the next time, or has ended. */
  untilRest(): Promise<void> {
    if (this.#state === "over") return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #enter(state: "at-rest" | "over"): void {
    this.#state = state;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
