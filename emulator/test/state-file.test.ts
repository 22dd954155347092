/** Exports and imports of whole emulators, and resets of databases in directories. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { CreateUserCommand, IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ConnectAs,
  connectionOptions,
  mapping,
  policy,
  principals,
  startEmulator,
  type TestEmulator,
} from "../src/testing/index.ts";

const CLUSTER = "testcluster000000000000000";
const app = principals.user("app", [policy.allow("dsql:DbConnect")]);
const asApp: ConnectAs = { role: "app", credentials: principals.credentialsOf(app) };
const CONFIG = {
  defaultUser: { secret: "fake-secret-of-the-default-user" },
  accounts: [{ id: "123456789012", users: [app] }],
  clusters: [
    {
      identifier: CLUSTER,
      databaseRoles: [mapping("app", app)],
      sql: ["CREATE TABLE seeded (id int PRIMARY KEY)", "INSERT INTO seeded VALUES (1)"],
    },
  ],
};
const IDS = "SELECT id FROM seeded ORDER BY 1";

async function ask(
  emulator: TestEmulator,
  sql: string,
  as: ConnectAs = {},
): Promise<readonly unknown[]> {
  const client = new Client(connectionOptions(emulator, as));
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

function iamOf({ http, region, credentials }: TestEmulator): IAMClient {
  return new IAMClient({ endpoint: http.url, region, credentials: { ...credentials } });
}

async function userNames(of: TestEmulator): Promise<readonly (string | undefined)[]> {
  const { Users = [] } = await iamOf(of).send(new ListUsersCommand({}));
  return Users.map(({ UserName }) => UserName).sort();
}

async function exported({ http }: TestEmulator): Promise<string> {
  return (await fetch(`${http.url}/_emulator/state/export`)).text();
}

async function importInto(
  { http }: TestEmulator,
  text: string,
): Promise<{ readonly status: number; readonly message: string | undefined }> {
  const response = await fetch(`${http.url}/_emulator/state/import`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: text,
  });
  const { error } = (await response.json()) as { readonly error?: { readonly message: string } };
  return { status: response.status, message: error?.message };
}

interface StateJson {
  readonly accounts: readonly { readonly accountId: string }[];
  readonly clusters: object;
  readonly databases: readonly { readonly identifier: string; readonly archive: string }[];
}

/** The file with another content, whose checksum is right. */
function changed(text: string, change: (state: StateJson) => object): string {
  const file = JSON.parse(text) as { readonly state: StateJson };
  const state = { ...file.state, ...change(file.state) };
  const checksum = createHash("sha256").update(JSON.stringify(state)).digest("hex");
  return JSON.stringify({ ...file, checksum, state });
}

/** The databases, with other bytes in their archives. */
function withArchive(change: (archive: Buffer) => Uint8Array): (state: StateJson) => object {
  return ({ databases }) => ({
    databases: databases.map(({ archive, ...database }) => ({
      ...database,
      archive: gzipSync(change(gunzipSync(Buffer.from(archive, "base64")))).toString("base64"),
    })),
  });
}

