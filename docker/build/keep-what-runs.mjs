// Copies the program and its packages without what is never loaded: sources, type declarations, source maps of
// packages, tests, extensions of PostgreSQL that DSQL has not.
// keep-what-runs.mjs FROM TO
import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";

const [from, to] = process.argv.slice(2);
const NEVER_LOADED = new Set([".ts", ".cts", ".mts", ".map", ".md", ".markdown", ".flow", ".tgz"]);
const NEVER_ENTERED = new Set([
  ".bin",
  "test",
  "tests",
  "__tests__",
  "benchmarks",
  "benchmark",
  "docs",
  "examples",
]);
const PGLITE = join("node_modules", "@electric-sql", "pglite", "dist");

function isKept(path) {
  const name = basename(path);
  const place = relative(from, path).split(sep).join("/");
  if (statSync(path).isDirectory()) {
    return (
      !(place.startsWith("node_modules/") && NEVER_ENTERED.has(name)) &&
      name !== ".package-lock.json"
    );
  }
  if (/^licen[cs]e|^notice|^copying/i.test(name)) return true;
  if (place.startsWith("dist/")) return !name.endsWith(".d.ts");
  if (place.startsWith(PGLITE.split(sep).join("/"))) {
    return !name.endsWith(".tar.gz") && ![".cts", ".ts", ".map"].includes(extname(name));
  }
  return !NEVER_LOADED.has(extname(name));
}

for (const part of ["dist", "node_modules", "package.json", "LICENSE"]) {
  cpSync(join(from, part), join(to, part), {
    recursive: true,
    filter: isKept,
    verbatimSymlinks: true,
  });
}
const { version } = JSON.parse(readFileSync(join(to, "package.json"), "utf8"));
const count = readdirSync(to, { recursive: true }).length;
process.stdout.write(`version ${version}, ${count} files and folders\n`);
