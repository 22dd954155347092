import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo } from "../../test/support/cli-io.ts";
import { TEST_ENDPOINT, testReadyInfo } from "../../test/support/ready-info.ts";
import {
  type CliIo,
  envCommand,
  preloadUrl,
  type ReadyInfo,
  runCli,
  writeReadyFile,
} from "./index.ts";

let directory: string;
let readyFile: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "it's $env "));
  readyFile = join(directory, "ready.json");
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(
  args: readonly string[],
  { info = {}, env = {} }: { info?: Partial<ReadyInfo>; env?: CliIo["env"] } = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  await writeReadyFile(readyFile, testReadyInfo(info));
  const io = fakeCliIo({ env });
  const exitCode = await runCli([envCommand], ["env", "--ready-file", readyFile, ...args], io);
  return { exitCode, ...io.written };
}

async function json(
  given: { info?: Partial<ReadyInfo>; env?: CliIo["env"] } = {},
): Promise<Record<string, string | null>> {
  const { stdout } = await run(["--shell", "json"], given);
  return JSON.parse(stdout) as Record<string, string | null>;
}

describe("dsql-emulator env", () => {
  test("sets what psql, AWS SDKs and Node programs need", async () => {
    expect(await json()).toEqual({
      AWS_ACCESS_KEY_ID: "AKIADSQLEMULATOR0000",
      AWS_SECRET_ACCESS_KEY: "not-a-real-secret",
      AWS_SESSION_TOKEN: null,
      AWS_SECURITY_TOKEN: null,
      AWS_PROFILE: null,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL_DSQL: "http://127.0.0.1:9432",
      AWS_ENDPOINT_URL_IAM: "http://127.0.0.1:9432",
      AWS_ENDPOINT_URL_STS: "http://127.0.0.1:9432",
      PGHOST: TEST_ENDPOINT,
      PGHOSTADDR: "127.0.0.1",
      PGPORT: "5433",
      PGUSER: "admin",
      PGDATABASE: "postgres",
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: "/data/ca/ca.pem",
      NODE_EXTRA_CA_CERTS: "/data/ca/ca.pem",
      NODE_OPTIONS: `--import=${preloadUrl()}`,
      DSQL_EMULATOR_RESOLVE_TO: "127.0.0.1:5433",
      DSQL_EMULATOR_READY_FILE: readyFile,
    });
  });

  test.each([
    ["0.0.0.0", "127.0.0.1", "127.0.0.1:5433"],
    ["::", "::1", "[::1]:5433"],
    ["192.0.2.7", "192.0.2.7", "192.0.2.7:5433"],
  ])("an emulator on %s is reached at %s", async (host, address, resolveTo) => {
    const changes = await json({ info: { postgres: { host, port: 5433 } } });
    expect([changes["PGHOSTADDR"], changes["DSQL_EMULATOR_RESOLVE_TO"]]).toEqual([
      address,
      resolveTo,
    ]);
  });

  test("an emulator on a name is reached at its address", async () => {
    const changes = await json({ info: { postgres: { host: "localhost", port: 5433 } } });
    expect(["127.0.0.1", "::1"]).toContain(changes["PGHOSTADDR"]);
  });

  test("NODE_OPTIONS keeps what it had and gets the preload once", async () => {
    const once = (await json({ env: { NODE_OPTIONS: "--no-warnings" } }))["NODE_OPTIONS"]!;
    expect(once).toBe(`--no-warnings --import=${preloadUrl()}`);
    expect((await json({ env: { NODE_OPTIONS: once } }))["NODE_OPTIONS"]).toBe(once);
  });

  test("an emulator without clusters gives a warning and no PGHOST", async () => {
    const { exitCode, stdout, stderr } = await run(["--shell=json"], { info: { clusters: [] } });
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as { PGHOST: unknown }).PGHOST).toBe(null);
    expect(stderr).toBe(
      "dsql-emulator env: warning: the emulator has no cluster; PGHOST is not set\n",
    );
  });

  test.skipIf(process.platform === "win32")("sh takes the text as it is", async () => {
    const { stdout } = await run([], { env: { SHELL: "/bin/bash" } });
    const script = `eval "$(printf '%s' "$TEXT")"; printf '%s\\n' "$PGHOST" "$DSQL_EMULATOR_READY_FILE" "\${AWS_PROFILE-removed}"`;
    const done = spawnSync("sh", ["-c", script], {
      encoding: "utf8",
      env: { TEXT: stdout, AWS_PROFILE: "mine", PATH: process.env["PATH"] },
    });
    expect(done.stderr).toBe("");
    expect(done.stdout).toBe(`${TEST_ENDPOINT}\n${readyFile}\nremoved\n`);
  });

  test("fish is guessed from $SHELL, and --shell wins", async () => {
    const env = { SHELL: "/usr/bin/fish" };
    expect((await run([], { env })).stdout).toContain("set -gx PGUSER 'admin'\n");
    expect((await run(["--shell", "sh"], { env })).stdout).toContain("export PGUSER='admin'\n");
  });

  test("an unknown shell is a usage error", async () => {
    expect(await run(["--shell", "cmd"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "dsql-emulator env: --shell is `cmd`; give one of sh, fish, powershell, dotenv, json\n",
    });
  });

  test("what dotenv cannot hold is a failure that names the way out", async () => {
    const { exitCode, stderr } = await run(["--shell", "dotenv"], {
      env: { NODE_OPTIONS: `--title="it's" --x=\`` },
    });
    expect([exitCode, stderr]).toEqual([
      1,
      "dsql-emulator env: the value of NODE_OPTIONS has every kind of quote, which dotenv cannot hold; use --shell json\n",
    ]);
  });

  test("without a running emulator nothing is printed", async () => {
    const io = fakeCliIo({ workingDirectory: directory });
    expect(await runCli([envCommand], ["env"], io)).toBe(1);
    expect(io.written.stdout).toBe("");
    expect(io.written.stderr).toMatch(
      /^dsql-emulator env: no running emulator: there is no ready file .*; start the emulator with `dsql-emulator start/,
    );
  });
});
