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

/** Name of the folder in the data directory. */
const FOLDER = "clusters";
/** Among the regions, copies of databases; of no use to another process. */
const COPIES_FOLDER = "database-copies";
/** Behind the name of a database whose data are to be removed, with the cluster. */
const MARK = ".dropping";
/** Behind the name of a database: which hooks have run on it. */
export const HOOK_MARKS = ".hooks.json";
/** Of a database on which none has run. */
const NO_HOOK_MARKS = '{"formatVersion":1,"ran":{}}\n';
/** Behind the names of files and directories that are being written, filled or removed. */
const HALF = /\.(?:partial|next|dropped|tmp)$/;

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
   * Puts the data at `nextPathOf` in place of those of a database whose engine does not run.
   *
   * @param hookMarks those that come with the data; `undefined` leaves those that there are
   */
  async replace(database: DatabaseLocation, hookMarks: string | undefined): Promise<void> {
    const path = this.pathOf(database);
    const aside = `${path}.dropped`;
    await rm(aside, { recursive: true, force: true });
    if (existsSync(path)) renameSync(path, aside);
    renameSync(this.nextPathOf(database), path);
    if (hookMarks !== undefined) writeFileSync(`${path}${HOOK_MARKS}`, hookMarks, { mode: 0o600 });
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
   * @returns the databases that were dropped
   */
  async finish(
    isKnown: (database: DatabaseLocation) => boolean,
  ): Promise<readonly DatabaseLocation[]> {
    const dropped: DatabaseLocation[] = [];
    if (this.#dataDirectory === undefined) return dropped;
    const root = this.#root();
    for (const region of namesIn(root)) {
      for (const name of namesIn(join(root, region))) {
        if (HALF.test(name)) rmSync(join(root, region, name), { recursive: true, force: true });
        if (!name.endsWith(MARK)) continue;
        const identifier = parseClusterIdentifier(name.slice(0, -MARK.length));
        if (identifier === undefined) continue;
        const database = { region, identifier };
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
