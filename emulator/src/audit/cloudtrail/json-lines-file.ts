/** A file that lines are appended to; trouble with it stops nothing. */
import { appendFile } from "node:fs/promises";

/** Characters that wait to be written; what comes above is left out. Our choice. */
const MAX_WAITING_CHARACTERS = 16_777_216;

/** Appends lines, in order, without holding up who gives them. */
export class JsonLinesFile {
  readonly #path: string;
  readonly #onProblem: (message: string) => void;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #writing: Promise<void> | undefined;
  #isFailing = false;

  /** `onProblem` is told once when lines begin to be lost, and again when that begins anew. */
  constructor(path: string, onProblem: (message: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
  }

  /** Appends a line, which has no newline; never throws. */
  append(line: string): void {
    if (this.#waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
      this.#fails("it is written too slowly");
      return;
    }
    this.#waiting.push(`${line}\n`);
    this.#waitingCharacters += line.length;
    this.#writing ??= this.#write();
  }

  /** Resolves when everything that was appended is written or lost. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join("");
      this.#waiting = [];
      this.#waitingCharacters = 0;
      try {
        await appendFile(this.#path, text, { mode: 0o600 });
        this.#isFailing = false;
      } catch (error) {
        this.#fails(error instanceof Error ? error.message : String(error));
      }
    }
    this.#writing = undefined;
  }

  #fails(reason: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#onProblem(`events are not written to ${this.#path}: ${reason}`);
  }
}
