/** Which databases have got their beginning, and which have got a part of it. */
import { join } from "node:path";
import { JsonStateFile } from "../stores/index.ts";

const FILE_NAME = "seeds.json";

interface Content {
  readonly formatVersion: 2;
  /** Databases that have their beginning. */
  readonly done: readonly string[];
  /** Databases that were new when their beginning began to run. */
  readonly begun: readonly string[];
}

/** The marks, kept beside the databases. */
export class SeedMarks {
  readonly #file: JsonStateFile<Content | readonly string[]> | undefined;
  readonly #done: Set<string>;
  readonly #begun: Set<string>;

  /**
   * @param dataDirectory `undefined` keeps them in memory
   * @throws StateFileError when the file cannot be read
   */
  constructor(dataDirectory: string | undefined) {
    this.#file =
      dataDirectory === undefined ? undefined : new JsonStateFile(join(dataDirectory, FILE_NAME));
    const content = this.#file?.read(isContent) ?? [];
    // An earlier version kept only the list of those that are done.
    const { done, begun } = isList(content) ? { done: content, begun: [] } : content;
    this.#done = new Set(done);
    this.#begun = new Set(begun);
  }

  has(key: string): boolean {
    return this.#done.has(key);
  }

  /** Whether a new database has got a part of its beginning, and nobody has used it. */
  isHalf(key: string): boolean {
    return this.#begun.has(key) && !this.#done.has(key);
  }

  /** The databases that have got a part of their beginning. */
  halves(): readonly string[] {
    return [...this.#begun].filter((key) => this.isHalf(key));
  }

  /**
   * From now on the database has nothing that counts: unless `add` or `remove` follows, it begins anew.
   *
   * @throws StateFileError when it cannot be kept
   */
  async restart(key: string): Promise<void> {
    this.#done.delete(key);
    this.#begun.add(key);
    await this.#keep();
  }

  /** @throws StateFileError when it cannot be kept; it is not marked then */
  async begin(key: string): Promise<void> {
    if (!this.#begun.has(key)) await this.#change(this.#begun, key);
  }

  /** @throws StateFileError when it cannot be kept; it is not marked then */
  async add(key: string): Promise<void> {
    await this.#change(this.#done, key);
  }

  /** @throws StateFileError when it cannot be kept */
  async remove(key: string): Promise<void> {
    const wasThere = [this.#done, this.#begun].map((marks) => marks.delete(key));
    if (wasThere.includes(true)) await this.#keep();
  }

  /**
   * Marks whether the database has its beginning.
   *
   * @throws StateFileError when it cannot be kept
   */
  async set(key: string, isDone: boolean): Promise<void> {
    if (isDone) await this.add(key);
    else await this.remove(key);
  }

  async #change(marks: Set<string>, key: string): Promise<void> {
    const wasThere = marks.has(key);
    marks.add(key);
    try {
      await this.#keep();
    } catch (error) {
      if (!wasThere) marks.delete(key);
      throw error;
    }
  }

  async #keep(): Promise<void> {
    await this.#file?.write(() => ({
      formatVersion: 2,
      done: [...this.#done],
      begun: [...this.#begun],
    }));
  }
}

function isContent(json: unknown): json is Content | readonly string[] {
  if (isList(json)) return true;
  const { formatVersion, done, begun } = (json ?? {}) as Partial<Content>;
  return formatVersion === 2 && isList(done) && isList(begun);
}

function isList(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((item) => typeof item === "string");
}
