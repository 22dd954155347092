import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { describe, expect, test } from "vitest";
import { CONFIG_SCHEMA } from "./config-schema.ts";
import { isObject, objectOf } from "./json-value.ts";
import { loadConfig } from "./load-config.ts";
import { START_OPTIONS } from "./start-options.ts";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
const page = readFileSync(join(docs, "configuration.md"), "utf8");

/** Every key of the schema with its default: `limits.memoryLimitMiB`, `accounts[].id`. */
function keysOf(schema: unknown, path = ""): Map<string, unknown> {
  const { properties, items, additionalProperties, then, else: otherwise } = objectOf(schema);
  const keys = new Map<string, unknown>();
  const add = (more: Map<string, unknown>): void => {
    for (const [key, value] of more) keys.set(key, value);
  };
  for (const [name, child] of Object.entries(objectOf(properties))) {
    const childPath = path === "" ? name : `${path}.${name}`;
    keys.set(childPath, objectOf(child)["default"]);
    add(keysOf(child, childPath));
  }
  if (items !== undefined) add(keysOf(items, `${path}[]`));
  // A mapping of accounts has the keys of a list of accounts.
  const isMapping = isObject(additionalProperties);
  if (isMapping)
    add(keysOf(additionalProperties, path === "accounts" ? "accounts[]" : `${path}.*`));
  add(branchKeys(then, path));
  add(branchKeys(otherwise, path));
  return keys;
}

function branchKeys(schema: unknown, path: string): Map<string, unknown> {
  return schema === undefined ? new Map<string, unknown>() : keysOf(schema, path);
}

/** Rows of the page's tables that begin with a key: `| key | type | default | meaning |`. */
function rowsOf(pattern: RegExp): (readonly string[])[] {
  return page
    .split("\n")
    .filter((line) => pattern.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
}

describe("the published schema", () => {
  test("is the one that files are checked with; `vitest run config-schema --update` writes it again", async () => {
    const file = join(docs, "dsql-emulator.schema.json");
    const options = { ...(await resolveConfig(file)), filepath: file };
    const text = await format(JSON.stringify(CONFIG_SCHEMA), options);
    await expect(text).toMatchFileSnapshot(file);
  });
});

describe("docs/configuration.md", () => {
  test("has a row for each key of the schema, with its default, and no other", () => {
    const rows = rowsOf(/^\| `[a-z]/).map(([, key, , value]) => [key, value]);
    const keys = [...keysOf(CONFIG_SCHEMA)].map(([key, value]) => [
      key,
      value === undefined ? "" : String(value as string | number | boolean),
    ]);
    expect(rows.sort()).toEqual(keys.sort());
  });

  test("has a row for each option, with its variable and default", () => {
    const rows = rowsOf(/^\| `--/).map(([, option, variable, , value]) => [
      option,
      variable,
      value,
    ]);
    expect(rows.map(([option, variable]) => [option, variable])).toEqual(
      START_OPTIONS.map(({ name, environmentVariable }) => [`--${name}`, environmentVariable]),
    );
    for (const [index, { defaultText, value }] of START_OPTIONS.entries()) {
      const expected = defaultText ?? (value.kind === "flag" ? "false;" : "none");
      expect(rows[index]?.[2]?.startsWith(expected)).toBe(true);
    }
  });

  test("has examples that the emulator takes", () => {
    const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? "");
    expect(examples.length).toBe(9);
    const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-config-"));
    try {
      for (const example of examples) {
        writeFileSync(join(directory, "dsql-emulator.yaml"), example);
        const config = loadConfig({ args: [], env: {}, workingDirectory: directory });
        expect(config.configFile).toBe(join(directory, "dsql-emulator.yaml"));
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
