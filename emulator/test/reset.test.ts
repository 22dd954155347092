/** Snapshots, resets, exports and imports of a whole emulator, by real clients. */
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DSQLClient,
  GetClusterCommand,
  ListClustersCommand,
} from "@aws-sdk/client-dsql";
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
  accounts: [{ id: "123456789012", users: [app] }],
  clusters: [
    {
      identifier: CLUSTER,
      databaseRoles: [mapping("app", app)],
      sql: ["CREATE TABLE seeded (id int PRIMARY KEY)", "INSERT INTO seeded VALUES (1)"],
    },
  ],
};
const LOST = { code: "57P01" };

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator({ config: CONFIG });
});
afterAll(() => emulator.stop());

async function connect(as: ConnectAs = {}, to = emulator): Promise<Client> {
  const client = new Client(connectionOptions(to, as));
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function ask(sql: string, as: ConnectAs = {}, to = emulator): Promise<readonly unknown[]> {
  const client = await connect(as, to);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

function clientsOf({ http, region, credentials }: TestEmulator): {
  readonly iam: IAMClient;
  readonly dsql: DSQLClient;
} {
  const configuration = { endpoint: http.url, region, credentials: { ...credentials } };
  return { iam: new IAMClient(configuration), dsql: new DSQLClient(configuration) };
}

async function userNames(of = emulator): Promise<readonly (string | undefined)[]> {
  const { Users = [] } = await clientsOf(of).iam.send(new ListUsersCommand({}));
  return Users.map(({ UserName }) => UserName).sort();
}

async function clusterCount(of = emulator): Promise<number | undefined> {
  const { clusters } = await clientsOf(of).dsql.send(new ListClustersCommand({}));
  return clusters?.length;
}

/** Changes something of everything. */
async function changeAll(): Promise<void> {
  const { iam, dsql } = clientsOf(emulator);
  await iam.send(new CreateUserCommand({ UserName: "late" }));
  await dsql.send(new CreateClusterCommand({}));
  await ask("CREATE TABLE late (id int PRIMARY KEY)");
  await ask("CREATE ROLE late WITH LOGIN");
  await ask("UPDATE seeded SET id = 2");
  await ask("AWS IAM REVOKE app FROM 'arn:aws:iam::123456789012:user/app'");
  await emulator.faults.add({
    target: { operation: "iam:ListUsers" },
    effect: { error: { code: "Throttling", message: "Rate exceeded" } },
  });
}

const BOOKS = "SELECT relname FROM pg_class WHERE relname IN ('seeded', 'late') ORDER BY 1";
const ROLES = "SELECT rolname FROM pg_roles WHERE rolname IN ('app', 'late') ORDER BY 1";

describe("a reset to a snapshot", () => {
  test("brings back clusters, IAM, rows, roles, mappings, and ends the faults", async () => {
    await ask("SELECT 1", asApp);
    const users = await userNames();
    const snapshot = await emulator.snapshot("seeded");
    for (let times = 0; times < 2; times += 1) {
      await changeAll();
      await expect(connect(asApp)).rejects.toMatchObject({ code: "28000" });
      await snapshot.reset();
      expect(await userNames()).toEqual(users);
      expect(await clusterCount()).toBe(1);
      expect(await ask("SELECT id FROM seeded")).toEqual([[1]]);
      expect(await ask(BOOKS)).toEqual([["seeded"]]);
      expect(await ask(ROLES)).toEqual([["app"]]);
      expect(await ask("SELECT current_user", asApp)).toEqual([["app"]]);
    }
    await snapshot.delete();
    await expect(emulator.reset({ to: snapshot })).rejects.toThrow("there is no snapshot `seeded`");
  });

  test("ends the sessions with 57P01, with what they have open", async () => {
    await ask("INSERT INTO seeded VALUES (3)");
    const snapshot = await emulator.snapshot("open");
    const [idle, writing, running] = [await connect(), await connect(), await connect()];
    await writing.query("BEGIN");
    await writing.query("INSERT INTO seeded VALUES (4)");
    const slow = running.query("SELECT pg_sleep(30)").catch((error: unknown) => error);
    const ended = new Promise((resolve) => idle.once("error", resolve));
    await emulator.reset({ to: snapshot });
    expect(await ended).toMatchObject(LOST);
    await expect(writing.query("COMMIT")).rejects.toThrow();
    expect(await slow).toBeInstanceOf(Error);
    expect(await ask("SELECT id FROM seeded ORDER BY 1")).toEqual([[1], [3]]);
  });

  test("leaves decisions unless it is asked for more", async () => {
    const snapshot = await emulator.snapshot("records");
    await ask("SELECT 1");
    await snapshot.reset();
    expect((await emulator.decisions.list()).length).toBeGreaterThan(0);
    await snapshot.reset({ records: true });
    expect(await emulator.decisions.list()).toEqual([]);
  });

  test("leaves the clock unless it is asked for more", async () => {
    await emulator.clock.freeze();
    const then = await emulator.clock.now();
    const snapshot = await emulator.snapshot("clock");
    const later = await emulator.clock.advance("PT2H");
    await snapshot.reset();
    expect(await emulator.clock.now()).toEqual(later);
    await snapshot.reset({ clock: true });
    expect(await emulator.clock.now()).toEqual(then);
    await emulator.clock.resume();
    await emulator.reset({ clock: true });
    expect(Math.abs((await emulator.clock.now()).getTime() - Date.now())).toBeLessThan(60_000);
  });

  test("moves the clock first: what falls due later has not happened", async () => {
    await using slow = await startEmulator({
      config: { clock: { frozen: true }, clusterLifecycle: { creatingMs: 60_000 } },
    });
    const { dsql } = clientsOf(slow);
    const { identifier } = await dsql.send(new CreateClusterCommand({}));
    const statusOf = async (): Promise<unknown> =>
      (await dsql.send(new GetClusterCommand({ identifier }))).status;
    expect(await statusOf()).toBe("CREATING");
    const snapshot = await slow.snapshot("creating");
    await slow.clock.advance("PT2M");
    expect(await statusOf()).toBe("ACTIVE");
    await snapshot.reset({ clock: true });
    expect(await statusOf()).toBe("CREATING");
  });

  test("with the clock: what is due to the clusters before it does not happen", async () => {
    await using slow = await startEmulator({
      config: { clusterLifecycle: { deletingMs: 3_600_000 } },
    });
    const {
      identifier = "",
      arn = "",
      endpoint = "",
    } = await clientsOf(slow).dsql.send(
      new CreateClusterCommand({ deletionProtectionEnabled: false }),
    );
    const to = { ...slow, clusters: [{ identifier, arn, endpoint, region: slow.region }] };
    await ask("CREATE TABLE kept (id int PRIMARY KEY)", {}, to);
    await slow.clock.advance("P1D");
    const snapshot = await slow.snapshot("tomorrow");
    await slow.clock.set(new Date(), { force: true });
    await clientsOf(slow).dsql.send(new DeleteClusterCommand({ identifier }));
    await snapshot.reset({ clock: true });
    expect(await ask("SELECT count(*)::int FROM kept", {}, to)).toEqual([[0]]);
  });

  test("is one of many, and calls meanwhile find what was before or what is after", async () => {
    const snapshot = await emulator.snapshot("many");
    const calls = Array.from({ length: 20 }, async (_, number) => {
      if (number % 5 === 0) return snapshot.reset();
      // A connection that was open ends, one on its way waits.
      return ask("SELECT id FROM seeded").then(
        (rows) => {
          expect(rows).toEqual([[1]]);
        },
        (error: unknown) => {
          expect(String(error)).toMatch(/terminat/i);
        },
      );
    });
    await Promise.all(calls);
    expect(await ask("SELECT id FROM seeded")).toEqual([[1]]);
  });
});

describe("a reset to the configuration", () => {
  test("takes away everything that was made since the start; to empty, the beginning too", async () => {
    await emulator.reset();
    for (let times = 0; times < 2; times += 1) {
      await changeAll();
      await emulator.reset();
      expect(await userNames()).toEqual(["app", "emulator-admin"]);
      expect(await ask("SELECT id FROM seeded")).toEqual([[1]]);
      expect(await ask(ROLES)).toEqual([["app"]]);
      await emulator.reset({ to: "empty" });
      expect(await ask(BOOKS)).toEqual([]);
      expect(await ask(ROLES)).toEqual([]);
      expect(await userNames()).toEqual(["app", "emulator-admin"]);
      await emulator.reset({ to: "configuration" });
      expect(await ask("SELECT current_user", asApp)).toEqual([["app"]]);
    }
  });
});
