import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { TEST_ENDPOINT, testReadyInfo } from "../../test/support/ready-info.ts";
import { parseAuthToken, SigningKeyCache, verifySignature } from "../sigv4/index.ts";
import { type CliIo, type ReadyInfo, runCli, tokenCommand, writeReadyFile } from "./index.ts";

const HEALTH = "http://127.0.0.1:9432/_emulator/health";
const EMULATOR_TIME = "2030-06-07T08:09:10.123Z";
const OTHER_CLUSTER = "abcdefghijklmnopqrstuvwxyz";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "token-"));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

interface Given {
  /** `null`: no emulator runs. */
  readonly info?: Partial<ReadyInfo> | null;
  readonly io?: Partial<CliIo>;
}

async function run(
  args: readonly string[],
  { info = {}, io: changes = {} }: Given = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const file = join(directory, ".dsql-emulator", "ready.json");
  if (info !== null) await writeReadyFile(file, testReadyInfo(info));
  const io = fakeCliIo({
    workingDirectory: directory,
    fetch: fakeFetch({ [HEALTH]: { now: EMULATOR_TIME } }),
    ...changes,
  });
  const exitCode = await runCli([tokenCommand], ["token", ...args], io);
  return { exitCode, ...io.written };
}

/** Host name and parameters of a printed token. */
async function parts(
  args: readonly string[],
  given: Given = {},
): Promise<Record<string, string | null>> {
  const { exitCode, stdout } = await run(args, given);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^[^\n]+\n$/);
  const url = new URL(`https://${stdout.trim()}`);
  const of = (name: string): string | null => url.searchParams.get(name);
  const [accessKeyId, , region] = (of("X-Amz-Credential") ?? "").split("/");
  return {
    host: url.hostname,
    action: of("Action"),
    accessKeyId: accessKeyId ?? null,
    region: region ?? null,
    expires: of("X-Amz-Expires"),
    date: of("X-Amz-Date"),
    sessionToken: of("X-Amz-Security-Token"),
  };
}

