/** Where the data of the databases are on disk. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseLocation } from "../clusters/index.ts";
import { parseClusterIdentifier } from "../dsql/index.ts";
import { JsonStateFile } from "../stores/index.ts";

/** Name of the folder in the data directory. */
const FOLDER = "clusters";
/** Among the regions, copies of databases; of no use to another process. */
const COPIES_FOLDER = "database-copies";
/** Behind the name of a database whose data are to be removed, with the cluster. */
const MARK = ".dropping";
/** Behind the name of a database: that other data take its place, and what is marked with them. */
const REPLACEMENT = ".next.json";
/** Behind the name of a database: which hooks have run on it. */
export const HOOK_MARKS = ".hooks.json";
/** Of a database on which none has run. */
const NO_HOOK_MARKS = '{"formatVersion":1,"ran":{}}\n';
/** Behind the names of files and directories that are being written, filled or removed. */
const HALF = /\.(?:partial|next|dropped|tmp)$/;

/** What comes with the data that take the place of those of a database. */
export interface Replacement {
  /** Whether they have what the configuration declares. */
  readonly hasBegun: boolean;
  /** Which hooks have run on them; `undefined` leaves what is marked. */
  readonly hookMarks: string | undefined;
}

interface ReplacementNote extends Replacement {
  readonly formatVersion: 1;
}

/** Keeps whether a database has its beginning. */
export type MarkBeginning = (hasBegun: boolean) => Promise<void>;

/** The directories, in the data directory, or in one of their own for as long as the emulator runs. */
export class DatabaseDirectories {
  readonly #dataDirectory: string | undefined;
  #temporary: string | undefined;
  #copies = 0;

  /** @param dataDirectory `undefined` keeps nothing */
  constructor(dataDirectory: string | undefined) {
    this.#dataDirectory = dataDirectory;
  }

