import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  clockCommand,
  envCommand,
  explainCommand,
  healthCommand,
  neededCommand,
  resetCommand,
  snapshotCommand,
  stateCommand,
  tokenCommand,
  versionCommand,
} from "./index.ts";

const DOC = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");

/** The part of the document that is about one command. */
function section(name: string): string {
  const found = DOC.split(/^## /m).find((part) => part.startsWith(`${name}\n`));
  if (found === undefined) throw new Error(`docs/cli.md has no section ${name}`);
  return found;
}

/** Options in the list of a help text, or in the first column of a section's table. */
function options(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!).sort();
}

const HELPS: readonly [string, string, readonly string[]][] = [
  [envCommand.name, envCommand.help(), ["--help", "--ready-file", "--shell"]],
  [
    tokenCommand.name,
    tokenCommand.help(),
    [
      "--access-key-id",
      "--admin",
      "--cluster",
      "--expires-in",
      "--help",
      "--host",
      "--ready-file",
      "--region",
      "--secret-access-key",
      "--session-token",
      "--user",
    ],
  ],
  [explainCommand.name, explainCommand.help(), ["--help", "--json", "--last", "--ready-file"]],
  [neededCommand.name, neededCommand.help(), ["--help", "--json", "--principal", "--ready-file"]],
  [clockCommand.name, clockCommand.help(), ["--force", "--help", "--json", "--ready-file"]],
  [
    resetCommand.name,
    resetCommand.help(),
    ["--clock", "--help", "--json", "--ready-file", "--records", "--to"],
  ],
  [snapshotCommand.name, snapshotCommand.help(), ["--help", "--json", "--ready-file"]],
  [stateCommand.name, stateCommand.help(), ["--clock", "--help", "--ready-file", "--secrets"]],
  [
    healthCommand.name,
    healthCommand.help(),
    ["--help", "--http", "--postgres", "--ready-file", "--timeout"],
  ],
  [versionCommand.name, versionCommand.help(), ["--help"]],
];

describe.each(HELPS)("%s", (name, help, expected) => {
  test("lists each of its options in its help", () => {
    expect(options(help, /^ {2}(--[a-z-]+)/gm)).toEqual(expected);
    expect(help.split("\n")[0]).toMatch(new RegExp(`^usage: dsql-emulator ${name}\\b`));
    expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  test("has each of its options, and no other, in its section of docs/cli.md", () => {
    const documented =
      name === "version"
        ? options(section(name), /`(--[a-z-]+)`/g)
        : options(section(name), /^\| `(--[a-z-]+)` /gm);
    expect(documented).toEqual(expected);
  });
});

test("docs/cli.md names every exit code and every variable that env sets", () => {
  expect(options(section("Exit codes"), /^\| (\d) /gm)).toEqual(["0", "1", "2"]);
  const source = readFileSync(new URL("./env-command.ts", import.meta.url), "utf8");
  const variables = options(source, /^ {4}([A-Z_]+): /gm);
  expect(variables).toHaveLength(21);
  expect(variables.filter((variable) => !section("env").includes(`\`${variable}\``))).toEqual([]);
});
