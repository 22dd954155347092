import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { describe, expect, test } from "vitest";
import { checkScenarioFile } from "./check-scenario-file.ts";
import { FIRST_SCENARIO } from "./first-scenario.ts";
import { SCENARIO_SCHEMA } from "./scenario-schema.ts";
import { parseYaml, placeText } from "./yaml-file.ts";

function problemsOf(text: string): readonly string[] {
  const parsed = parseYaml(text, "x.yaml");
  const problems = parsed.kind === "read" ? checkScenarioFile(parsed) : parsed.problems;
  return problems.map(({ place, message }) => `${placeText(place)} ${message}`);
}

describe("the schema of scenarios", () => {
  test("is published; `vitest run scenario-schema --update` writes it again", async () => {
    const file = fileURLToPath(
      new URL("../../../../docs/dsql-scenario.schema.json", import.meta.url),
    );
    const options = { ...(await resolveConfig(file)), filepath: file };
    const text = await format(JSON.stringify(SCENARIO_SCHEMA), options);
    await expect(text).toMatchFileSnapshot(file);
  });

  test("takes the first scenario that `init` writes", () => {
    expect(problemsOf(FIRST_SCENARIO)).toEqual([]);
  });

  test("names unknown keys and missing ones with their places", () => {
    expect(problemsOf("name: x\nstep: []\nsteps:\n  - query: { sqll: SELECT 1 }\n")).toEqual([
      "x.yaml:2:7 the file has the unknown key `step`",
      "x.yaml:4:12 `steps.0.query` has no `sql`",
      "x.yaml:4:20 `steps.0.query` has the unknown key `sqll`",
    ]);
  });

  test("wants exactly one kind for each step", () => {
    const kinds =
      "connect, query, close, break, closed, iam, sts, dsql, clock, fault, event, state, http";
    expect(problemsOf("steps:\n  - name: nothing\n  - { close: {}, break: {} }\n")).toEqual([
      `x.yaml:2:5 \`steps.0\` must have exactly one of ${kinds}`,
      `x.yaml:3:5 \`steps.1\` must have exactly one of ${kinds}`,
    ]);
  });

  test("lets a variable stand for a value of any type", () => {
    const step = "  - connect: { token: '${token}', expect: '${expected}' }\n";
    expect(problemsOf(`steps:\n${step}`)).toEqual([]);
    expect(problemsOf("steps:\n  - connect: { token: text }\n")).toEqual([
      "x.yaml:2:23 `steps.0.connect.token` must be object",
    ]);
  });
});