  /** Path of a database; it need not exist. */
  pathOf({ region, identifier }: DatabaseLocation): string {
    return join(this.#root(), region, identifier);
  }

  /** Path for a copy of a database, which lasts as long as the emulator runs at most. */
  newCopyPath(): string {
    const folder = this.#copiesFolder();
    if (this.#copies === 0) rmSync(folder, { recursive: true, force: true });
    this.#copies += 1;
    return join(folder, String(this.#copies));
  }

  /** Notes that a database is to be removed, so that this is done after a kill too. */
  markForDrop(database: DatabaseLocation): void {
    const path = this.pathOf(database);
    if (!existsSync(path)) return;
    writeFileSync(`${path}${MARK}`, "");
  }

  unmark(database: DatabaseLocation): void {
    rmSync(`${this.pathOf(database)}${MARK}`, { force: true });
  }

  /** Removes the data of a database whose engine does not run. They are gone in one step. */
  async drop(database: DatabaseLocation): Promise<void> {
    const path = this.pathOf(database);
    const aside = `${path}.dropped`;
    await rm(this.#noteOf(database).path, { force: true });
    await rm(aside, { recursive: true, force: true });
    if (existsSync(path)) renameSync(path, aside);
    await rm(`${path}${HOOK_MARKS}`, { force: true });
    this.unmark(database);
    await rm(aside, { recursive: true, force: true });
  }

  /** Path for data that are about to take the place of those of a database. */
  nextPathOf(database: DatabaseLocation): string {
    return `${this.pathOf(database)}.next`;
  }

  /**
   * Puts the data at `nextPathOf`, which are complete, in place of those of a database whose engine does
   * not run. A kill leaves all as it was, or `finish` and `finishReplacement` do the rest.
   *
   * @throws StateFileError when it cannot be noted, and all is as it was; what `finishReplacement` throws
   */
  async replace(
    database: DatabaseLocation,
    replacement: Replacement,
    mark: MarkBeginning,
  ): Promise<void> {
    await this.#noteOf(database).write(() => ({ formatVersion: 1, ...replacement }));
    await this.finishReplacement(database, mark);
  }

  /**
   * Finishes what `replace` has begun on a database whose engine does not run, if it has.
   *
   * @throws Error of the file system or of `mark`; it can be called again
   */
  async finishReplacement(database: DatabaseLocation, mark: MarkBeginning): Promise<void> {
    const note = this.#noteOf(database);
    const replacement = note.read(isReplacementNote);
    if (replacement === undefined) return;
    const [path, next] = [this.pathOf(database), this.nextPathOf(database)];
    const aside = `${path}.dropped`;
    // Without them, they are in their place already.
    if (existsSync(next)) {
      await rm(aside, { recursive: true, force: true });
      if (existsSync(path)) renameSync(path, aside);
      renameSync(next, path);
    }
    const { hasBegun, hookMarks } = replacement;
    if (hookMarks !== undefined) writeFileSync(`${path}${HOOK_MARKS}`, hookMarks, { mode: 0o600 });
    await mark(hasBegun);
    await rm(note.path);
    await rm(aside, { recursive: true, force: true });
  }

  /** Which hooks have run on a database, as the file says. */
  hookMarksOf(database: DatabaseLocation): string {
    const path = `${this.pathOf(database)}${HOOK_MARKS}`;
    return existsSync(path) ? readFileSync(path, "utf8") : NO_HOOK_MARKS;
  }

  /**
   * Finishes what a process that was killed had begun, before any engine runs.
   *
   * @param isKnown whether it was kept that a cluster uses the database
   * @param mark keeps whether a database has its beginning
   * @returns the databases that were dropped
   * @throws StateFileError when what is kept cannot be read or written
   */
  async finish(
    isKnown: (database: DatabaseLocation) => boolean,
    mark: (database: DatabaseLocation, hasBegun: boolean) => Promise<void>,
  ): Promise<readonly DatabaseLocation[]> {
    const dropped: DatabaseLocation[] = [];
    if (this.#dataDirectory === undefined) return dropped;
    const root = this.#root();
    for (const region of namesIn(root)) {
      const names = namesIn(join(root, region));
      for (const database of databasesWith(REPLACEMENT, region, names)) {
        await this.finishReplacement(database, (hasBegun) => mark(database, hasBegun));
      }
      for (const name of names.filter((name) => HALF.test(name))) {
        rmSync(join(root, region, name), { recursive: true, force: true });
      }
      for (const database of databasesWith(MARK, region, names)) {
        if (isKnown(database)) {
          this.unmark(database);
        } else {
          await this.drop(database);
          dropped.push(database);
        }
      }
    }
    return dropped;
  }

  /** Removes what is not kept. */
  async close(): Promise<void> {
    if (this.#copies > 0) await rm(this.#copiesFolder(), { recursive: true, force: true });
    if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true });
  }

  #noteOf(database: DatabaseLocation): JsonStateFile<ReplacementNote> {
    return new JsonStateFile(`${this.pathOf(database)}${REPLACEMENT}`);
  }

  #copiesFolder(): string {
    // No region and no cluster has such a name.
    return join(this.#root(), COPIES_FOLDER);
  }

  #root(): string {
    if (this.#dataDirectory !== undefined) return join(this.#dataDirectory, FOLDER);
    this.#temporary ??= mkdtempSync(join(tmpdir(), "dsql-emulator-clusters-"));
    return this.#temporary;
  }
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** The databases that have a file with this behind their name. */
function databasesWith(
  ending: string,
  region: string,
  names: readonly string[],
): readonly DatabaseLocation[] {
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => parseClusterIdentifier(name.slice(0, -ending.length)))
    .filter((identifier) => identifier !== undefined)
    .map((identifier) => ({ region, identifier }));
}

function isReplacementNote(json: unknown): json is ReplacementNote {
  const { formatVersion, hasBegun, hookMarks } = (json ?? {}) as Partial<ReplacementNote>;
  const isText = hookMarks === undefined || typeof hookMarks === "string";
  return formatVersion === 1 && typeof hasBegun === "boolean" && isText;
}
