/**
 * Script: makes the prepared snapshot that engines start from, since initdb takes seconds. It is
 * skipped with `--if-needed` when there is one for the same inputs.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import {
  INITDB_PARAMETERS,
  SETUP_STATEMENTS,
  SNAPSHOT_NAME,
  snapshotDirectories,
  snapshotFileName,
} from "./snapshot-recipe.ts";
import { packTar, type TarEntry } from "./tar-archive.ts";

/** A cluster that was shut down in order, so that engines start without recovery. */
async function makeCluster(directory: string): Promise<void> {
  const pglite = await PGlite.create({
    dataDir: directory,
    initDbStartParams: [...INITDB_PARAMETERS],
  });
  for (const statement of SETUP_STATEMENTS) await pglite.exec(statement);
  await pglite.close();
}

function readEntries(directory: string): TarEntry[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = path
        .slice(directory.length + 1)
        .split(sep)
        .join("/");
      return { name, data: entry.isDirectory() ? undefined : readFileSync(path) };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function makeSnapshot(target: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-snapshot-"));
  const partial = `${target}.${process.pid}.partial`;
  try {
    const cluster = join(scratch, "cluster");
    await makeCluster(cluster);
    writeFileSync(partial, gzipSync(packTar(readEntries(cluster)), { level: 9 }));
    renameSync(partial, target);
    removeOthers(target);
  } finally {
    rmSync(partial, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Snapshots of other inputs. */
function removeOthers(target: string): void {
  for (const name of readdirSync(dirname(target))) {
    if (SNAPSHOT_NAME.test(name) && name !== basename(target)) {
      rmSync(join(dirname(target), name), { force: true });
    }
  }
}

const [directory = "."] = snapshotDirectories();
const target = join(directory, snapshotFileName());
if (!process.argv.includes("--if-needed") || !existsSync(target)) {
  mkdirSync(directory, { recursive: true });
  await makeSnapshot(target);
}
