import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FIRST_SCENARIO } from "./first-scenario.ts";
import { objectOf } from "./json-value.ts";
import { MATCHERS } from "./match-value.ts";
import { SCENARIO_SCHEMA } from "./scenario-schema.ts";
import { STEP_SCHEMAS, type StepKind } from "./step-schemas.ts";

const DOC = readFileSync(new URL("../../../../docs/scenarios.md", import.meta.url), "utf8");

function keysOf(schema: unknown): readonly string[] {
  return Object.keys(objectOf(objectOf(schema)["properties"])).sort();
}

/** First column of a table, below a heading of any level up to the next one. */
function rowsBelow(heading: RegExp, firstColumn: string): readonly string[] {
  const section = DOC.split(/^#+ /m).find((part) => heading.test(part)) ?? "";
  const table = section.split("\n\n").find((part) => part.startsWith(`| ${firstColumn} `)) ?? "";
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!).sort();
}

describe("docs/scenarios.md", () => {
  test("shows the scenario that `init` writes", () => {
    expect(DOC).toContain(`\`\`\`yaml\n${FIRST_SCENARIO}\`\`\`\n`);
  });

  test("has the keys of the file", () => {
    expect(rowsBelow(/^The file\n/, "key")).toEqual(keysOf(SCENARIO_SCHEMA));
  });

  test("has the matchers", () => {
    const names = rowsBelow(/^What is compared\n/, "matcher").map((row) => /\$\w+/.exec(row)?.[0]);
    expect(names).toEqual([...MATCHERS].sort());
  });

  test("has the keys of the token", () => {
    const connect = objectOf(STEP_SCHEMAS.connect["properties"]);
    expect(rowsBelow(/^connect\n/, "key of `token`")).toEqual(keysOf(connect["token"]));
  });

  test.each(Object.keys(STEP_SCHEMAS) as StepKind[])("has the keys of the step %s", (kind) => {
    const heading = new RegExp(`^(?:\\w+, )*${kind}(?:, \\w+)*\\n`);
    expect(DOC.split(/^### /m).filter((part) => heading.test(part))).toHaveLength(1);
    expect(rowsBelow(heading, "key")).toEqual(keysOf(STEP_SCHEMAS[kind]));
  });
});