describe("an exported state", () => {
  let emulator: TestEmulator;
  let file: string;

  beforeAll(async () => {
    emulator = await startEmulator({ config: CONFIG });
    await iamOf(emulator).send(new CreateUserCommand({ UserName: "late" }));
    await ask(emulator, "INSERT INTO seeded VALUES (2)");
    file = await exported(emulator);
  });
  afterAll(() => emulator.stop());

  test("makes another emulator the same: IAM, rows, roles and mappings", async () => {
    await using other = await startEmulator({ config: CONFIG });
    expect(await importInto(other, file)).toEqual({ status: 200, message: undefined });
    expect(await userNames(other)).toEqual(["app", "emulator-admin", "late"]);
    expect(await ask(other, IDS)).toEqual([[1], [2]]);
    expect(await ask(other, "SELECT current_user", asApp)).toEqual([["app"]]);
  });

  test("comes into a data directory and stays there", async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), "state-file-"));
    try {
      const first = await startEmulator({ config: CONFIG, dataDirectory });
      expect(await ask(first, IDS)).toEqual([[1]]);
      expect(await importInto(first, file)).toEqual({ status: 200, message: undefined });
      expect(await ask(first, IDS)).toEqual([[1], [2]]);
      await first.stop();
      await using second = await startEmulator({ config: CONFIG, dataDirectory });
      expect(await ask(second, IDS)).toEqual([[1], [2]]);
      expect(await userNames(second)).toEqual(["app", "emulator-admin", "late"]);
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  test.each<readonly [what: string, text: () => string, message: RegExp]>([
    ["that is no JSON", () => "{", /^the request cannot be read$/],
    ["that is empty", () => "", /^the request cannot be read$/],
    ["of something else", () => '{"accounts": []}', /^this is no exported state of dsql-emulator$/],
    ["that is a list", () => "[1]", /^this is no exported state of dsql-emulator$/],
    [
      "of a later version",
      () => file.replace('"version":1', '"version":2'),
      /^the file is of version 2, this emulator reads version 1: /,
    ],
    [
      "of no version",
      () => file.replace('"version":1', '"version":"x"'),
      /^the file is of version x, which this emulator does not know$/,
    ],
    [
      "that was changed",
      () => file.replace('"late"', '"evil"'),
      /^the file is damaged or was changed: its checksum is another one$/,
    ],
    [
      "with an account that the configuration does not have",
      () =>
        changed(file, ({ accounts }) => ({
          accounts: accounts.map((account) => ({ ...account, accountId: "999999999999" })),
        })),
      /^the file has the account 999999999999, which the configuration of this emulator does not have: add it there$/,
    ],
    [
      "whose accounts have another form",
      () => changed(file, () => ({ accounts: [{}] })),
      /^its accounts cannot be used: /,
    ],
    [
      "whose clusters have another form",
      () => changed(file, () => ({ clusters: { clusters: [{}] } })),
      /^its clusters cannot be used: /,
    ],
    [
      "whose cluster has its database elsewhere on the disk",
      () =>
        changed(file, ({ clusters }) => {
          const { clusters: list } = clusters as { readonly clusters: readonly object[] };
          const database = { region: "../../elsewhere", identifier: "testcluster000000000000000" };
          return { clusters: { ...clusters, clusters: list.map((one) => ({ ...one, database })) } };
        }),
      /^its clusters cannot be used: `\.\.\/\.\.\/elsewhere` is no region$/,
    ],
    [
      "whose database is named as no cluster is",
      () =>
        changed(file, ({ clusters }) => {
          const { clusters: list } = clusters as { readonly clusters: readonly object[] };
          const database = { region: "us-east-1", identifier: ".." };
          return { clusters: { ...clusters, clusters: list.map((one) => ({ ...one, database })) } };
        }),
      /^its clusters cannot be used: `\.\.` is no identifier of a cluster$/,
    ],
    [
      "that has a database twice",
      () => changed(file, ({ databases }) => ({ databases: [...databases, ...databases] })),
      /^its list of databases cannot be used: testcluster000000000000000 stands in it twice, or no cluster has it$/,
    ],
    [
      "without databases",
      () => changed(file, () => ({ databases: undefined })),
      /^its list of databases cannot be used: it has another form$/,
    ],
    [
      "without a clock",
      () => changed(file, () => ({ clock: undefined })),
      /^its clock cannot be used: /,
    ],
    [
      "whose archive is cut",
      () =>
        changed(file, ({ databases }) => ({
          databases: databases.map((database) => ({
            ...database,
            archive: database.archive.slice(0, 5000),
          })),
        })),
      /^the database of testcluster000000000000000 cannot be used: /,
    ],
    [
      "whose archive is of another PostgreSQL",
      () =>
        changed(
          file,
          withArchive((archive) => {
            // The one file of three bytes at the top.
            const header = archive.indexOf("PG_VERSION\0");
            archive.write("17\n", header + 512);
            return archive;
          }),
        ),
      /^the database of testcluster000000000000000 cannot be used: it is of PostgreSQL 17, not 18$/,
    ],
    [
      "whose archive is cut in its tar",
      () =>
        changed(
          file,
          withArchive((archive) => archive.subarray(0, 700)),
        ),
      /^the database of testcluster000000000000000 cannot be used: /,
    ],
  ])("%s is refused, and nothing is changed", async (_what, text, message) => {
    const open = new Client(connectionOptions(emulator));
    await open.connect();
    try {
      const answer = await importInto(emulator, text());
      expect(answer.status).toBe(400);
      expect(answer.message).toMatch(message);
      expect((await open.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    } finally {
      await open.end();
    }
    expect(await userNames(emulator)).toEqual(["app", "emulator-admin", "late"]);
    expect(await ask(emulator, IDS)).toEqual([[1], [2]]);
  });
});

/** Each way back starts an engine. */
const LONG_MS = 90_000;

describe("with a data directory", () => {
  test(
    "resets reach a snapshot, the configuration and empty, and stay after a restart",
    async () => {
      const dataDirectory = mkdtempSync(join(tmpdir(), "state-file-"));
      try {
        const first = await startEmulator({ config: CONFIG, dataDirectory });
        await ask(first, "INSERT INTO seeded VALUES (2)");
        const snapshot = await first.snapshot("two");
        await ask(first, "DELETE FROM seeded");
        await iamOf(first).send(new CreateUserCommand({ UserName: "late" }));
        await snapshot.reset();
        expect(await ask(first, IDS)).toEqual([[1], [2]]);
        expect(await userNames(first)).toEqual(["app", "emulator-admin"]);
        await first.reset({ to: "empty" });
        await expect(ask(first, IDS)).rejects.toMatchObject({ code: "42P01" });
        await first.reset();
        expect(await ask(first, IDS)).toEqual([[1]]);
        await snapshot.reset();
        await ask(first, "INSERT INTO seeded VALUES (3)");
        await first.stop();
        await using second = await startEmulator({ config: CONFIG, dataDirectory });
        expect(await ask(second, IDS)).toEqual([[1], [2], [3]]);
        expect(await ask(second, "SELECT current_user", asApp)).toEqual([["app"]]);
      } finally {
        rmSync(dataDirectory, { recursive: true, force: true });
      }
    },
    LONG_MS,
  );
});
