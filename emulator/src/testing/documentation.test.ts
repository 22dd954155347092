/** `docs/testing.md` shows what is there, and its examples are the files that are run. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import * as library from "./index.ts";

const page = read("../../../docs/testing.md");

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

/** The first block of this language below this heading. */
function block(heading: string, language: string): string {
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

/** A file of `examples/` as a user would write it. */
function example(name: string): string {
  return read(`./examples/${name}`)
    .replace(/.*eslint-disable.*\n/g, "")
    .replace('"../index.ts"', '"dsql-auth-emulator/testing"');
}

describe("the page on testing", () => {
  test("has the example for Vitest as it is run", () => {
    expect(block("A whole test file, for Vitest", "ts")).toBe(example("vitest-example.test.ts"));
  });

  test("has the example for node:test as it is run", () => {
    expect(block("A whole test file, for node:test", "js")).toBe(example("node-test-example.mjs"));
  });

  test("has the example of snapshots as it is run", () => {
    expect(block("Snapshots and resets", "ts")).toBe(example("snapshot-example.test.ts"));
  });

  test("the example for node:test passes", async () => {
    const path = fileURLToPath(new URL("./examples/node-test-example.mjs", import.meta.url));
    const args = ["--import", "tsx", "--test", "--test-reporter=tap", path];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  test("names all that the library has", () => {
    const spans = page.replace(/```[\s\S]*?```/g, "").match(/`[^`]+`/g) ?? [];
    const words = new Set(spans.flatMap((span) => span.match(/\w+/g) ?? []));
    const missing = Object.keys(library).filter((name) => !words.has(name));
    expect(missing).toEqual([]);
  });

  test("has each wrong token with the reason that its docstring names", () => {
    const rows = [...page.matchAll(/^\| `(\w+)` +\| .* \| `(\w+)` +\|$/gm)];
    const shown = Object.fromEntries(rows.map(([, name = "", reason = ""]) => [name, reason]));
    const documented = Object.fromEntries(
      [...read("./tokens.ts").matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+):/g)].flatMap(
        ([, docstring = "", name = ""]) => {
          const reason = /: `(\w+)`/.exec(docstring)?.[1];
          return reason === undefined ? [] : [[name, reason] as const];
        },
      ),
    );
    const { valid: _valid, withSession: _withSession, ...wrong } = library.tokens;
    expect(Object.keys(documented).sort()).toEqual(Object.keys(wrong).sort());
    expect(shown).toEqual(documented);
  });
});
