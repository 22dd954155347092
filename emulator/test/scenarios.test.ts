/** The project's own scenarios: the specification of what the emulator does. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { REFUSALS } from "../src/auth/index.ts";
import { startEmulator } from "../src/index.ts";
import {
  type EmulatorStarter,
  failureText,
  findScenarioFiles,
  loadScenarios,
  runScenarios,
} from "../src/scenario/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const found = findScenarioFiles(["scenarios"], root);
const files = (found.kind === "found" ? found.files : []).map((file) => loadScenarios(file, root));
const scenarios = files.flatMap((file) => file.scenarios);
const byFile = files.flatMap((file) => {
  const [first] = file.scenarios;
  return first === undefined ? [] : [[first.place.file, file.scenarios] as const];
});

/** Each scenario has an emulator, and some a database: minutes on a busy machine. */
const FILE_TIMEOUT_MS = 300_000;

const start: EmulatorStarter = (configFile) =>
  startEmulator(configFile === undefined ? {} : { configFile });

describe("the scenarios", () => {
  test("can be read, all of them", () => {
    expect(files.flatMap(({ problems }) => problems)).toEqual([]);
    // Cases of one table count once.
    const names = new Set(scenarios.map(({ name }) => name.split(": ")[0]));
    expect(names.size).toBeGreaterThanOrEqual(120);
  });

  test("have names of their own, and each pins a rule with its source", () => {
    const names = scenarios.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(
      scenarios.filter(({ rule }) => rule?.confidence === undefined).map(({ name }) => name),
    ).toEqual([]);
  });

  test("cover each reason for which a connection is refused", () => {
    const expected = new Set(
      [...JSON.stringify(scenarios).matchAll(/"code":"(\w+)"/g)].map(([, code]) => code),
    );
    const missing = Object.keys(REFUSALS).filter((code) => !expected.has(code));
    expect(missing).toEqual(["internal_error"]);
  });
});

describe.each(byFile)("%s", (_file, ofFile) => {
  test(
    `does what it says (${ofFile.length} scenarios)`,
    async () => {
      const target = { kind: "own", start } as const;
      const results = await runScenarios(ofFile, { target, jobs: 2, isBailing: false });
      const failures = results.flatMap((result) =>
        result.kind === "failed" ? [`${result.scenario.name}\n${failureText(result)}`] : [],
      );
      expect(failures).toEqual([]);
      expect(results.map(({ kind }) => kind)).toEqual(ofFile.map(() => "passed"));
    },
    FILE_TIMEOUT_MS,
  );
});
