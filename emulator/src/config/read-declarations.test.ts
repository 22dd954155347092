import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AccountId } from "../dsql/index.ts";
import { ConfigurationError, type Declarations, readDeclarations } from "./index.ts";

const ACCOUNT = "123456789012" as AccountId;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "read-declarations-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function read(text: string): Declarations {
  const path = join(directory, "a.yaml");
  writeFileSync(path, text);
  return readDeclarations(path, [ACCOUNT]);
}

function problemsOf(text: string): readonly (readonly [string, string])[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, message }) => [path, message]);
  }
  return [];
}

describe("readDeclarations", () => {
  test("reads accounts and clusters; a cluster is of the first account unless it says so", () => {
    const { accounts, clusters } = read(
      [
        'accounts: [{ id: "123456789012", users: [{ name: late }] }]',
        "clusters: [{ identifier: lateclusterlateclusterlate, tags: { a: b } }]",
      ].join("\n"),
    );
    expect(accounts.map(({ accountId, users }) => [accountId, users[0]?.name])).toEqual([
      [ACCOUNT, "late"],
    ]);
    expect(clusters).toMatchObject([
      { identifier: "lateclusterlateclusterlate", accountId: ACCOUNT, tags: { a: "b" } },
    ]);
  });

  test("declares nothing of what the file does not name", () => {
    expect(read("clusters: []")).toEqual({ accounts: [], clusters: [] });
    expect(read('accounts: [{ id: "123456789012" }]').clusters).toEqual([]);
  });

  test("refuses what cannot be declared while the emulator runs, all at once", () => {
    expect(
      problemsOf(
        [
          "host: 0.0.0.0",
          'accounts: [{ id: "999999999999" }]',
          "clusters: [{ identifier: lateclusterlateclusterlate, sql: [SELECT 1] }]",
        ].join("\n"),
      ),
    ).toEqual([
      ["host", "cannot be declared here; expected accounts or clusters"],
      ["clusters[0].sql", "cannot be declared here; use a hook with SQL"],
      ["accounts", "has `999999999999`, which the configuration does not have"],
    ]);
  });

  test("refuses an unknown key and a missing file", () => {
    expect(problemsOf("clusterz: []").map(([path]) => path)).toContain("clusterz");
    const missing = join(directory, "none.yaml");
    expect(() => readDeclarations(missing, [ACCOUNT])).toThrow(
      new ConfigurationError([{ path: missing, message: "does not exist" }]),
    );
  });
});
