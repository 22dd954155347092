import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli, writeReadyFile } from "../src/cli/index.ts";
import { startEmulator } from "../src/index.ts";
import { scenarioCommand } from "../src/scenario-command.ts";
import { fakeCliIo } from "./support/cli-io.ts";

const REFUSED = [
  "name: a wrong secret",
  "steps:",
  "  - name: nobody's secret",
  "    connect: { token: { secret: wrong }, expect: { refused: { code: CODE } } }",
  "",
].join("\n");

describe("dsql-emulator scenario", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dsql-scenario-test-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const io = fakeCliIo({ workingDirectory: directory });
    const code = await runCli([scenarioCommand], ["scenario", ...args], io);
    return { code, ...io.written };
  }

  function write(name: string, text: string): void {
    writeFileSync(join(directory, name), text);
  }

  test("has each of its options in docs/cli.md", () => {
    const doc = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
    const section = doc.split(/^## /m).find((part) => part.startsWith("scenario\n")) ?? "";
    const documented = [...section.matchAll(/^\| `(--[a-z-]+)` /gm)].map((match) => match[1]!);
    const listed = [...scenarioCommand.help().matchAll(/^ {2}(--[a-z-]+)/gm)].map(
      (match) => match[1]!,
    );
    expect(documented).toEqual(listed);
    expect(listed).toHaveLength(9);
  });

  test("runs the scenarios of a directory and writes JUnit's XML and JSON", async () => {
    write("a.yaml", REFUSED.replace("CODE", "signature_mismatch"));
    write("_part.yaml", "variables: {}\n");
    const result = await run("run", ".", "--junit", "results.xml", "--json=results.json");
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(
      /^ok {4}a\.yaml {2}a wrong secret \(\d+ ms\)\n1 passed, 0 failed in [\d.]+ s\n$/,
    );
    expect(result.code).toBe(0);
    expect(readFileSync(join(directory, "results.xml"), "utf8")).toContain(
      '<testsuite name="a.yaml" tests="1" failures="0" skipped="0"',
    );
    expect(JSON.parse(readFileSync(join(directory, "results.json"), "utf8"))).toMatchObject({
      passed: 1,
      scenarios: [{ name: "a wrong secret", file: "a.yaml", line: 1, outcome: "passed" }],
    });
  });

  test("shows a failure with its place, what was expected and seen, and the decision", async () => {
    write("a.yaml", REFUSED.replace("CODE", "iam_denied"));
    const { code, stdout } = await run("run", "a.yaml");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}a\.yaml {2}a wrong secret/);
    expect(stdout).toContain("      a.yaml:3:5: step 1, connect, nobody's secret\n");
    expect(stdout).toContain(
      '      expected: the connection to be refused with {"code":"iam_denied"}\n',
    );
    expect(stdout).toMatch(
      /seen: {5}refused with .*: code is "signature_mismatch", expected "iam_denied"\n/,
    );
    expect(stdout).toMatch(/decision:\n {8}session [a-z2-7]{26}: refused \(signature_mismatch\)\n/);
    expect(stdout).toMatch(/\n0 passed, 1 failed in [\d.]+ s\n$/);
  });

  test("ends with a failure when every scenario was skipped", async () => {
    await using emulator = await startEmulator();
    await writeReadyFile(join(directory, "ready.json"), emulator);
    write("a.yaml", "name: own\nconfig: { enforce: off }\nsteps: []\n");
    expect(await run("run", ".", "--ready-file=ready.json")).toMatchObject({
      code: 1,
      stderr:
        "dsql-emulator scenario: every scenario was skipped; leave --endpoint and --ready-file out\n",
    });
  });

  test("starts none after a failure with --bail, and reports those as skipped", async () => {
    write("a.yaml", REFUSED.replace("CODE", "iam_denied"));
    write("b.yaml", REFUSED.replace("CODE", "signature_mismatch"));
    const { code, stdout } = await run("run", ".", "--bail", "--jobs=1", "--junit=results.xml");
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n0 passed, 1 failed, 1 skipped in /);
    expect(readFileSync(join(directory, "results.xml"), "utf8")).toContain(
      '<skipped message="not started, since one before it has failed"/>',
    );
  });

  test("runs only what the filter takes", async () => {
    write("a.yaml", REFUSED.replace("CODE", "signature_mismatch"));
    write("b.yaml", REFUSED.replace("CODE", "iam_denied"));
    expect((await run("run", ".", "--filter", "a.yaml")).stdout).toMatch(
      /^ok .*\n1 passed, 0 failed in .*\n$/,
    );
    expect(await run("run", "a.yaml", "--filter", "right secret")).toEqual({
      code: 1,
      stdout: "",
      stderr: "dsql-emulator scenario: no scenario has `right secret` in its name or file\n",
    });
  });

  test("runs on an emulator that runs, and skips what has a configuration", async () => {
    await using emulator = await startEmulator();
    await writeReadyFile(join(directory, "ready.json"), emulator);
    write("a.yaml", REFUSED.replace("CODE", "signature_mismatch"));
    write("b.yaml", "name: own\nconfig: { enforce: off }\nsteps: []\n");
    const { code, stdout } = await run(
      "run",
      ".",
      "--endpoint",
      `${emulator.http.url}/`,
      "--ready-file=ready.json",
    );
    expect(stdout).toMatch(
      /^ok {4}a\.yaml.*\nskip {2}b\.yaml {2}own: has a configuration .*\n1 passed, 0 failed, 1 skipped in /,
    );
    expect(code).toBe(0);
    const connections = await fetch(`${emulator.http.url}/_emulator/connections`);
    expect(await connections.json()).toMatchObject({ recorded: 1 });
  });

  test("brings the state of a running emulator back, before each scenario and at the end", async () => {
    await using emulator = await startEmulator();
    await writeReadyFile(join(directory, "ready.json"), emulator);
    const made =
      "steps:\n  - iam: { CreateUser: { UserName: ada } }\n  - clock: { advance: PT5M }\n";
    write("a.yaml", `name: one\n${made}`);
    write("b.yaml", `name: two\n${made}`);
    const result = await run("run", ".", "--ready-file=ready.json");
    expect(result.stdout).toMatch(/\n2 passed, 0 failed in /);
    const state = await fetch(`${emulator.http.url}/_emulator/state`);
    expect(await state.text()).not.toContain("ada");
    const clock = await fetch(`${emulator.http.url}/_emulator/clock`);
    expect(await clock.json()).toMatchObject({ offsetMs: 0 });
    const snapshots = await fetch(`${emulator.http.url}/_emulator/snapshots`);
    expect(await snapshots.json()).toEqual({ snapshots: [] });
  });

  test("leaves a running emulator as it becomes with --keep-state", async () => {
    await using emulator = await startEmulator();
    await writeReadyFile(join(directory, "ready.json"), emulator);
    const made = "steps:\n  - iam: { CreateUser: { UserName: ada } }\n";
    write("a.yaml", `name: one\n${made}`);
    write("b.yaml", `name: two\n${made}`);
    const { stdout } = await run("run", ".", "--ready-file=ready.json", "--keep-state");
    expect(stdout).toMatch(/^ok {4}a\.yaml.*\nFAIL {2}b\.yaml/);
    expect(stdout).toContain("EntityAlreadyExists");
  });

  test("checks the form without running, and tells every problem", async () => {
    write("a.yaml", "steps:\n  - query: {}\n  - wait: 1\n");
    const { code, stdout, stderr } = await run("check", "a.yaml");
    expect([code, stdout]).toEqual([2, ""]);
    const lines = stderr.split("\n");
    expect(lines).toContain("a.yaml:2:12: `steps.0.query` has no `sql`");
    expect(lines).toContain("a.yaml:3:11: `steps.1` has the unknown key `wait`");
    expect(stderr).toMatch(
      /\ndsql-emulator scenario: \d problems in the files; nothing was run\n$/,
    );
    write("a.yaml", REFUSED);
    expect(await run("check", "a.yaml")).toEqual({
      code: 0,
      stdout: "1 scenarios, all of the right form\n",
      stderr: "",
    });
  });

  test("writes a first scenario, which is of the right form, and never over another one", async () => {
    expect((await run("init")).stdout).toBe(
      "scenarios/first.yaml\nrun it with: dsql-emulator scenario run scenarios/first.yaml\n",
    );
    expect((await run("check")).code).toBe(0);
    expect(await run("init")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "dsql-emulator scenario: `scenarios/first.yaml` is there already; give another name\n",
    });
  });

  test.each([
    [[], "say what to do; give run, check or init"],
    [["rn"], "`rn` is not understood; give run, check or init"],
    [["run", "none"], "there is no `none`; write a first one with `dsql-emulator scenario init`"],
    [["run", "a.yaml", "--jobs", "0"], "--jobs is `0`; give a whole number from 1 to 64"],
    [
      ["run", "a.yaml", "--endpoint", "localhost"],
      "--endpoint is `localhost`; give a URL such as http://127.0.0.1:9432",
    ],
    [["run", "a.yaml", "--keep-state"], "--keep-state is for a running emulator; give --endpoint"],
    [["init", "a", "b"], "init writes one file; give one name"],
  ])("does not take %j", async (args, message) => {
    write("a.yaml", REFUSED);
    expect(await run(...args)).toEqual({
      code: 2,
      stdout: "",
      stderr: `dsql-emulator scenario: ${message}\n`,
    });
  });
});
