/** Hooks of the built command, in a process of its own. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetUserCommand } from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReadyInfo } from "../src/index.ts";
import { apisOf, connectAdmin } from "./durability/client.ts";
import { type EmulatorProcess, startProcess } from "./durability/emulator-process.ts";

const PG = fileURLToPath(import.meta.resolve("pg"));
const SIGNER = fileURLToPath(import.meta.resolve("@aws-sdk/dsql-signer"));
const REPORTS = "reportclusterreportcluster";
const CONFIG = {
  clusters: [{ identifier: "dsqlemulatorlocalcluster2a" }, { identifier: REPORTS }],
};

let directory: string;
let dataDirectory: string;
const running: EmulatorProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hooks-test-"));
  dataDirectory = join(directory, "data");
  mkdirSync(dataDirectory);
  mkdirSync(join(directory, "hooks"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.kill()));
  rmSync(directory, { recursive: true, force: true });
});

function hook(name: string, text: string): void {
  const path = join(directory, "hooks", name);
  writeFileSync(path, text);
  chmodSync(path, /\.(?:sql|yaml)$/.test(name) ? 0o644 : 0o755);
}

function start(more: object = {}): EmulatorProcess {
  const configFile = join(directory, "dsql-emulator.json");
  writeFileSync(configFile, JSON.stringify({ ...CONFIG, ...more }));
  const hooks = join(directory, "hooks");
  const emulator = startProcess(dataDirectory, ["--config", configFile, "--hooks", hooks]);
  running.push(emulator);
  return emulator;
}

/** Resolves when the emulator has printed a line with this. */
async function printed(emulator: EmulatorProcess, text: string): Promise<void> {
  await expect.poll(() => emulator.output(), { timeout: 20_000 }).toContain(text);
}

async function hooksOf({ http }: ReadyInfo): Promise<readonly (readonly unknown[])[]> {
  const response = await fetch(`${http.url}/_emulator/health`);
  const { hooks } = (await response.json()) as {
    readonly hooks: readonly { readonly name: string; readonly status: string }[];
  };
  return hooks.map(({ name, status }) => [name, status]);
}

