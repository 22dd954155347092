/**
 * A file of the data directory that keeps some state as JSON. It is replaced as a whole, so that a
 * process which is killed leaves either the old state or the new one.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { codeOf } from "./state-file.ts";
import { StateFileError } from "./state-file-error.ts";

/** How a file is replaced; a test gives its own. */
export type ReplaceFile = (path: string, text: string) => Promise<void>;

/** What a file is made with. */
export interface JsonStateFileOptions {
  /**
   * Told at once when a write has failed, to take back in memory what the file does not have. All who
   * had asked for a write by then get the error.
   */
  readonly onFailedWrite?: () => void;
  readonly replaceFile?: ReplaceFile;
}

/** A write that has not begun, for all who ask while another one runs. */
interface QueuedWrite {
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The file at a path. */
export class JsonStateFile<Content> {
  readonly path: string;
  readonly #onFailedWrite: () => void;
  readonly #replaceFile: ReplaceFile;
  #queued: QueuedWrite | undefined;
  #isWriting = false;

  constructor(path: string, options: JsonStateFileOptions = {}) {
    this.path = path;
    this.#onFailedWrite = options.onFailedWrite ?? (() => undefined);
    this.#replaceFile = options.replaceFile ?? replaceFile;
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
    throw this.notUnderstood();
  }

  /** The error of a file with something else in it than this version wrote. */
  notUnderstood(cause?: unknown): StateFileError {
    return new StateFileError(
      this.path,
      "is no state that this version wrote: restore it, or remove it to begin with what the configuration declares",
      { cause },
    );
  }

  /**
   * Keeps what `content` gives when the file is written; calls that come while it is written share
   * the next write.
   *
   * @throws StateFileError when it cannot be written; the file is then as it was
   */
  write(content: () => Content): Promise<void> {
    this.#queued ??= queuedWrite();
    const { done } = this.#queued;
    if (!this.#isWriting) void this.#writeAll(content);
    return done;
  }

  async #writeAll(content: () => Content): Promise<void> {
    this.#isWriting = true;
    while (this.#queued !== undefined) {
      const write = this.#queued;
      this.#queued = undefined;
      try {
        await this.#replaceFile(this.path, JSON.stringify(content()));
        write.resolve();
      } catch (error) {
        // INVARIANT: in one step, so that nobody changes what is taken back in between.
        this.#takeBack();
        write.reject(error);
        this.#refuseQueued(error);
      }
    }
    this.#isWriting = false;
  }

  #takeBack(): void {
    try {
      this.#onFailedWrite();
    } catch {
      // The old state cannot be read either; the error of the write is the one to tell.
    }
  }

  #refuseQueued(error: unknown): void {
    this.#queued?.reject(error);
    this.#queued = undefined;
  }
}

function queuedWrite(): QueuedWrite {
  let resolve: QueuedWrite["resolve"] = () => undefined;
  let reject: QueuedWrite["reject"] = () => undefined;
  const done = new Promise<void>((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  return { done, resolve, reject };
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new StateFileError(
      path,
      `cannot be written (${codeOf(error)}): make room, and let the emulator write to its data directory`,
      { cause: error },
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
