import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasPython } from "../support/python.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/test-sdks.mjs", import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-sdks-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the script with a cache of its own. */
function testSdks(args: readonly string[], env: NodeJS.ProcessEnv = {}): object {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: "utf8",
    env: { ...process.env, XDG_CACHE_HOME: directory, ...env },
  });
  return { status, lines: stdout.trim().split("\n"), stderr };
}

/** A folder of one client in JavaScript without packages, which needs no registry. */
function clientThatAnswers(program: string): string {
  const client = join(directory, "clients", "odd");
  mkdirSync(client, { recursive: true });
  writeFileSync(join(client, "client.json"), JSON.stringify({ language: "javascript" }));
  writeFileSync(join(client, "package.json"), "{}");
  writeFileSync(join(client, "program.mjs"), program);
  return join(directory, "clients");
}

test("a client whose toolchain is missing is skipped with that word, and is no failure", () => {
  expect(testSdks(["go", "rust-tokio-postgres"], { PATH: directory })).toMatchObject({
    status: 0,
    lines: expect.arrayContaining([
      'skipped: go-pgx: "go version" does not answer',
      'skipped: rust-tokio-postgres: "cargo --version" does not answer',
      "0 passed, 0 failed, 16 skipped",
    ]) as object,
  });
});

test.skipIf(!hasPython)("a registry that gives nothing is no failure", () => {
  const nothing = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: "" };
  expect(testSdks(["python-psycopg"], nothing)).toMatchObject({
    status: 0,
    lines: expect.arrayContaining([
      "skipped: python-psycopg: its packages cannot be fetched: ERROR: No matching distribution found for boto3==1.44.8",
      "0 passed, 0 failed, 8 skipped",
    ]) as object,
  });
});

test("a story that is answered wrongly is a failure", () => {
  const clients = clientThatAnswers('console.log(JSON.stringify({ user: "somebody" }));');
  expect(testSdks(["--clients", clients])).toMatchObject({
    status: 1,
    lines: expect.arrayContaining(["0 passed, 8 failed, 0 skipped"]) as object,
  });
});

test("what a client does not offer is neither passed nor failed", () => {
  const clients = clientThatAnswers('console.log(JSON.stringify({ notOffered: "no reason" }));');
  expect(testSdks(["--clients", clients])).toMatchObject({
    status: 0,
    lines: expect.arrayContaining(["0 passed, 0 failed, 8 skipped"]) as object,
  });
});

test("a client that does not exist is an error of usage", () => {
  expect(testSdks(["cobol"])).toMatchObject({ status: 2, lines: [""] });
});
