import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  accessCommand,
  clockCommand,
  coverageCommand,
  doctorCommand,
  envCommand,
  explainCommand,
  healthCommand,
  neededCommand,
  type OpenFileReviews,
  psqlCommand,
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

const MAIN = readFileSync(new URL("../main.ts", import.meta.url), "utf8");

/** Names in the list of commands that the program has. */
function commandNames(): readonly string[] {
  const list = /^const commands = \[\n([^\]]*)^\];/m.exec(MAIN)?.[1] ?? "";
  return [...list.matchAll(/^ {2}(\w+)Command\b/gm)].map((match) => match[1]!);
}

const noFile: OpenFileReviews = async () => {
  throw new Error("a help text opens no file");
};
const access = accessCommand(noFile);
const doctor = doctorCommand(noFile);
const psql = psqlCommand(async () => 0);

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
  [
    access.name,
    access.help(),
    [
      "--application-name",
      "--at",
      "--cluster",
      "--config",
      "--exit-code",
      "--help",
      "--json",
      "--markdown",
      "--mfa",
      "--no-mfa",
      "--principal",
      "--ready-file",
      "--role",
      "--source-ip",
    ],
  ],
  [doctor.name, doctor.help(), ["--config", "--help", "--json", "--ready-file"]],
  [
    coverageCommand.name,
    coverageCommand.help(),
    ["--fail-under", "--help", "--html", "--json", "--output", "--ready-file", "--reset"],
  ],
  [
    psql.name,
    psql.help(),
    [
      "--access-key-id",
      "--admin",
      "--cluster",
      "--help",
      "--ready-file",
      "--role",
      "--secret-access-key",
      "--session-token",
    ],
  ],
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

test("docs/cli.md has a section for each command of the program", () => {
  const names = commandNames();
  expect(names.length).toBeGreaterThan(15);
  const titles = [...DOC.matchAll(/^## (.+)$/gm)].flatMap((match) => match[1]!.split(" and "));
  expect(names.filter((name) => !titles.includes(name))).toEqual([]);
});

test("the options of each command are compared here, but for those that tests elsewhere have", () => {
  const compared = HELPS.map(([name]) => name);
  const elsewhere = ["start", "exec", "scenario"];
  expect([...compared, ...elsewhere].sort()).toEqual([...commandNames()].sort());
});
