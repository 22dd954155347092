/**
 * A file of the data directory that keeps some state as JSON. It is replaced as a whole, so that a
 * process which is killed leaves either the old state or the new one.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { codeOf } from "./state-file.ts";
import { StateFileError } from "./state-file-error.ts";

/** The file at a path. */
export class JsonStateFile<Content> {
  readonly path: string;
  #writing: Promise<void> = Promise.resolve();
  /** The write that has not begun yet, for all who ask while another one runs. */
  #next: Promise<void> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * What the file has; `undefined` if there is none.
   *
   * @param isContent whether what was read has the form that this version wrote
   * @throws StateFileError when it cannot be read or understood; it is left as it is
   */
  read(isContent: (json: unknown) => json is Content): Content | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT") return undefined;
      throw new StateFileError(
        this.path,
        `cannot be read (${code}): make it readable for the user that runs the emulator`,
        { cause: error },
      );
    }
    const json = parse(text);
    if (isContent(json)) return json;
    throw new StateFileError(
      this.path,
      "is no state that this version wrote: restore it, or remove it to begin with what the configuration declares",
    );
  }

  /**
   * Keeps what `content` gives when the file is written; calls that come while it is written share
   * the next write.
   *
   * @throws StateFileError when it cannot be written; the file is then as it was
   */
  write(content: () => Content): Promise<void> {
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#replace(content());
        return this.#writing;
      });
    return this.#next;
  }

  async #replace(content: Content): Promise<void> {
    const draft = `${this.path}.${randomUUID()}.tmp`;
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify(content));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw new StateFileError(
        this.path,
        `cannot be written (${codeOf(error)}): make room, and let the emulator write to its data directory`,
        { cause: error },
      );
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
