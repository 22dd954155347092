/** Database directories as tar archives, and back. */

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { packTar, unpackTar } from "./tar-archive.ts";

/** Of the process that has the directory open; a database is never moved with it. */
const NOT_PACKED: ReadonlySet<string> = new Set(["postmaster.pid"]);

/** The files of a directory that nothing writes to, as an uncompressed tar. */
export function packDirectory(directory: string): Uint8Array {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => (entry.isDirectory() || entry.isFile()) && !NOT_PACKED.has(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = path
        .slice(directory.length + 1)
        .split(sep)
        .join("/");
      return { name, data: entry.isDirectory() ? undefined : readFileSync(path) };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  return packTar(entries);
}

/**
 * Makes a directory of an archive, all or nothing: the files appear under its name in one step.
 *
 * @throws Error when the directory is there, or the archive is cut short
 */
export function unpackDirectory(archive: Uint8Array, directory: string): void {
  const partial = `${directory}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  for (const { name, data } of unpackTar(archive)) {
    const path = join(partial, name);
    mkdirSync(data === undefined ? path : dirname(path), { recursive: true, mode: 0o700 });
    if (data !== undefined) writeFileSync(path, data, { mode: 0o600 });
  }
  renameSync(partial, directory);
}

/**
 * Why an archive is none of a database that this build can run; `undefined` when it is one.
 *
 * @param majorVersion of PostgreSQL
 */
export function archiveProblem(archive: Uint8Array, majorVersion: string): string | undefined {
  try {
    let version: string | undefined;
    for (const { name, data } of unpackTar(archive)) {
      if (name.startsWith("/") || name.split("/").includes("..")) {
        return `it has a file \`${name}\` outside of the database`;
      }
      if (name === "PG_VERSION" && data !== undefined)
        version = Buffer.from(data).toString().trim();
    }
    if (version === majorVersion) return undefined;
    return version === undefined
      ? "it has no PG_VERSION"
      : `it is of PostgreSQL ${version}, not ${majorVersion}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
