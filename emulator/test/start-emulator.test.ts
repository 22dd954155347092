import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  ConfigurationError,
  type EmulatorEvent,
  type RunningEmulator,
  startEmulator,
} from "../src/index.ts";

/** Connects as `admin` with a token of AWS's signer, made with the emulator's credentials. */
async function connect(emulator: RunningEmulator): Promise<Client> {
  const [cluster] = emulator.clusters;
  const hostname = cluster?.endpoint ?? "";
  const signer = new DsqlSigner({
    hostname,
    region: emulator.region,
    credentials: emulator.credentials,
  });
  const client = new Client({
    host: emulator.postgres.host,
    port: emulator.postgres.port,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { ca: readFileSync(emulator.caCertificate), servername: hostname },
  });
  await client.connect();
  return client;
}

describe("startEmulator", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test("serves two emulators in one process, apart from each other, and leaves nothing behind", async () => {
    const events: EmulatorEvent[] = [];
    await using first = await startEmulator({ onEvent: (event) => events.push(event) });
    await using second = await startEmulator();
    const [a, b] = await Promise.all([connect(first), connect(second)]);
    await a.query("CREATE TABLE only_in_the_first (id int PRIMARY KEY)");
    const { rows } = await b.query("SELECT to_regclass('only_in_the_first') AS there");
    expect(rows).toEqual([{ there: null }]);
    const ready = await fetch(`${first.http.url}/_emulator/ready`);
    expect(ready.status).toBe(200);
    await Promise.all([a.end(), b.end()]);
    await first.stop();
    expect(existsSync(dirname(first.caCertificate))).toBe(false);
    expect(events.map(({ kind }) => kind)).toEqual(["decision", "engine"]);
    await expect(fetch(`${first.http.url}/_emulator/ready`)).rejects.toThrow();
  });

  test("keeps databases, CA and credentials in the data directory", async () => {
    const dataDirectory = join(directory, "data");
    const first = await startEmulator({ dataDirectory });
    const writer = await connect(first);
    await writer.query("CREATE TABLE kept (id int PRIMARY KEY)");
    await writer.query("INSERT INTO kept VALUES (7)");
    await writer.end();
    const ca = readFileSync(first.caCertificate, "utf8");
    await first.stop();

    const second = await startEmulator({ dataDirectory });
    expect(second.credentials).toEqual(first.credentials);
    expect(readFileSync(second.caCertificate, "utf8")).toBe(ca);
    await expect(startEmulator({ dataDirectory })).rejects.toThrow(
      `\`${dataDirectory}\` is in use by process ${process.pid}: stop it first`,
    );
    const reader = await connect(second);
    expect((await reader.query("SELECT id FROM kept")).rows).toEqual([{ id: 7 }]);
    await reader.end();
    await second.stop();
  });

  test("reports every problem of the configuration, starts nothing and leaves nothing behind", async () => {
    vi.stubEnv("TMPDIR", directory);
    const configFile = join(directory, "broken.yaml");
    writeFileSync(configFile, "pgPort: many\nclusters: [{ identifier: short }]\nroles: []\n");
    const error = await startEmulator({ configFile }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).problems.map(({ path }) => path).sort()).toEqual([
      "clusters[0].identifier",
      "pgPort",
      "roles",
    ]);
    expect(readdirSync(directory)).toEqual(["broken.yaml"]);
    vi.unstubAllEnvs();
  });

  test("says which port is taken, and frees what it had", async () => {
    const emulator = await startEmulator();
    const taken = { pgPort: emulator.postgres.port };
    await expect(startEmulator(taken)).rejects.toMatchObject({ code: "EADDRINUSE" });
    await emulator.stop();
  });
});
