/** Turns the prepared snapshot into what an engine starts from: files in memory, or a directory. */

import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { BackendSource } from "./backend.ts";
import { unpackDirectory } from "./directory-archive.ts";

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
  unpackDirectory(gunzipSync(readFileSync(snapshotFile)), dataDirectory);
}
