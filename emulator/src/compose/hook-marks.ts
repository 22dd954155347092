/** Which SQL hooks have run on a database. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { DatabaseLocation } from "../clusters/index.ts";
import { JsonStateFile } from "../stores/index.ts";
import { HOOK_MARKS } from "./database-directories.ts";

interface Content {
  readonly formatVersion: 1;
  /** From the name of a hook to the hash of what was run. */
  readonly ran: Readonly<Record<string, string>>;
}

/** Whether a hook has run: not at all, as it is now, or with another text. */
export type RanBefore = "no" | "same" | "other";

/** The marks, beside the databases; without a data directory nothing has run before. */
export class HookMarks {
  readonly #dataDirectory: string | undefined;

  constructor(dataDirectory: string | undefined) {
    this.#dataDirectory = dataDirectory;
  }

  /** @throws StateFileError when it cannot be read */
  ranBefore(database: DatabaseLocation, name: string, text: string): RanBefore {
    const mark = this.#fileOf(database)?.read(isContent)?.ran[name];
    if (mark === undefined) return "no";
    return mark === hashOf(text) ? "same" : "other";
  }

  /** @throws StateFileError when it cannot be kept */
  async add(database: DatabaseLocation, name: string, text: string): Promise<void> {
    const file = this.#fileOf(database);
    const ran = { ...file?.read(isContent)?.ran, [name]: hashOf(text) };
    await file?.write(() => ({ formatVersion: 1, ran }));
  }

  #fileOf({ region, identifier }: DatabaseLocation): JsonStateFile<Content> | undefined {
    if (this.#dataDirectory === undefined) return undefined;
    const path = join(this.#dataDirectory, "clusters", region, `${identifier}${HOOK_MARKS}`);
    return new JsonStateFile(path);
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function isContent(json: unknown): json is Content {
  const { formatVersion, ran } = (json ?? {}) as Partial<Content>;
  return formatVersion === 1 && typeof ran === "object";
}
