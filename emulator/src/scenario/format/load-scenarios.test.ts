import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadScenarios } from "./load-scenarios.ts";
import { placeText } from "./yaml-file.ts";

describe("loadScenarios", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dsql-scenario-test-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function write(name: string, text: string): string {
    const file = join(directory, name);
    writeFileSync(file, text);
    return file;
  }

  function problemsOf(file: string): readonly string[] {
    return loadScenarios(file, directory).problems.map(
      ({ place, message }) => `${placeText(place)} ${message}`,
    );
  }

  test("makes a scenario of each case, with its columns as variables", () => {
    const file = write(
      "a.yaml",
      [
        "name: who",
        "variables: { role: admin, kept: 1 }",
        "rule: { text: all, source: here }",
        "cases:",
        "  - { name: first, role: app }",
        "  - { name: second, rule: { text: one, source: there } }",
        "steps:",
        "  - name: in",
        "    connect: { role: '${role}' }",
        "  - close: {}",
      ].join("\n"),
    );
    const { scenarios, problems } = loadScenarios(file, directory);
    expect(problems).toEqual([]);
    expect(
      scenarios.map(({ name, variables, rule, place }) => [name, variables, rule, place.line]),
    ).toEqual([
      ["who: first", { role: "app", kept: 1 }, { text: "all", source: "here" }, 5],
      ["who: second", { role: "admin", kept: 1 }, { text: "one", source: "there" }, 6],
    ]);
    expect(scenarios[0]?.steps.map(({ kind, name, place }) => [kind, name, place.line])).toEqual([
      ["connect", "in", 8],
      ["close", undefined, 10],
    ]);
  });

  test("puts what is included under what stands in the file and in its scenarios", () => {
    write(
      "_base.yaml",
      "variables: { a: 1, b: 1, c: 1 }\nconfig: { limits: { x: 1, y: 1 } }\nsteps: [{ close: { on: base } }]\n",
    );
    const file = write(
      "a.yaml",
      [
        "include: [_base.yaml]",
        "variables: { b: 2, c: 2 }",
        "config: { limits: { y: 2 } }",
        "scenarios:",
        "  - name: one",
        "    variables: { c: 3 }",
        "    config: { host: h }",
        "    steps: [{ close: { on: own } }]",
      ].join("\n"),
    );
    const [scenario] = loadScenarios(file, directory).scenarios;
    expect(scenario?.variables).toEqual({ a: 1, b: 2, c: 3 });
    expect(scenario?.config).toEqual({ limits: { x: 1, y: 2 }, host: "h" });
    expect(scenario?.steps.map(({ input, place }) => [input, placeText(place)])).toEqual([
      [{ on: "base" }, "_base.yaml:3:9"],
      [{ on: "own" }, "a.yaml:8:13"],
    ]);
  });

  test("takes a configuration's file from beside the scenario's", () => {
    const file = write("a.yaml", "config: dsql-emulator.yaml\nsteps: []\n");
    expect(loadScenarios(file, directory).scenarios[0]?.config).toBe(
      join(directory, "dsql-emulator.yaml"),
    );
  });

  test("tells what is wrong, with its place", () => {
    expect(problemsOf(write("a.yaml", "name: only a name\n"))).toEqual([
      "a.yaml:1:1 has neither `steps` nor `scenarios`",
    ]);
    expect(problemsOf(write("b.yaml", "include: [b.yaml]\nsteps: []\n"))).toEqual([
      "b.yaml:1:11 is an include of an include of itself",
    ]);
    expect(problemsOf(write("c.yaml", "include: [none.yaml]\nsteps: []\n"))).toEqual([
      "none.yaml:1:1 cannot be read: ENOENT",
    ]);
    expect(problemsOf(write("d.yaml", "steps: [\n"))[0]).toMatch(/^d\.yaml:2:1 /);
    expect(problemsOf(write("e.yaml", `steps: ${"[".repeat(80)}${"]".repeat(80)}\n`))).toEqual([
      "e.yaml:1:72 is nested deeper than 64 levels",
    ]);
    expect(problemsOf(write("f.yaml", "a: &a { b: *a }\nsteps: []\n"))).toEqual([
      "f.yaml:1:12 is an alias of what it stands in",
    ]);
  });
});
