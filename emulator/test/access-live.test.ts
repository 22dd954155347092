/** Access, doctor, coverage and psql of a running emulator, end to end. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accessCommand,
  coverageCommand,
  doctorCommand,
  psqlCommand,
  type RunProgram,
  runCli,
  writeReadyFile,
} from "../src/cli/index.ts";
import { openFileReviews } from "../src/compose/access-offline.ts";
import { type RunningEmulator, startEmulator } from "../src/index.ts";
import type { AccessMatrix, Finding } from "../src/review/index.ts";
import { fakeCliIo } from "./support/cli-io.ts";
import {
  appUser,
  arnOf,
  CONNECT,
  declaredConfiguration,
  policyOf,
  REVIEW_CLUSTER_ARN,
} from "./support/review-configuration.ts";

const APP = { accessKeyId: "AKIAFAKEFAKEFAKE0001", secretAccessKey: "fake-secret-app" };
const hasPsql = spawnSync("psql", ["--version"]).status === 0;

let directory: string;
let emulator: RunningEmulator;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "access-live-"));
  const configFile = join(directory, "given.json");
  writeFileSync(
    configFile,
    JSON.stringify(
      declaredConfiguration({
        account: { users: [appUser(CONNECT), { name: "batch" }] },
        more: { defaultUser: undefined },
      }),
    ),
  );
  emulator = await startEmulator({ configFile });
  await writeReadyFile(join(directory, "ready.json"), emulator);
});

afterAll(async () => {
  await emulator.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs statements with a token that is good for this long. */
async function connect(
  role: string,
  statements: readonly string[],
  { credentials = emulator.credentials, expiresIn = 900, name = "shop" } = {},
): Promise<void> {
  const hostname = emulator.clusters[0]!.endpoint;
  const signer = new DsqlSigner({ hostname, region: emulator.region, credentials, expiresIn });
  const client = new Client({
    ...emulator.postgres,
    user: role,
    database: "postgres",
    application_name: name,
    password:
      role === "admin"
        ? await signer.getDbConnectAdminAuthToken()
        : await signer.getDbConnectAuthToken(),
    ssl: { ca: readFileSync(emulator.caCertificate), servername: hostname },
  });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${emulator.http.url}/_emulator/${path}`);
  return { status: response.status, body: await response.json() };
}

async function command(
  args: readonly string[],
  runProgram: RunProgram = async () => 0,
): Promise<[number, string, string]> {
  const commands = [
    accessCommand(openFileReviews),
    doctorCommand(openFileReviews),
    coverageCommand,
    psqlCommand(runProgram),
  ];
  const io = fakeCliIo({
    workingDirectory: directory,
    env: { PATH: process.env["PATH"] ?? "", DSQL_EMULATOR_READY_FILE: "ready.json" },
    fetch,
  });
  const exitCode = await runCli(commands, args, io);
  return [exitCode, io.written.stdout, io.written.stderr];
}

async function accessOf(principal: string): Promise<readonly string[]> {
  const { body } = await get(`access?principal=${principal}`);
  return (body as AccessMatrix).cells.map(
    ({ databaseRole, access, code }) => `${databaseRole} ${access} ${code}`,
  );
}

async function findings(id: string): Promise<readonly string[]> {
  const { body } = await get("doctor");
  return (body as { findings: readonly Finding[] }).findings
    .filter((one) => one.id === id)
    .map(({ where }) => where);
}

describe("/_emulator/access", () => {
  test("knows roles and mappings as the database has them now", async () => {
    expect(await accessOf("app")).toEqual(["admin no iam_denied", "app yes null"]);
    await connect("admin", [
      "CREATE ROLE report WITH LOGIN",
      `AWS IAM GRANT report TO '${arnOf("user/app")}'`,
      "CREATE ROLE hidden",
      `AWS IAM REVOKE app FROM '${arnOf("user/app")}'`,
    ]);
    expect(await accessOf("app")).toEqual([
      "admin no iam_denied",
      "app no role_not_mapped",
      "report yes null",
    ]);
    await connect("report", ["SELECT 1"], { credentials: APP });
    await connect("admin", [
      `AWS IAM GRANT app TO '${arnOf("user/app")}'`,
      `AWS IAM REVOKE report FROM '${arnOf("user/app")}'`,
      "DROP ROLE report",
    ]);
    expect(await accessOf("app")).toEqual(["admin no iam_denied", "app yes null"]);
  });

  test.each([
    ["role=app&role=app", "role is no text, or is given twice"],
    ["cluster=", "cluster is no text, or is given twice"],
    ["user=app", "user is none of principal, cluster, role, sourceIp, mfa, at, applicationName"],
    ["sourceIp=here", "sourceIp is no IPv4 or IPv6 address"],
    ["mfa=yes", "mfa is neither true nor false"],
    ["at=now", "at is no moment such as 2026-01-15T12:00:00Z"],
  ])("does not understand %s", async (query, message) => {
    expect(await get(`access?${query}`)).toEqual({
      status: 400,
      body: { error: { code: "invalid_request", message } },
    });
  });

  test("is what the command prints, and a file of it can be compared", async () => {
    const [, printed] = await command(["access", "--json"]);
    const { body } = await get("access");
    expect(JSON.parse(printed)).toEqual(body);
    writeFileSync(join(directory, "now.json"), printed);
    expect(await command(["access", "diff", "given.json", "now.json", "--exit-code"])).toEqual([
      0,
      "nobody gains or loses access\n",
      "",
    ]);
  });
});

describe("/_emulator/doctor", () => {
  test("finds applications as admin and long lifetimes in the decision log", async () => {
    await connect("admin", ["SELECT 1"], { name: "psql" });
    await connect("admin", ["SELECT 1"], { name: "nightly", expiresIn: 7200 });
    expect(await findings("application-as-admin")).toContain("nightly");
    expect(await findings("application-as-admin")).not.toContain("psql");
    expect(await findings("long-token-lifetime")).toEqual([arnOf("user/emulator-admin")]);
  });

  test("finds a mapping whose principal was deleted, and one whose principal was made anew", async () => {
    const iam = new IAMClient({
      endpoint: emulator.http.url,
      region: emulator.region,
      credentials: emulator.credentials,
    });
    const user = { UserName: "passing" };
    const arn = arnOf("user/passing");
    const policy = { ...user, PolicyName: "own" };
    await iam.send(new CreateUserCommand(user));
    const PolicyDocument = JSON.stringify(policyOf(CONNECT));
    await iam.send(new PutUserPolicyCommand({ ...policy, PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand(user));
    const { AccessKeyId, SecretAccessKey } = AccessKey!;
    await connect("admin", [`AWS IAM GRANT app TO '${arn}'`]);
    const credentials = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey! };
    await connect("app", ["SELECT 1"], { credentials });
    expect(await findings("mapping-of-missing-principal")).toEqual([]);

    await iam.send(new DeleteAccessKeyCommand({ ...user, AccessKeyId }));
    await iam.send(new DeleteUserPolicyCommand(policy));
    await iam.send(new DeleteUserCommand(user));
    expect(await findings("mapping-of-missing-principal")).toEqual([
      `role app of ${REVIEW_CLUSTER_ARN}`,
    ]);
    const [exitCode, stdout] = await command(["doctor"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`AWS IAM REVOKE app FROM '${arn}'`);

    await fetch(`${emulator.http.url}/_emulator/clock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ advance: "PT1M" }),
    });
    iam.config.systemClockOffset = 60_000;
    expect(await findings("mapping-of-recreated-principal")).toEqual([]);
    await iam.send(new CreateUserCommand(user));
    expect(await findings("mapping-of-missing-principal")).toEqual([]);
    expect(await findings("mapping-of-recreated-principal")).toEqual([arn]);
    await connect("admin", [`AWS IAM REVOKE app FROM '${arn}'`]);
    expect(await findings("mapping-of-recreated-principal")).toEqual([]);
    iam.destroy();
  });
});

