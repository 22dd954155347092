/** What passes with the emulator's clock, end to end. */
import { readFileSync } from "node:fs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { type RunningEmulator, startEmulator } from "../src/index.ts";

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A client whose token is good for a week, so that only what a test is about comes to its end. */
async function clientOf(
  emulator: RunningEmulator,
  credentials: Keys = { ...emulator.credentials },
): Promise<Client> {
  const hostname = emulator.clusters[0]?.endpoint ?? "";
  const expiresIn = 604_800;
  const signer = new DsqlSigner({ hostname, region: emulator.region, credentials, expiresIn });
  const client = new Client({
    ...emulator.postgres,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { ca: readFileSync(emulator.caCertificate), servername: hostname },
  });
  return client;
}

async function moveClock(emulator: RunningEmulator, change: object): Promise<unknown> {
  const response = await fetch(`${emulator.http.url}/_emulator/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(change),
  });
  return response.json();
}

/** What a client sees of the end of its connection. */
function endOf(client: Client): Promise<string> {
  return new Promise((resolve) => {
    client.on("error", (error: Error & { code?: string }) => {
      resolve(`error ${error.code ?? error.message}`);
    });
    client.once("end", () => {
      resolve("end");
    });
  });
}

describe("when the clock is moved", () => {
  test("a session of an hour is closed without a word, and a new one opens", async () => {
    await using emulator = await startEmulator();
    const client = await clientOf(emulator);
    await client.connect();
    const end = endOf(client);
    await moveClock(emulator, { advance: "PT59M" });
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    const moved = await moveClock(emulator, { advance: "PT2M" });
    expect(moved).toMatchObject({ frozen: false });
    // node-postgres calls an end that it did not ask for an error.
    expect(await end).toMatch(/^(?:end|error Connection terminated unexpectedly)$/);
    const again = await clientOf(emulator);
    await again.connect();
    await again.end();
  });

  test("a transaction that is open at the hour may end, and then its session does", async () => {
    await using emulator = await startEmulator();
    const client = await clientOf(emulator);
    await client.connect();
    const end = endOf(client);
    await moveClock(emulator, { advance: "PT58M" });
    await client.query("BEGIN");
    await moveClock(emulator, { advance: "PT3M" });
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.query("COMMIT");
    expect(await end).toMatch(/^(?:end|error Connection terminated unexpectedly)$/);
  });

  test("a transaction of more than five minutes cannot be committed", async () => {
    await using emulator = await startEmulator();
    const client = await clientOf(emulator);
    await client.connect();
    await client.query("CREATE TABLE late (id int PRIMARY KEY)");
    await client.query("BEGIN");
    await client.query("INSERT INTO late VALUES (1)");
    await moveClock(emulator, { advance: "PT6M" });
    await expect(client.query("COMMIT")).rejects.toMatchObject({
      code: "54000",
      message: "transaction age limit of 300s exceeded",
    });
    await client.end();
    const reader = await clientOf(emulator);
    await reader.connect();
    expect((await reader.query("SELECT count(*)::int AS n FROM late")).rows).toEqual([{ n: 0 }]);
    await reader.end();
  });

  test("credentials of an ended session do not connect, though the token would last", async () => {
    await using emulator = await startEmulator();
    const configuration = {
      endpoint: emulator.http.url,
      region: emulator.region,
      credentials: { ...emulator.credentials },
    };
    const [iam, sts] = [new IAMClient(configuration), new STSClient(configuration)];
    const allow = (Principal: object | undefined, Action: string): string =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action,
            ...(Principal === undefined ? { Resource: "*" } : { Principal }),
          },
        ],
      });
    const RoleName = "app";
    const AssumeRolePolicyDocument = allow({ AWS: "123456789012" }, "sts:AssumeRole");
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = allow(undefined, "dsql:DbConnectAdmin");
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "connect", PolicyDocument }));
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: "arn:aws:iam::123456789012:role/app",
        RoleSessionName: "job",
        DurationSeconds: 900,
      }),
    );
    const keys: Keys = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    const before = await clientOf(emulator, keys);
    await before.connect();
    await moveClock(emulator, { advance: "PT16M" });
    // A session that is open goes on.
    expect((await before.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await before.end();
    const after = await clientOf(emulator, keys);
    await expect(after.connect()).rejects.toMatchObject({
      code: "08006",
      hint: "The security token included in the request is expired",
    });
  });

  test("it goes back only by force while sessions are open", async () => {
    await using emulator = await startEmulator();
    const client = await clientOf(emulator);
    await client.connect();
    expect(await moveClock(emulator, { advance: "-PT1H" })).toMatchObject({
      error: { code: "conflict" },
    });
    await client.end();
  });
});