async function ask(info: ReadyInfo, sql: string, cluster = 0): Promise<readonly unknown[]> {
  const client = await connectAdmin(info, info.clusters[cluster]?.endpoint);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

/** A program that connects by the environment alone, with a token of AWS's signer. */
const SEED = `#!${process.execPath}
import { readFileSync } from "node:fs";
import pg from ${JSON.stringify(PG)};
import { DsqlSigner } from ${JSON.stringify(SIGNER)};
const { PGHOST, PGHOSTADDR, PGPORT, PGUSER, PGDATABASE, PGSSLROOTCERT, AWS_REGION } = process.env;
const signer = new DsqlSigner({ hostname: PGHOST, region: AWS_REGION });
const client = new pg.Client({
  host: PGHOSTADDR, port: Number(PGPORT), user: PGUSER, database: PGDATABASE,
  password: await signer.getDbConnectAdminAuthToken(),
  ssl: { ca: readFileSync(PGSSLROOTCERT, "utf8"), servername: PGHOST },
});
await client.connect();
await client.query("INSERT INTO books VALUES (2)");
await client.end();
console.log("seeded in " + process.cwd());
console.log("the secret is " + process.env.AWS_SECRET_ACCESS_KEY);
const ready = await fetch(process.env.AWS_ENDPOINT_URL_DSQL + "/_emulator/ready");
console.log("ready is " + ready.status);
`;

describe("hooks", () => {
  test("run in the order of their names: SQL, declarations, programs that connect", async () => {
    hook("10-books.sql", "CREATE TABLE books (id int PRIMARY KEY); INSERT INTO books VALUES (1);");
    hook(`20-reports.${REPORTS}.sql`, "CREATE TABLE reports (id int PRIMARY KEY)");
    hook(
      "30-users.yaml",
      'accounts: [{ id: "123456789012", users: [{ name: late }] }]\nclusters: [{ identifier: lateclusterlateclusterlate }]\n',
    );
    hook("40-seed.mjs", SEED);
    const emulator = start();
    const info = await emulator.ready;
    expect(await hooksOf(info)).toEqual([
      ["10-books.sql", "done"],
      [`20-reports.${REPORTS}.sql`, "done"],
      ["30-users.yaml", "done"],
      ["40-seed.mjs", "done"],
    ]);
    expect(await ask(info, "SELECT id FROM books ORDER BY 1")).toEqual([[1], [2]]);
    expect(await ask(info, "SELECT count(*) FROM reports", 1)).toEqual([["0"]]);
    const { User } = await apisOf(info).iam.send(new GetUserCommand({ UserName: "late" }));
    expect(User?.Arn).toBe("arn:aws:iam::123456789012:user/late");
    expect(info.clusters.map(({ identifier }) => identifier)).toContain(
      "lateclusterlateclusterlate",
    );
    const lines = emulator.output();
    expect(lines).toContain(`[40-seed.mjs] seeded in ${join(directory, "hooks")}\n`);
    expect(lines).toContain("[40-seed.mjs] the secret is <redacted>\n");
    // Nobody is told that it is ready while one runs.
    expect(lines).toContain("[40-seed.mjs] ready is 503\n");
    expect((await fetch(`${info.http.url}/_emulator/ready`)).status).toBe(200);
  });

  test("run SQL once on a database of a data directory, also after a change and a reset to a snapshot", async () => {
    hook("10-books.sql", "CREATE TABLE books (id int PRIMARY KEY)");
    const first = start();
    const before = await first.ready;
    const api = `${before.http.url}/_emulator`;
    const post = async (path: string, body: object): Promise<number> => {
      const headers = { "content-type": "application/json" };
      const text = JSON.stringify(body);
      return (await fetch(`${api}/${path}`, { method: "POST", headers, body: text })).status;
    };
    expect(await post("snapshots", { name: "a" })).toBe(201);
    await ask(before, "INSERT INTO books VALUES (7)");
    expect(await post("reset", { to: { snapshot: "a" } })).toBe(200);
    await ask(before, "INSERT INTO books VALUES (8)");
    expect(await first.stop()).toBe(0);
    hook("10-books.sql", "CREATE TABLE books (id int PRIMARY KEY, title text)");
    const second = start();
    const info = await second.ready;
    expect(await hooksOf(info)).toEqual([["10-books.sql", "skipped"]]);
    expect(await ask(info, "SELECT * FROM books")).toEqual([[8]]);
    expect(second.output()).toContain(
      "hook `10-books.sql` has run on this database with another text: it is not run again",
    );
  });

  test("end the start with the first one that fails, and nothing listens then", async () => {
    hook("10-bad.sql", "SELECT * FROM nowhere");
    hook("20-never.sh", `#!/bin/sh\ntouch ${join(directory, "never")}\n`);
    const emulator = start();
    expect(await emulator.exited).toBe(1);
    expect(emulator.output()).toContain(
      'hook `10-bad.sql` has failed: relation "nowhere" does not exist in: SELECT * FROM nowhere',
    );
    expect(existsSync(join(directory, "never"))).toBe(false);
    expect(existsSync(join(dataDirectory, "ready.json"))).toBe(false);
  });

  test("go on after a failure by option", async () => {
    hook("10-bad.sh", "#!/bin/sh\necho why >&2\nexit 4\n");
    hook("20-good.sql", "CREATE TABLE good (id int PRIMARY KEY)");
    const emulator = start({ hooks: { onFailure: "continue" } });
    const info = await emulator.ready;
    expect(await hooksOf(info)).toEqual([
      ["10-bad.sh", "failed"],
      ["20-good.sql", "done"],
    ]);
    expect(emulator.output()).toContain("[10-bad.sh] why");
    expect(emulator.output()).toContain("hook `10-bad.sh` has failed: ended with exit code 4");
  });

  test("have a limit of time", async () => {
    hook("10-slow.sh", "#!/bin/sh\nsleep 60\n");
    const emulator = start({ hooks: { timeoutSeconds: 1 } });
    expect(await emulator.exited).toBe(1);
    expect(emulator.output()).toContain("hook `10-slow.sh` has failed: took longer than 1 s");
  });

  test("declare nothing of a file that is wrong, and say everything that is", async () => {
    hook("10-bad.yaml", 'accounts: [{ id: "999999999999" }]\nhost: h\n');
    const emulator = start();
    expect(await emulator.exited).toBe(1);
    expect(emulator.output()).toContain("host: cannot be declared here");
    expect(emulator.output()).toContain("`999999999999`, which the configuration does not have");
  });

  test("that are programs end with SIGTERM", async () => {
    hook(
      "10-slow.sh",
      `#!/bin/sh\necho $$ > ${join(directory, "pid")}\necho begun\nexec sleep 60\n`,
    );
    const emulator = start();
    await printed(emulator, "[10-slow.sh] begun");
    expect(await emulator.stop()).toBe(1);
    const pid = Number(readFileSync(join(directory, "pid"), "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(emulator.output()).toContain("was stopped with the emulator");
  });

  test("that are SQL end with SIGTERM", async () => {
    hook("10-first.sh", "#!/bin/sh\necho begun\n");
    hook("20-slow.sql", "SELECT pg_sleep(14)");
    const emulator = start();
    await printed(emulator, "[10-first.sh] begun");
    const begunAt = performance.now();
    expect(await emulator.stop()).toBe(1);
    expect(performance.now() - begunAt).toBeLessThan(10_000);
  });

  test("need a directory that is there", async () => {
    rmSync(join(directory, "hooks"), { recursive: true });
    const emulator = start();
    expect(await emulator.exited).toBe(1);
    expect(emulator.output()).toContain("the directory of hooks");
  });
});
