/**
 * What single databases hold, taken and brought back: of a database in memory an image, of one in a
 * directory a copy of it. What comes back quickly is an image that the running engine still has; everything
 * else starts the engine anew, when the database is asked for.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { DatabaseLocation } from "../clusters/index.ts";
import {
  copyDirectory,
  type DatabaseImage,
  lockDirectory,
  packDirectory,
  type PgliteEngine,
  unpackDirectory,
} from "../engine/index.ts";
import type { DatabaseDirectories, Replacement } from "./database-directories.ts";
import type { EnginePool } from "./engine-pool.ts";
import type { SeedMarks } from "./seed-marks.ts";
import type { BeginningImages, BeginningMoment } from "./seeded-engine.ts";

/** What a database held at one moment. */
export type DatabaseState =
  /** Its engine had not started, and there were no data: it is as it begins. */
  | { readonly kind: "beginning"; readonly moment: BeginningMoment }
  | { readonly kind: "image"; readonly image: DatabaseImage }
  | {
      readonly kind: "directory";
      readonly path: string;
      /** Whether it has what the configuration declares. */
      readonly hasBegun: boolean;
      /** Which hooks have run on it. */
      readonly hookMarks: string;
    };

/** Takes and brings back what databases hold. */
export interface DatabaseStates {
  /**
   * Takes what a database holds, once no transaction is open.
   *
   * @throws Error when a transaction is open for too long, or the copy fails
   */
  take(database: DatabaseLocation): Promise<DatabaseState>;
  /**
   * Brings a database back; the sessions that it has end.
   *
   * @throws Error when it cannot be brought back
   */
  bringBack(database: DatabaseLocation, state: DatabaseState): Promise<void>;
  /** The files as an uncompressed tar; `undefined` when there were none. */
  archiveOf(state: DatabaseState): Uint8Array | undefined;
  /** Frees what is kept of it. */
  discard(state: DatabaseState): Promise<void>;
}

/** What it works with. */
export interface DatabaseStatesParts {
  readonly pool: EnginePool;
  readonly marks: SeedMarks;
  readonly beginnings: Beginnings;
  keyOf(database: DatabaseLocation): string;
  engineOf(database: DatabaseLocation): PgliteEngine;
  /** `undefined` of a database in memory. */
  directoryOf(database: DatabaseLocation): string | undefined;
  readonly directories: Pick<
    DatabaseDirectories,
    "drop" | "finishReplacement" | "hookMarksOf" | "newCopyPath" | "nextPathOf" | "replace"
  >;
}

/** Images of databases in memory at their beginning; they are taken once somebody has asked for a reset. */
export class Beginnings {
  readonly #wanted = new Set<BeginningMoment>();
  readonly #images = new Map<string, DatabaseImage>();

  /** From now on, engines that start keep an image of this moment. */
  want(moment: BeginningMoment): void {
    this.#wanted.add(moment);
  }

  find(key: string, moment: BeginningMoment): DatabaseImage | undefined {
    return this.#images.get(`${moment} ${key}`);
  }

  /** Those of one database. */
  imagesOf(key: string): BeginningImages {
    return {
      wants: (moment) => this.#wanted.has(moment),
      keep: (moments, image) => {
        for (const moment of moments) {
          this.find(key, moment)?.discard();
          this.#images.set(`${moment} ${key}`, image);
        }
      },
    };
  }
}

/** Makes it. */
export function databaseStates(parts: DatabaseStatesParts): DatabaseStates {
  const { pool, marks, beginnings, directories } = parts;

  async function takeDirectory(database: DatabaseLocation, from: string): Promise<DatabaseState> {
    const key = parts.keyOf(database);
    const path = directories.newCopyPath();
    if (pool.isRunning(key)) {
      await parts.engineOf(database).copyFiles(path);
    } else if (existsSync(from) && !marks.isHalf(key)) {
      await pool.whileStopped(key, async () => {
        const unlock = lockDirectory(from);
        try {
          copyDirectory(from, path);
        } finally {
          unlock();
        }
      });
    } else {
      return { kind: "beginning", moment: marks.has(key) ? "empty" : "configuration" };
    }
    const hookMarks = directories.hookMarksOf(database);
    return { kind: "directory", path, hasBegun: marks.has(key), hookMarks };
  }

  async function toBeginning(database: DatabaseLocation, moment: BeginningMoment): Promise<void> {
    const key = parts.keyOf(database);
    const directory = parts.directoryOf(database);
    const image = beginnings.find(key, moment);
    if (directory === undefined) beginnings.want(moment);
    if (pool.isRunning(key) && image !== undefined) {
      await parts.engineOf(database).restoreImage(image);
      return;
    }
    await pool.whileStopped(key, async () => {
      if (directory !== undefined) {
        await marks.restart(key);
        await directories.drop(database);
      }
      await marks.set(key, moment === "empty");
    });
  }

  async function toFiles(
    database: DatabaseLocation,
    { hasBegun, hookMarks }: Replacement,
    fill: (directory: string) => void,
  ): Promise<void> {
    const key = parts.keyOf(database);
    const mark = (is: boolean): Promise<void> => marks.set(key, is);
    await pool.whileStopped(key, async () => {
      const next = directories.nextPathOf(database);
      // What an error has interrupted.
      await directories.finishReplacement(database, mark);
      await rm(next, { recursive: true, force: true });
      fill(next);
      await directories.replace(database, { hasBegun, hookMarks }, mark);
    });
  }

  function archiveOf(state: DatabaseState): Uint8Array | undefined {
    switch (state.kind) {
      case "beginning":
        return undefined;
      case "image":
        return state.image.archive;
      case "directory":
        return packDirectory(state.path);
    }
  }

  return {
    take: async (database) => {
      const directory = parts.directoryOf(database);
      if (directory !== undefined) return takeDirectory(database, directory);
      const key = parts.keyOf(database);
      if (pool.isRunning(key)) {
        return { kind: "image", image: await parts.engineOf(database).saveImage() };
      }
      return { kind: "beginning", moment: marks.has(key) ? "empty" : "configuration" };
    },
    bringBack: async (database, state) => {
      const directory = parts.directoryOf(database);
      if (state.kind === "beginning") {
        await toBeginning(database, state.moment);
      } else if (directory === undefined) {
        // The files of a directory can become those of a database in memory, too.
        const archive = archiveOf(state) ?? new Uint8Array();
        const image = state.kind === "image" ? state.image : filesOnly(archive);
        await parts.engineOf(database).restoreImage(image);
      } else if (state.kind === "image") {
        await toFiles(database, { hasBegun: true, hookMarks: undefined }, (to) => {
          unpackDirectory(state.image.archive, to);
        });
      } else {
        await toFiles(database, state, (to) => {
          copyDirectory(state.path, to);
        });
      }
    },
    archiveOf,
    discard: async (state) => {
      if (state.kind === "image") state.image.discard();
      if (state.kind === "directory") await rm(state.path, { recursive: true, force: true });
    },
  };
}

/** An image that no engine has in its memory. */
export function filesOnly(archive: Uint8Array): DatabaseImage {
  return { archive, bytes: archive.length, discard: () => undefined };
}
