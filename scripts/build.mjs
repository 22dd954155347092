// Builds dist/: compiles the sources, then makes the database snapshot that engines start from.
// With --if-needed it does only what is missing or was made from other inputs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const entry = join(dist, "main.js");
const keyFile = join(dist, ".inputs");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const ifNeeded = process.argv.includes("--if-needed");

/** Key of everything that the compiled files depend on. */
function inputsKey() {
  const sources = readdirSync(join(root, "emulator", "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => join("emulator", "src", file));
  const settings = ["tsconfig.json", "tsconfig.build.json", "scripts/build.mjs"];
  const tools = ["node_modules/typescript/package.json", "node_modules/@types/node/package.json"];
  const hash = createHash("sha256");
  for (const file of [...sources, ...settings, ...tools].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file.split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function isCompiled(key) {
  return existsSync(entry) && existsSync(keyFile) && readFileSync(keyFile, "utf8") === key;
}

function compile(key) {
  mkdirSync(dist, { recursive: true });
  rmSync(keyFile, { force: true });
  const args = [compiler, "-p", "tsconfig.build.json", "--listEmittedFiles"];
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = (stdout ?? "").split("\n").filter((line) => line !== "");
  const mark = "TSFILE: ";
  const messages = lines.filter((line) => !line.startsWith(mark));
  if (messages.length > 0) process.stderr.write(`${messages.join("\n")}\n`);
  if (status !== 0) process.exit(status ?? 1);
  removeAllBut(
    new Set(
      lines
        .filter((line) => line.startsWith(mark))
        .map((line) => resolve(root, line.slice(mark.length))),
    ),
  );
  chmodSync(entry, 0o755);
  writeFileSync(keyFile, key);
}

/** What an earlier build has left behind of sources that are no more. Snapshots have a key of their own. */
function removeAllBut(emitted) {
  for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile() && !emitted.has(path) && !file.name.startsWith("snapshot-"))
      rmSync(path, { force: true });
  }
}

if (existsSync(compiler)) {
  const key = inputsKey();
  if (!ifNeeded || !isCompiled(key)) compile(key);
} else if (!existsSync(entry)) {
  process.stderr.write("cannot build dist/: the development packages are not installed\n");
  process.exit(1);
}
const snapshotMaker = join(dist, "engine", "pglite", "make-snapshot.js");
const { status } = spawnSync(process.execPath, [snapshotMaker, "--if-needed"], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
