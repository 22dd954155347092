import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/**
 * The layers of the emulator and what each may import: itself, and another layer only through that
 * layer's `index.ts`. To change a row, change ARCHITECTURE.md with it and say why there.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  dsql: ["shared"],
  pgwire: ["shared"],
  sigv4: ["shared"],
  iam: ["shared"],
  sql: ["dsql", "shared"],
  clusters: ["iam", "dsql", "shared"],
  clock: ["shared"],
  faults: ["dsql", "shared"],
  hooks: [],
  auth: ["dsql", "sigv4", "iam", "shared"],
  review: ["auth", "iam", "dsql", "shared"],
  coverage: ["review", "auth", "iam", "dsql", "shared"],
  session: ["pgwire", "auth", "sql", "dsql", "shared"],
  engine: ["session", "pgwire", "dsql", "shared"],
  audit: ["auth", "session", "iam", "dsql", "shared"],
  accounts: ["stores", "iam", "shared"],
  stores: ["auth", "session", "iam", "dsql", "shared"],
  server: ["session", "pgwire", "dsql", "shared"],
  "control-plane": [
    "auth",
    "audit",
    "review",
    "coverage",
    "faults",
    "sigv4",
    "clusters",
    "iam",
    "dsql",
    "shared",
  ],
  config: ["iam", "dsql", "shared"],
  cli: ["config", "audit", "review", "coverage", "sigv4", "dsql", "shared"],
  scenario: ["cli", "config", "audit", "shared"],
  testing: ["index.ts", "cli", "audit", "auth", "faults", "dsql"],
  testcontainers: ["cli", "testing"],
};

/** Layers without I/O, packages, clock or randomness, and the `node:` modules they may use. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  dsql: [],
  pgwire: [],
  sigv4: ["node:crypto"],
  iam: [],
  sql: [],
  clusters: [],
  review: [],
  coverage: [],
};

/** The composition root and the entry points at the top, and `compose/`: they may import everything. */
const TOP_FOLDER = "compose/";
const TOP_LEVEL = [
  "main.ts",
  "start-command.ts",
  "exec-command.ts",
  "scenario-command.ts",
  "compose.ts",
  "index.ts",
];

const root = fileURLToPath(new URL("../src", import.meta.url));

function sourceFiles(): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.split(sep).join("/"));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']|(?:^|\n)import\s*["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function offence(file: string, specifier: string): string | undefined {
  const layer = file.split("/")[0] ?? "";
  const isTest = file.endsWith(".test.ts");
  if (!specifier.startsWith(".")) {
    const allowed = PURE[layer];
    if (allowed === undefined || isTest || allowed.includes(specifier)) return undefined;
    return `${file}: pure layer ${layer} may not import ${specifier}`;
  }
  const target = relative(root, resolve(root, dirname(file), specifier))
    .split(sep)
    .join("/");
  const targetLayer = target.split("/")[0] ?? "";
  if (targetLayer === layer) return undefined;
  if (isTest && target.startsWith("../test/")) return undefined;
  if (!(LAYERS[layer] ?? []).includes(targetLayer)) {
    return `${file}: ${layer} may not import ${targetLayer} (${specifier})`;
  }
  // The package's own entry point is a file of the top, not a layer.
  if (target !== "index.ts" && target !== `${targetLayer}/index.ts`) {
    return `${file}: ${targetLayer} may be imported only through its index.ts (${specifier})`;
  }
  return undefined;
}

describe("architecture", () => {
  const files = sourceFiles();

  test("each file belongs to a layer of the table, or is a composition root", () => {
    const strays = files.filter((file) =>
      file.includes("/") && !file.startsWith(TOP_FOLDER)
        ? !Object.hasOwn(LAYERS, file.split("/")[0] ?? "")
        : !file.startsWith(TOP_FOLDER) && !TOP_LEVEL.includes(file),
    );
    expect(strays).toEqual([]);
  });

  test("a layer imports only what its row allows, and only through index.ts", () => {
    const offences = files
      .filter((file) => file.includes("/") && !file.startsWith(TOP_FOLDER))
      .flatMap((file) => importsOf(file).map((specifier) => offence(file, specifier)))
      .filter((found) => found !== undefined);
    expect(offences).toEqual([]);
  });

  test("a planted violation is named", () => {
    expect(offence("pgwire/x.ts", "../session/index.ts")).toBe(
      "pgwire/x.ts: pgwire may not import session (../session/index.ts)",
    );
    expect(offence("auth/x.ts", "../iam/decision.ts")).toBe(
      "auth/x.ts: iam may be imported only through its index.ts (../iam/decision.ts)",
    );
    expect(offence("iam/x.ts", "node:fs")).toBe("iam/x.ts: pure layer iam may not import node:fs");
  });

  test("no source file is longer than 400 lines", () => {
    const long = files
      .filter((file) => !file.endsWith(".test.ts"))
      .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  test("the black-box tests import nothing of the emulator's sources", () => {
    const folder = fileURLToPath(new URL("../../sdk-tests", import.meta.url));
    const offenders = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => readFileSync(join(folder, file), "utf8").includes("emulator/src"));
    expect(offenders).toEqual([]);
  });
});
