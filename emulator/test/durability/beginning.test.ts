import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { connectAdmin } from "./client.ts";
import { startProcess } from "./emulator-process.ts";

const ROWS = 2000;
const LOOK_MS = 10;
const scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const CONFIG = `
clusters:
  - identifier: dsqlemulatorlocalcluster2a
    databaseRoles: [{ name: app }]
    sql:
      - CREATE TABLE numbers (id int PRIMARY KEY)
      - ${JSON.stringify(Array.from({ length: ROWS }, (_, id) => `INSERT INTO numbers VALUES (${id})`).join(";"))}
`;

/** Resolves when the database has been made and its beginning is on its way. */
async function untilBegun(dataDirectory: string): Promise<void> {
  const database = join(dataDirectory, "clusters", "us-east-1", "dsqlemulatorlocalcluster2a");
  while (!existsSync(join(database, "postmaster.pid"))) await pause(LOOK_MS);
}

describe("the beginning of a database", () => {
  test("that was interrupted by a kill begins anew", async () => {
    const dataDirectory = join(scratch, "data");
    const configFile = join(scratch, "dsql-emulator.yaml");
    writeFileSync(configFile, CONFIG);
    const options = ["--config", configFile];
    const killed = startProcess(dataDirectory, options);
    const waiting = connectAdmin(await killed.ready).catch(() => undefined);
    await untilBegun(dataDirectory);
    await pause(LOOK_MS);
    await killed.kill();
    await waiting;
    expect(JSON.parse(readFileSync(join(dataDirectory, "seeds.json"), "utf8"))).toEqual({
      formatVersion: 2,
      done: [],
      begun: ["us-east-1/dsqlemulatorlocalcluster2a"],
    });

    const emulator = startProcess(dataDirectory, options);
    const client = await connectAdmin(await emulator.ready);
    const { rows } = await client.query("SELECT count(*)::int AS count FROM numbers");
    expect(rows).toEqual([{ count: ROWS }]);
    await client.end();
    await expect(emulator.stop()).resolves.toBe(0);
  });
});
