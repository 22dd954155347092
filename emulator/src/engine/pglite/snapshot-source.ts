/** Turns the prepared snapshot into what an engine starts from: files in memory, or a directory. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { BackendSource } from "./backend.ts";
import { unpackTar } from "./tar-archive.ts";

/** PostgreSQL's mark of a complete cluster directory. */
const CLUSTER_MARK = "PG_VERSION";

/**
 * Reads the snapshot, or makes sure that the directory has a cluster. The caller holds the lock of
 * the directory.
 *
 * @param archive files for memory, instead of the snapshot's
 * @throws Error when the directory has something else in it
 */
export function openSnapshot(
  snapshotFile: string,
  dataDirectory: string | undefined,
  archive?: Uint8Array,
): BackendSource {
  if (dataDirectory === undefined) {
    return { kind: "memory", snapshotTar: archive ?? gunzipSync(readFileSync(snapshotFile)) };
  }
  if (!existsSync(join(dataDirectory, CLUSTER_MARK))) fillDirectory(snapshotFile, dataDirectory);
  return { kind: "directory", path: dataDirectory };
}

/** All or nothing: the files appear under the directory's name in one step. */
function fillDirectory(snapshotFile: string, dataDirectory: string): void {
  if (existsSync(dataDirectory)) {
    if (readdirSync(dataDirectory).length > 0) {
      throw new Error(`\`${dataDirectory}\` is neither empty nor a database directory`);
    }
    rmdirSync(dataDirectory);
  }
  const partial = `${dataDirectory}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  for (const { name, data } of unpackTar(gunzipSync(readFileSync(snapshotFile)))) {
    const path = join(partial, name);
    mkdirSync(data === undefined ? path : dirname(path), { recursive: true, mode: 0o700 });
    if (data !== undefined) writeFileSync(path, data, { mode: 0o600 });
  }
  renameSync(partial, dataDirectory);
}
