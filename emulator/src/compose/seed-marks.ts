/** Which databases have got their beginning. */
import { join } from "node:path";
import { JsonStateFile } from "../stores/index.ts";

const FILE_NAME = "seeds.json";

/** The databases, kept beside them. */
export class SeedMarks {
  readonly #file: JsonStateFile<readonly string[]> | undefined;
  readonly #keys: Set<string>;

  /**
   * @param dataDirectory `undefined` keeps them in memory
   * @throws StateFileError when the file cannot be read
   */
  constructor(dataDirectory: string | undefined) {
    this.#file =
      dataDirectory === undefined ? undefined : new JsonStateFile(join(dataDirectory, FILE_NAME));
    this.#keys = new Set(this.#file?.read(isListOfTexts));
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** @throws StateFileError when it cannot be kept */
  async add(key: string): Promise<void> {
    this.#keys.add(key);
    await this.#file?.write(() => [...this.#keys]);
  }

  /** @throws StateFileError when it cannot be kept */
  async remove(key: string): Promise<void> {
    if (this.#keys.delete(key)) await this.#file?.write(() => [...this.#keys]);
  }
}

function isListOfTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((item) => typeof item === "string");
}
