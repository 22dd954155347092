/** Kills in the middle of resets: each database is as before or after, or begins anew; never a mixture. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import type { ReadyInfo } from "../../src/index.ts";
import { connectAdmin } from "./client.ts";
import { startProcess } from "./emulator-process.ts";

const DEFAULT_KILLS = 3;
const LONGEST_RESET_MS = 400;
const kills = Number(process.env["DURABILITY_KILLS"] ?? DEFAULT_KILLS);
const SECONDS_PER_KILL = 30;

const CONFIG = {
  clusters: [
    {
      identifier: "testcluster000000000000000",
      sql: ["CREATE TABLE books (id int PRIMARY KEY)", "INSERT INTO books VALUES (1)"],
    },
  ],
};
const IDS = "SELECT array_agg(id ORDER BY id) AS ids FROM books";
const BEGINNING = [1];
const IN_SNAPSHOT = [1, 2];
const AFTER_SNAPSHOT = [1, 2, 3];

const dataDirectory = mkdtempSync(join(tmpdir(), "kill-reset-"));
afterAll(() => {
  rmSync(dataDirectory, { recursive: true, force: true });
});

async function ask(info: ReadyInfo, sql: string): Promise<readonly number[]> {
  const client = await connectAdmin(info);
  try {
    const { rows } = await client.query<{ readonly ids: readonly number[] }>(sql);
    return rows[0]?.ids ?? [];
  } finally {
    await client.end();
  }
}

async function post({ http }: ReadyInfo, path: string, body: object): Promise<void> {
  await fetch(`${http.url}/_emulator/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

test(
  `a kill in the middle of a reset leaves no mixture, ${kills} times`,
  async () => {
    const configFile = join(dataDirectory, "dsql-emulator.json");
    writeFileSync(configFile, JSON.stringify(CONFIG));
    const found: string[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const emulator = startProcess(dataDirectory, ["--config", configFile]);
      try {
        const info = await emulator.ready;
        const ids = await ask(info, IDS);
        found.push(ids.join());
        expect([BEGINNING, IN_SNAPSHOT, AFTER_SNAPSHOT]).toContainEqual(ids);
        await ask(info, "DELETE FROM books WHERE id > 1");
        await ask(info, "INSERT INTO books VALUES (2)");
        await post(info, "snapshots", { name: "two" });
        await ask(info, "INSERT INTO books VALUES (3)");
        const to = kill % 3 === 2 ? "configuration" : { snapshot: "two" };
        const reset = post(info, "reset", { to }).catch(() => undefined);
        await pause((LONGEST_RESET_MS * (kill + 1)) / kills);
        await emulator.kill();
        await reset;
      } finally {
        await emulator.kill();
      }
    }
    process.stdout.write(`${kills} kills in resets; found afterwards: ${found.join(" ")}\n`);
  },
  kills * SECONDS_PER_KILL * 1000,
);
