// Builds dist/: compiles the sources, then makes the database snapshot that engines start from.
// With --if-needed it does only what is missing or older than its inputs.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ifNeeded = process.argv.includes("--if-needed");

/** Newest modification time (ms) of the files below a folder. */
function newestUnder(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return newest;
}

function run(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const entry = join(root, "dist", "main.js");
if (
  !ifNeeded ||
  !existsSync(entry) ||
  statSync(entry).mtimeMs < newestUnder(join(root, "emulator", "src"))
) {
  if (!ifNeeded) rmSync(join(root, "dist", "tsconfig.tsbuildinfo"), { force: true });
  run(["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
  chmodSync(entry, 0o755);
}
const snapshotMaker = join(root, "dist", "engine", "pglite", "make-snapshot.js");
if (existsSync(snapshotMaker)) run([snapshotMaker, "--if-needed"]);
