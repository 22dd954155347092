import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialsOf, STORY_CONFIG, type StoryUser } from "../support/config.ts";
import { type EmulatorProcess, type Finished, startEmulatorProcess } from "../support/emulator.ts";

const hasPsql = spawnSync("psql", ["--version"]).status === 0;

describe.skipIf(!hasPsql)("psql (needs the program psql)", () => {
  let emulator: EmulatorProcess;

  beforeAll(async () => {
    emulator = await startEmulatorProcess(STORY_CONFIG);
  });

  afterAll(async () => {
    await emulator.stop();
  });

  /** Runs psql with a token of `dsql-emulator token`, made with the credentials of this user. */
  async function psql(
    sql: readonly string[],
    options: { as?: StoryUser; role?: string; connection?: string; password?: string } = {},
  ): Promise<Finished> {
    const { as, role = "admin", connection = "sslmode=verify-full" } = options;
    const credentials = as === undefined ? {} : credentialsOf(as);
    const minted = await emulator.command(["token", "--user", role], credentials);
    const password = options.password ?? minted.stdout.trim();
    return emulator.run(
      "psql",
      [
        `host=${emulator.endpoint} user=${role} dbname=postgres ${connection}`,
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--set=VERBOSITY=verbose",
        ...sql.flatMap((statement) => ["-c", statement]),
      ],
      { PGPASSWORD: password },
    );
  }

  test("connects as admin with a verified certificate and works", async () => {
    const { exitCode, stdout, stderr } = await psql([
      "SELECT version()",
      "SELECT current_user, session_user, current_setting('is_superuser')",
      "CREATE TABLE psql_story (id int PRIMARY KEY, name text)",
      "INSERT INTO psql_story VALUES (1, 'Łódź'), (2, NULL)",
      "SELECT * FROM psql_story ORDER BY id",
      "SHOW server_version",
    ]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: "PostgreSQL 16\nadmin|admin|off\n1|Łódź\n2|\n16.15\n",
      stderr: "",
    });
  });

  test("copies in and out", async () => {
    const { stdout, stderr } = await psql([
      "CREATE TABLE psql_copy (id int PRIMARY KEY, name text)",
      `\\copy psql_copy from program 'printf "1\\tone\\n2\\ttwo\\n"'`,
      "COPY psql_copy TO STDOUT",
      `\\copy psql_copy from program 'printf "3\\tthree\\nnot a number\\tfour\\n"'`,
      "SELECT count(*) FROM psql_copy",
    ]);
    expect(stdout).toBe("1\tone\n2\ttwo\n2\n");
    expect(stderr).toContain('22P02: invalid input syntax for type integer: "not a number"');
  });

  test("describes its tables", async () => {
    await psql(["CREATE TABLE psql_described (id int PRIMARY KEY)"]);
    const { stdout, stderr } = await psql(["\\d psql_described"]);
    expect({ stdout, stderr }).toEqual({ stdout: "id|integer||not null|\n", stderr: "" });
  });

  test.each<[string, Parameters<typeof psql>[1], readonly string[]]>([
    [
      "a user whom IAM does not allow, with IAM's reason as the hint",
      { as: "reader" },
      [
        "FATAL:  unable to accept connection, access denied",
        "HINT:  User: arn:aws:iam::123456789012:user/reader is not authorized to perform: dsql:DbConnectAdmin on resource: arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a because no identity-based policy allows the dsql:DbConnectAdmin action",
      ],
    ],
    [
      "a user whom a policy denies explicitly",
      { as: "denied" },
      ["with an explicit deny in an identity-based policy"],
    ],
    [
      "an inactive access key",
      { as: "retired" },
      ["HINT:  The security token included in the request is invalid."],
    ],
    [
      "an ordinary password",
      { password: "secret" },
      ["FATAL:  unable to accept connection, access denied"],
    ],
    [
      "a custom role that is not mapped, without a hint",
      { as: "reader", role: "app" },
      ["FATAL:  unable to accept connection, access denied"],
    ],
    [
      "a connection without TLS",
      { connection: "sslmode=disable" },
      ["FATAL:  unable to accept connection, ssl is required"],
    ],
  ])("refuses %s", async (_name, options, expected) => {
    const { exitCode, stdout, stderr } = await psql(["SELECT 1"], options);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    for (const text of expected) expect(stderr).toContain(text);
    const sessionId = /DETAIL: {2}Session Id: ([a-z2-7]{26})\b/.exec(stderr)?.[1];
    expect(sessionId).toBeDefined();
    const explained = await emulator.command(["explain", sessionId ?? ""]);
    expect(explained.exitCode).toBe(0);
    expect(explained.stdout).toContain(sessionId);
    expect(explained.stdout).toMatch(/what to do/i);
  });

  test("gives an unmapped role no hint", async () => {
    const { stderr } = await psql(["SELECT 1"], { as: "reader", role: "app" });
    expect(stderr).not.toContain("HINT:");
  });

  test("checks the certificate against the emulator's CA", async () => {
    const { exitCode, stderr } = await psql(["SELECT 1"], {
      connection: "sslmode=verify-full sslrootcert=/etc/hostname",
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/certificate/);
  });
});