describe("/_emulator/coverage", () => {
  test("counts connections and begins anew", async () => {
    const [, anew] = await command(["coverage", "--reset"]);
    expect(anew).toBe("counting begins anew\n");
    expect((await command(["coverage", "--fail-under", "1"]))[0]).toBe(1);
    await connect("app", ["SELECT 1"], { credentials: APP });
    const [exitCode, text] = await command(["coverage", "--fail-under", "100"]);
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^100 % covered in 1 decision since /);
    expect(text).toContain("\n  statements  1 of 1\n  conditions  0 of 0\n  mappings    1 of 1\n");
  });
});

describe.skipIf(!hasPsql)("dsql-emulator psql (needs the program psql)", () => {
  /** As on a terminal, but what psql writes is kept. */
  function keeping(written: string[]): RunProgram {
    return async ({ program, args, env, workingDirectory }) => {
      try {
        const options = { env, cwd: workingDirectory };
        const { stdout } = await promisify(execFile)(program, [...args], options);
        written.push(stdout);
        return 0;
      } catch (error) {
        const { code, stderr } = error as { code: number; stderr: string };
        written.push(stderr);
        return code;
      }
    };
  }

  const SQL = ["--", "--no-psqlrc", "-Atc", "SELECT current_user"];

  test("is admin, or a role of the database", async () => {
    const written: string[] = [];
    expect(await command(["psql", ...SQL], keeping(written))).toEqual([0, "", ""]);
    const key = [
      `--access-key-id=${APP.accessKeyId}`,
      `--secret-access-key=${APP.secretAccessKey}`,
    ];
    expect(await command(["psql", "--role=app", ...key, ...SQL], keeping(written))).toEqual([
      0,
      "",
      "",
    ]);
    expect(written).toEqual(["admin\n", "app\n"]);
  });

  test("is refused as any client is, with psql's exit code", async () => {
    const written: string[] = [];
    expect((await command(["psql", "--role=app", ...SQL], keeping(written)))[0]).toBe(2);
    expect(written[0]).toContain("FATAL:  unable to accept connection, access denied");
  });
});
