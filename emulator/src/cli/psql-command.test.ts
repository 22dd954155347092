import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCliIo, fakeFetch } from "../../test/support/cli-io.ts";
import { TEST_ENDPOINT, testReadyInfo } from "../../test/support/ready-info.ts";
import {
  CliFailure,
  type ProgramRun,
  psqlCommand,
  runCli,
  runOnTerminal,
  writeReadyFile,
} from "./index.ts";

const NOW = "2026-01-15T12:00:00.000Z";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "psql-"));
  await ready();
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function ready(given: Parameters<typeof testReadyInfo>[0] = {}): Promise<void> {
  return writeReadyFile(join(directory, ".dsql-emulator", "ready.json"), testReadyInfo(given));
}

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `undefined` if psql was not run. */
  readonly program: ProgramRun | undefined;
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  exitCode = 0,
): Promise<Ran> {
  const programs: ProgramRun[] = [];
  const command = psqlCommand(async (given) => {
    programs.push(given);
    return exitCode;
  });
  const fetch = fakeFetch({ "http://127.0.0.1:9432/_emulator/health": { now: NOW } });
  const io = fakeCliIo({ workingDirectory: directory, env, fetch });
  const code = await runCli([command], ["psql", ...args], io);
  return { exitCode: code, ...io.written, program: programs[0] };
}

function action(program: ProgramRun | undefined): string | null {
  const token = program?.env["PGPASSWORD"] ?? "";
  return new URL(`https://${token}`).searchParams.get("Action");
}

describe("dsql-emulator psql", () => {
  test("runs psql as admin on the first cluster, with a token and TLS", async () => {
    const { exitCode, stdout, stderr, program } = await run([], { HOME: "/home/me" });
    expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);
    expect(program).toMatchObject({
      program: "psql",
      args: [],
      workingDirectory: directory,
      env: {
        HOME: "/home/me",
        PGHOST: TEST_ENDPOINT,
        PGHOSTADDR: "127.0.0.1",
        PGPORT: "5433",
        PGUSER: "admin",
        PGDATABASE: "postgres",
        PGSSLMODE: "verify-full",
        PGSSLROOTCERT: "/data/ca/ca.pem",
      },
    });
    expect(action(program)).toBe("DbConnectAdmin");
    // The emulator's time, which may be another than the system's.
    expect(program?.env["PGPASSWORD"]).toContain("X-Amz-Date=20260115T120000Z");
    expect(program?.env["PGPASSWORD"]).toMatch(new RegExp(`^${TEST_ENDPOINT}/\\?`));
  });

  test("--role connects as a role of the database, --admin as admin", async () => {
    const { program } = await run(["--role", "app"]);
    expect([program?.env["PGUSER"], action(program)]).toEqual(["app", "DbConnect"]);
    expect((await run(["--admin"])).program?.env["PGUSER"]).toBe("admin");
  });

  test("passes what stands behind -- to psql, and its exit code back", async () => {
    const { exitCode, program } = await run(
      ["--role=app", "--", "-c", "SELECT 1", "--", "-x"],
      {},
      3,
    );
    expect([exitCode, program?.args]).toEqual([3, ["-c", "SELECT 1", "--", "-x"]]);
  });

  test("takes other credentials, of options or of the environment", async () => {
    const id = "AKIAFAKEFAKEFAKE0001";
    const credential = ({ program }: Ran): string =>
      decodeURIComponent(program?.env["PGPASSWORD"] ?? "");
    const byOption = await run(["--access-key-id", id, "--secret-access-key", "fake-secret"]);
    expect(credential(byOption)).toContain(`X-Amz-Credential=${id}/`);
    const byEnvironment = await run([], {
      AWS_ACCESS_KEY_ID: id,
      AWS_SECRET_ACCESS_KEY: "fake-secret",
      AWS_SESSION_TOKEN: "fake-session",
    });
    expect(credential(byEnvironment)).toContain(`X-Amz-Credential=${id}/`);
    expect(credential(byEnvironment)).toContain("X-Amz-Security-Token=fake-session");
  });

  test("leaves out of the environment what would lead psql elsewhere", async () => {
    const { program } = await run([], { PGSERVICE: "production", PGHOST: "db.example.com" });
    expect(program?.env).not.toHaveProperty("PGSERVICE");
    expect(program?.env["PGHOST"]).toBe(TEST_ENDPOINT);
  });

  test("--cluster takes one that was made after the start, too", async () => {
    const { program } = await run(["--cluster", "dsqlemulatorlocalcluster2b"]);
    const endpoint = "dsqlemulatorlocalcluster2b.dsql.us-east-1.on.aws";
    expect(program?.env["PGHOST"]).toBe(endpoint);
    expect(program?.env["PGPASSWORD"]).toMatch(new RegExp(`^${endpoint}/\\?`));
  });

  test.each([
    ["--role app --admin", 2, "--admin and --role exclude each other; give one of them"],
    [
      "--cluster mine",
      2,
      "--cluster is `mine`; give the 26 lower-case letters and digits of a cluster",
    ],
    ["x", 2, "unexpected argument `x`; leave it out, or see --help"],
  ])("does not understand %s", async (args, exitCode, message) => {
    expect(await run(args.split(" "))).toEqual({
      exitCode,
      stdout: "",
      stderr: `dsql-emulator psql: ${message}\n`,
      program: undefined,
    });
  });

  test("needs a cluster", async () => {
    await ready({ clusters: [] });
    const { exitCode, stderr } = await run([]);
    expect([exitCode, stderr]).toEqual([
      1,
      "dsql-emulator psql: the emulator started without a cluster; give --cluster\n",
    ]);
  });
});

describe("a program on the terminal", () => {
  const runNode = (script: string): Promise<number> =>
    runOnTerminal({
      program: process.execPath,
      args: ["-e", script],
      env: { ANSWER: "5" },
      workingDirectory: directory,
    });

  test("gives its exit code, or that of the signal that ended it", async () => {
    expect(await runNode("process.exit(Number(process.env.ANSWER))")).toBe(5);
    expect(await runNode("process.kill(process.pid, 'SIGTERM')")).toBe(143);
  });

  test("that is not installed is a failure with exit code 127", async () => {
    const missing = runOnTerminal({
      program: "no-such-psql",
      args: [],
      env: {},
      workingDirectory: directory,
    });
    await expect(missing).rejects.toThrow(CliFailure);
    await expect(missing).rejects.toMatchObject({
      exitCode: 127,
      message: expect.stringMatching(/^no-such-psql is not installed, or not in PATH; /) as string,
    });
  });

  test("leaves no listener of signals behind", async () => {
    const before = process.listenerCount("SIGINT");
    await runNode("");
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});
