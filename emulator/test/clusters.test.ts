import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DSQLClient,
  GetClusterCommand,
  PutClusterPolicyCommand,
  UpdateClusterCommand,
  waitUntilClusterActive,
} from "@aws-sdk/client-dsql";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningEmulator, startEmulator } from "../src/index.ts";

function clientOf({ http, credentials }: RunningEmulator, region = "us-east-1"): DSQLClient {
  return new DSQLClient({ endpoint: http.url, region, credentials: { ...credentials } });
}

/** Makes a cluster and waits until it is ACTIVE. Resolves with its id and host name. */
async function create(
  dsql: DSQLClient,
  input: ConstructorParameters<typeof CreateClusterCommand>[0] = {},
): Promise<{ identifier: string; arn: string; endpoint: string }> {
  const made = await dsql.send(new CreateClusterCommand(input));
  const { identifier = "", arn = "", endpoint = "", status } = made;
  expect(status).toBe("CREATING");
  if (input.multiRegionProperties === undefined) {
    await waitUntilClusterActive({ client: dsql, maxWaitTime: 30 }, { identifier });
  }
  return { identifier, arn, endpoint };
}

async function connect(emulator: RunningEmulator, hostname: string): Promise<Client> {
  const region = hostname.split(".")[2] ?? "";
  const credentials = { ...emulator.credentials };
  // Good for a week, so that the clock may be moved.
  const signer = new DsqlSigner({ hostname, region, credentials, expiresIn: 604_800 });
  const client = new Client({
    ...emulator.postgres,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { ca: readFileSync(emulator.caCertificate), servername: hostname },
  });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function rowsOf(emulator: RunningEmulator, hostname: string, sql: string): Promise<unknown> {
  const client = await connect(emulator, hostname);
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

/** What a client is refused with. */
async function refusal(emulator: RunningEmulator, hostname: string): Promise<unknown> {
  try {
    await (await connect(emulator, hostname)).end();
    return "admitted";
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message?: string; hint?: string };
    return { code, message, hint };
  }
}

describe("clusters of a running emulator", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test("a cluster that the API made is connected to, is there after a restart, and ends with its sessions and data", async () => {
    const dataDirectory = join(directory, "data");
    const first = await startEmulator({ dataDirectory });
    const { identifier, endpoint } = await create(clientOf(first), { tags: { team: "blue" } });
    await rowsOf(first, endpoint, "CREATE TABLE kept (id int PRIMARY KEY)");
    await first.stop();

    await using second = await startEmulator({ dataDirectory });
    expect(second.clusters.map((cluster) => cluster.identifier)).toContain(identifier);
    expect(await rowsOf(second, endpoint, "SELECT count(*)::int AS n FROM kept")).toEqual([
      { n: 0 },
    ]);
    const files = join(dataDirectory, "clusters", "us-east-1", identifier);
    expect(existsSync(files)).toBe(true);
    const open = await connect(second, endpoint);
    const ended = new Promise((resolve) => open.once("end", resolve));
    await clientOf(second).send(
      new UpdateClusterCommand({ identifier, deletionProtectionEnabled: false }),
    );
    await clientOf(second).send(new DeleteClusterCommand({ identifier }));
    await ended;
    await expect.poll(() => existsSync(files)).toBe(false);
    await expect(
      clientOf(second).send(new GetClusterCommand({ identifier })),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("the two clusters of a multi-Region pair are two endpoints of one database", async () => {
    await using emulator = await startEmulator();
    const [east, west] = [clientOf(emulator), clientOf(emulator, "us-east-2")];
    const witness = { witnessRegion: "us-west-2" };
    const one = await create(east, { multiRegionProperties: witness });
    const two = await create(west, {
      multiRegionProperties: { ...witness, clusters: [one.arn] },
    });
    await east.send(
      new UpdateClusterCommand({
        identifier: one.identifier,
        multiRegionProperties: { ...witness, clusters: [two.arn] },
      }),
    );
    await waitUntilClusterActive({ client: east, maxWaitTime: 30 }, { identifier: one.identifier });
    await waitUntilClusterActive({ client: west, maxWaitTime: 30 }, { identifier: two.identifier });
    await rowsOf(emulator, one.endpoint, "CREATE TABLE shared (id int PRIMARY KEY)");
    await rowsOf(emulator, one.endpoint, "INSERT INTO shared VALUES (7)");
    expect(await rowsOf(emulator, two.endpoint, "SELECT id FROM shared")).toEqual([{ id: 7 }]);
  });

  test("a policy that the API gives to a cluster decides on the next connection", async () => {
    await using emulator = await startEmulator();
    const dsql = clientOf(emulator);
    const { identifier, arn, endpoint } = await create(dsql);
    expect(await refusal(emulator, endpoint)).toBe("admitted");
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "VpcOnly",
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
          Resource: "*",
          Condition: { Null: { "aws:SourceVpc": "true" } },
        },
      ],
    });
    await dsql.send(new PutClusterPolicyCommand({ identifier, policy }));
    expect(await refusal(emulator, endpoint)).toMatchObject({
      code: "08006",
      hint: `User: arn:aws:iam::123456789012:user/emulator-admin is not authorized to perform: dsql:DbConnectAdmin on resource: ${arn} with an explicit deny in a resource-based policy`,
    });
  });

  test("as many engines run as may, and a sleeping one wakes with its data", async () => {
    const configFile = join(directory, "dsql-emulator.json");
    writeFileSync(configFile, JSON.stringify({ clusters: [], limits: { maxRunningEngines: 1 } }));
    const started: string[] = [];
    await using emulator = await startEmulator({
      configFile,
      onEvent: (event) => {
        if (event.kind === "engine") started.push(`${event.event.type} ${event.database}`);
      },
    });
    const dsql = clientOf(emulator);
    const [one, two] = [await create(dsql), await create(dsql)];
    await rowsOf(emulator, one.endpoint, "CREATE TABLE of_one (id int PRIMARY KEY)");
    await rowsOf(emulator, two.endpoint, "SELECT 1");
    expect(
      await rowsOf(emulator, one.endpoint, "SELECT to_regclass('of_one')::text AS name"),
    ).toEqual([{ name: "of_one" }]);
    expect(started).toEqual([
      `engine-started us-east-1/${one.identifier}`,
      `engine-started us-east-1/${two.identifier}`,
      `engine-started us-east-1/${one.identifier}`,
    ]);
  });

  test("a cluster that nobody used sleeps, wakes for who may connect, and says so", async () => {
    const configFile = join(directory, "dsql-emulator.json");
    const inactiveAfterMs = 3_600_000;
    writeFileSync(configFile, JSON.stringify({ clusterLifecycle: { inactiveAfterMs } }));
    await using emulator = await startEmulator({ configFile });
    const endpoint = emulator.clusters[0]?.endpoint ?? "";
    await fetch(`${emulator.http.url}/_emulator/clock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ advance: "PT2H" }),
    });
    expect(await refusal(emulator, endpoint)).toMatchObject({
      code: "08006",
      message: "unable to accept connection, waking up cluster, please retry later",
    });
    expect(await refusal(emulator, endpoint)).toBe("admitted");
  });

  test("a database begins with its roles, mappings and statements, once", async () => {
    const configFile = join(directory, "dsql-emulator.json");
    const identifier = "a".repeat(26);
    const cluster = {
      identifier,
      databaseRoles: [{ name: "app", arns: ["arn:aws:iam::123456789012:role/app"] }],
      sql: ["CREATE TABLE notes (id int PRIMARY KEY); GRANT SELECT ON notes TO app"],
    };
    writeFileSync(configFile, JSON.stringify({ clusters: [cluster] }));
    const dataDirectory = join(directory, "data");
    const endpoint = `${identifier}.dsql.us-east-1.on.aws`;
    const sql =
      "SELECT pg_role_name AS role, arn, has_table_privilege(pg_role_name, 'notes', 'SELECT') AS reads FROM sys.iam_pg_role_mappings";
    const expected = [{ role: "app", arn: "arn:aws:iam::123456789012:role/app", reads: true }];
    for (let start = 0; start < 2; start += 1) {
      await using emulator = await startEmulator({ configFile, dataDirectory });
      expect(await rowsOf(emulator, endpoint, sql)).toEqual(expected);
    }
  });

  test("a database whose beginning fails is not connected to, and says which statement it is", async () => {
    const configFile = join(directory, "dsql-emulator.json");
    const identifier = "a".repeat(26);
    const sql = ["SELECT 1", "SELECT * FROM nowhere"];
    writeFileSync(configFile, JSON.stringify({ clusters: [{ identifier, sql }] }));
    await using emulator = await startEmulator({ configFile });
    expect(await refusal(emulator, `${identifier}.dsql.us-east-1.on.aws`)).toMatchObject({
      code: "XX000",
      message:
        'emulator: the database cannot begin as the configuration says: relation "nowhere" does not exist in: SELECT * FROM nowhere',
    });
  });
});