describe("dsql-emulator token", () => {
  test("signs for the first cluster, with the emulator's key and time", async () => {
    expect(await parts([])).toEqual({
      host: TEST_ENDPOINT,
      action: "DbConnect",
      accessKeyId: "AKIADSQLEMULATOR0000",
      region: "us-east-1",
      expires: "900",
      date: "20300607T080910Z",
      sessionToken: null,
    });
    expect((await run([])).stderr).toBe("");
  });

  test.each([
    [["--admin"], "DbConnectAdmin"],
    [["--user", "admin"], "DbConnectAdmin"],
    [["--user", "Admin"], "DbConnect"],
    [["--user", "example"], "DbConnect"],
  ])("%j gives the action %s", async (args, action) => {
    expect((await parts(args))["action"]).toBe(action);
  });

  test("is the token of AWS's own signer", async () => {
    const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "fake+secret/1" };
    const { stdout } = await run([
      "--admin",
      "--access-key-id=AKIAEXAMPLE",
      "--secret-access-key",
      "fake+secret/1",
      "--expires-in",
      "60",
    ]);
    vi.useFakeTimers({ now: new Date(EMULATOR_TIME), toFake: ["Date"] });
    try {
      const own = new DsqlSigner({
        hostname: TEST_ENDPOINT,
        region: "us-east-1",
        credentials,
        expiresIn: 60,
      });
      const theirs = await own.getDbConnectAdminAuthToken();
      const sorted = (token: string): string[] => token.trim().replace("/?", "&").split("&").sort();
      expect(sorted(stdout)).toEqual(sorted(theirs));
    } finally {
      vi.useRealTimers();
    }
  });

  test("a cluster of the ready file brings its region, before that of the environment", async () => {
    const clusters = [
      ...testReadyInfo().clusters,
      {
        identifier: OTHER_CLUSTER,
        arn: `arn:aws:dsql:eu-west-1:123456789012:cluster/${OTHER_CLUSTER}`,
        endpoint: `${OTHER_CLUSTER}.dsql.eu-west-1.on.aws`,
        region: "eu-west-1",
      },
    ];
    const io = { env: { AWS_REGION: "us-west-2" } };
    expect(await parts(["--cluster", OTHER_CLUSTER], { info: { clusters }, io })).toMatchObject({
      host: `${OTHER_CLUSTER}.dsql.eu-west-1.on.aws`,
      region: "eu-west-1",
    });
  });

  test.each([
    [["--region", "eu-west-1"], {}, "eu-west-1"],
    [[], { AWS_REGION: "us-west-2", AWS_DEFAULT_REGION: "us-east-2" }, "us-west-2"],
    [[], { AWS_DEFAULT_REGION: "us-east-2" }, "us-east-2"],
    [[], {}, "us-east-1"],
  ])("a cluster made later is in the region of %j, %j", async (args, env, region) => {
    expect(await parts(["--cluster", OTHER_CLUSTER, ...args], { io: { env } })).toMatchObject({
      host: `${OTHER_CLUSTER}.dsql.${region}.on.aws`,
      region,
    });
  });

  test("a host name is signed as it is, and --region wins over its region", async () => {
    expect(await parts(["--host", TEST_ENDPOINT, "--region", "eu-west-1"])).toMatchObject({
      host: TEST_ENDPOINT,
      region: "eu-west-1",
    });
    expect(await parts(["--host", "localhost"])).toMatchObject({
      host: "localhost",
      region: "us-east-1",
    });
  });

  test("credentials come from options, else from the environment, else from the emulator", async () => {
    const env = {
      AWS_ACCESS_KEY_ID: "AKIAENVIRONMENT",
      AWS_SECRET_ACCESS_KEY: "fake",
      AWS_SESSION_TOKEN: "fake-session",
    };
    const options = ["--access-key-id", "AKIAOPTION", "--secret-access-key", "fake"];
    expect(await parts([], { io: { env } })).toMatchObject({
      accessKeyId: "AKIAENVIRONMENT",
      sessionToken: "fake-session",
    });
    expect(await parts(options, { io: { env } })).toMatchObject({
      accessKeyId: "AKIAOPTION",
      sessionToken: null,
    });
    expect(await parts([...options, "--session-token", "s"])).toMatchObject({ sessionToken: "s" });
    const half = { AWS_ACCESS_KEY_ID: "AKIAENVIRONMENT", AWS_SESSION_TOKEN: "fake-session" };
    expect(await parts([], { io: { env: half } })).toMatchObject({
      accessKeyId: "AKIADSQLEMULATOR0000",
      sessionToken: null,
    });
  });

  test("with host, region and credentials no emulator is needed", async () => {
    const { exitCode, stdout, stderr } = await run(
      [
        "--host",
        "h.example",
        "--region",
        "us-east-1",
        "--access-key-id",
        "A",
        "--secret-access-key",
        "fake",
      ],
      { info: null },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("&X-Amz-Date=20250102T030405Z&");
    expect(stderr).toBe(
      "dsql-emulator token: warning: the emulator's time could not be asked (no emulator is known); signed with the system clock\n",
    );
  });

  test.each([
    [undefined, `ECONNREFUSED at ${HEALTH}`],
    [fakeFetch({}), "it has no /_emulator/health"],
    [fakeFetch({ [HEALTH]: { now: "soon" } }), "its answer has no time"],
    [fakeFetch({ [HEALTH]: [] }), "its answer has no time"],
    [async () => new Response("<html>"), `an answer that is not JSON at ${HEALTH}`],
    [async () => new Response("", { status: 500 }), `status 500 of ${HEALTH}`],
  ])("an emulator that does not tell the time (%#) gives a warning", async (fetch, reason) => {
    const { stderr, stdout } = await run([], { io: { fetch: fetch ?? fakeCliIo().fetch } });
    expect(stdout).toContain("&X-Amz-Date=20250102T030405Z&");
    expect(stderr).toBe(
      `dsql-emulator token: warning: the emulator's time could not be asked (${reason}); signed with the system clock\n`,
    );
  });

  test("an emulator that listens everywhere is asked on the loopback address", async () => {
    const info = { http: { url: "http://0.0.0.0:9432/" } };
    expect((await parts([], { info }))["date"]).toBe("20300607T080910Z");
    const fetch = fakeFetch({ "http://[::1]:9432/_emulator/health": { now: EMULATOR_TIME } });
    const six = { http: { url: "http://[::]:9432" } };
    expect((await parts([], { info: six, io: { fetch } }))["date"]).toBe("20300607T080910Z");
  });

  test.each([
    [["--admin", "--user", "x"], "--admin and --user exclude each other; give one of them"],
    [
      ["--host", "h", "--cluster", OTHER_CLUSTER],
      "--host and --cluster exclude each other; give one of them",
    ],
    [
      ["--host", "https://h"],
      "--host is `https://h`; give a host name without scheme, port and path",
    ],
    [
      ["--cluster", "short"],
      "--cluster is `short`; give the 26 lower-case letters and digits of a cluster",
    ],
    ...["0", "604801", "1.5", "-1", "x"].map((text): [string[], string] => [
      [`--expires-in=${text}`],
      `--expires-in is \`${text}\`; give a whole number of seconds from 1 to 604800`,
    ]),
    [
      ["--secret-access-key", "fake"],
      "credentials are incomplete; give --access-key-id and --secret-access-key together",
    ],
  ])("%j is a usage error", async (args, message) => {
    expect(await run(args)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `dsql-emulator token: ${message}\n`,
    });
  });

  test.each([[[]], [["--host", "h"]], [["--host", "h", "--region", "us-east-1"]]])(
    "%j without an emulator is a failure that says how to start one",
    async (args) => {
      const { exitCode, stdout, stderr } = await run(args, { info: null });
      expect([exitCode, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^dsql-emulator token: no running emulator: .*`dsql-emulator start /);
    },
  );

  test("a ready file that is named must be there, though nothing of it is needed", async () => {
    const { exitCode, stderr } = await run([
      "--host",
      "h",
      "--region",
      "us-east-1",
      "--access-key-id",
      "A",
      "--secret-access-key",
      "fake",
      "--ready-file",
      "none.json",
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`there is no ready file ${join(directory, "none.json")}; `);
  });

  test("an emulator without clusters needs --cluster or --host", async () => {
    expect((await run([], { info: { clusters: [] } })).stderr).toBe(
      "dsql-emulator token: the emulator started without a cluster; give --cluster or --host\n",
    );
  });

  test("the token passes the emulator's own check of signatures", async () => {
    const { stdout } = await run(["--admin"]);
    const parsed = parseAuthToken(stdout.trim());
    if (parsed.kind === "malformed") throw new Error(parsed.problem);
    const verification = { token: parsed.token, keyCache: new SigningKeyCache() };
    const { secretAccessKey } = testReadyInfo().credentials;
    expect(verifySignature({ ...verification, secretAccessKey }).kind).toBe("match");
    expect(verifySignature({ ...verification, secretAccessKey: "fake" }).kind).toBe("mismatch");
  });
});
