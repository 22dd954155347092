import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetRoleCommand,
  IAMClient,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningEmulator, startEmulator } from "../src/index.ts";

const DSQL_FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonAuroraDSQLFullAccess";
const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }],
};
const INVALID = "The security token included in the request is invalid.";

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Clients of the emulator's APIs as its administrator, as an application would make them. */
function clientsOf({ http, region, credentials }: RunningEmulator): {
  iam: IAMClient;
  sts: STSClient;
} {
  const configuration = { endpoint: http.url, region, credentials: { ...credentials } };
  return { iam: new IAMClient(configuration), sts: new STSClient(configuration) };
}

/** Connects as `admin`. Resolves with the answer of a query, or with what the client was refused with. */
async function connect(emulator: RunningEmulator, credentials: Keys): Promise<unknown> {
  const hostname = emulator.clusters[0]?.endpoint ?? "";
  const signer = new DsqlSigner({ hostname, region: emulator.region, credentials });
  const client = new Client({
    ...emulator.postgres,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { ca: readFileSync(emulator.caCertificate), servername: hostname },
  });
  try {
    await client.connect();
    const { rows } = await client.query("SELECT 1 AS one");
    await client.end();
    return rows;
  } catch (error) {
    const { code, hint } = error as { code?: string; hint?: string };
    return { code, hint };
  }
}

async function assume(sts: STSClient): Promise<Keys> {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: "arn:aws:iam::123456789012:role/app",
      RoleSessionName: "job-7",
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
}

async function makeRole(iam: IAMClient): Promise<void> {
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await iam.send(new CreateRoleCommand({ RoleName: "app", AssumeRolePolicyDocument }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "app", PolicyArn: DSQL_FULL_ACCESS }));
}

describe("accounts of a running emulator", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test("a role that the API made is assumed and connects, until it loses its policy or is gone", async () => {
    await using emulator = await startEmulator();
    const { iam, sts } = clientsOf(emulator);
    await makeRole(iam);
    const session = await assume(sts);
    expect(await connect(emulator, session)).toEqual([{ one: 1 }]);

    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "app" }));
    expect(Role?.RoleLastUsed?.Region).toBe("us-east-1");
    const AccessKeyId = emulator.credentials.accessKeyId;
    await connect(emulator, emulator.credentials);
    const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    // The question is itself a use.
    expect(AccessKeyLastUsed).toMatchObject({ ServiceName: "iam", Region: "us-east-1" });

    await iam.send(new DetachRolePolicyCommand({ RoleName: "app", PolicyArn: DSQL_FULL_ACCESS }));
    expect(await connect(emulator, session)).toEqual({
      code: "08006",
      hint: `User: arn:aws:sts::123456789012:assumed-role/app/job-7 is not authorized to perform: dsql:DbConnectAdmin on resource: ${emulator.clusters[0]?.arn ?? ""} because no identity-based policy allows the dsql:DbConnectAdmin action`,
    });

    await iam.send(new DeleteRoleCommand({ RoleName: "app" }));
    await makeRole(iam);
    expect(await connect(emulator, session)).toEqual({ code: "08006", hint: INVALID });
    expect(await connect(emulator, await assume(sts))).toEqual([{ one: 1 }]);
  });

  test("what the API made, and its sessions, are there again after a restart with the same directory", async () => {
    const dataDirectory = join(directory, "data");
    const first = await startEmulator({ dataDirectory });
    await makeRole(clientsOf(first).iam);
    const session = await assume(clientsOf(first).sts);
    await first.stop();
    expect(statSync(join(dataDirectory, "iam.json")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDirectory, "session.key")).mode & 0o777).toBe(0o600);

    await using second = await startEmulator({ dataDirectory });
    expect(await connect(second, session)).toEqual([{ one: 1 }]);
  });

  test("a session of another emulator is nobody's here", async () => {
    await using first = await startEmulator();
    await using second = await startEmulator();
    await makeRole(clientsOf(first).iam);
    await makeRole(clientsOf(second).iam);
    const session = await assume(clientsOf(first).sts);
    expect(await connect(second, session)).toEqual({ code: "08006", hint: INVALID });
  });

  test("the state is a file that another emulator starts from", async () => {
    await using first = await startEmulator();
    const { iam } = clientsOf(first);
    await makeRole(iam);
    await iam.send(
      new CreateUserCommand({ UserName: "ada", Tags: [{ Key: "Team", Value: "db" }] }),
    );
    const state = await (await fetch(`${first.http.url}/_emulator/state?secrets=true`)).text();
    const shown = await (await fetch(`${first.http.url}/_emulator/state`)).text();
    expect(shown).toContain(first.credentials.accessKeyId);
    expect(shown).not.toContain(first.credentials.secretAccessKey);

    const configFile = join(directory, "state.json");
    writeFileSync(configFile, state);
    await using second = await startEmulator({ configFile });
    expect(second.credentials).toEqual(first.credentials);
    const session = await assume(clientsOf(second).sts);
    expect(await connect(second, session)).toEqual([{ one: 1 }]);
    const { Users } = await clientsOf(second).iam.send(new ListUsersCommand({}));
    expect(Users?.map(({ UserName }) => UserName)).toEqual(["ada", "emulator-admin"]);
    const again = await (await fetch(`${second.http.url}/_emulator/state?secrets=true`)).text();
    expect(JSON.parse(again)).toEqual(JSON.parse(state));
  });

  test("a control policy of the organization and the network of the client decide, too", async () => {
    const configFile = join(directory, "dsql-emulator.json");
    const document = {
      Version: "2012-10-17",
      Statement: {
        Effect: "Deny",
        Action: "dsql:*",
        Resource: "*",
        Condition: { Null: { "aws:SourceVpc": "true" } },
      },
    };
    const config = (addresses: readonly string[]): string =>
      JSON.stringify({
        organization: {
          id: "o-a1b2c3d4e5",
          root: {
            serviceControlPolicies: ["FullAWSAccess", { name: "inside-only", document }],
          },
        },
        networks: [{ addresses, vpc: "vpc-0inside" }],
      });
    writeFileSync(configFile, config(["127.0.0.0/8"]));
    const inside = await startEmulator({ configFile });
    expect(await connect(inside, inside.credentials)).toEqual([{ one: 1 }]);
    await inside.stop();
    writeFileSync(configFile, config(["192.0.2.0/24"]));
    await using elsewhere = await startEmulator({ configFile });
    expect(await connect(elsewhere, elsewhere.credentials)).toEqual({
      code: "08006",
      hint: `User: arn:aws:iam::123456789012:user/emulator-admin is not authorized to perform: dsql:DbConnectAdmin on resource: ${elsewhere.clusters[0]?.arn ?? ""} with an explicit deny in a service control policy`,
    });
  });
});
