/** Kills in the middle of resets: each database is as before or as after, and as after once it was said. */
import { mkdtempSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import type { ReadyInfo } from "../../src/index.ts";
import { connectAdmin } from "./client.ts";
import { startProcess } from "./emulator-process.ts";

const DEFAULT_KILLS = 3;
const LONGEST_RESET_MS = 400;
/** What a reset to a snapshot changes in the directory of the databases, as Linux tells of it. */
const CHANGES_OF_RESET = 20;
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

const scratch = mkdtempSync(join(tmpdir(), "kill-reset-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
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

async function post({ http }: ReadyInfo, path: string, body: object): Promise<boolean> {
  const { ok } = await fetch(`${http.url}/_emulator/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return ok;
}

/** Resets and kills; `untilKill` resolves when the reset has got far enough, and need not when it has ended. */
async function killInResets(
  targetOf: (kill: number) => "configuration" | "snapshot",
  untilKill: (kill: number, databases: string) => Promise<void>,
): Promise<void> {
  const dataDirectory = mkdtempSync(join(scratch, "data-"));
  const configFile = join(dataDirectory, "dsql-emulator.json");
  writeFileSync(configFile, JSON.stringify(CONFIG));
  const found: string[] = [];
  let expected: readonly (readonly number[])[] = [BEGINNING];
  for (let kill = 0; kill <= kills; kill += 1) {
    const emulator = startProcess(dataDirectory, ["--config", configFile]);
    try {
      const info = await emulator.ready;
      const ids = await ask(info, IDS);
      found.push(ids.join());
      expect(expected).toContainEqual(ids);
      if (kill === kills) break;
      await ask(info, "DELETE FROM books WHERE id > 1");
      await ask(info, "INSERT INTO books VALUES (2)");
      expect(await post(info, "snapshots", { name: "two" })).toBe(true);
      await ask(info, "INSERT INTO books VALUES (3)");
      const isToSnapshot = targetOf(kill) === "snapshot";
      const target = isToSnapshot ? IN_SNAPSHOT : BEGINNING;
      const isFarEnough = untilKill(kill, join(dataDirectory, "clusters", "us-east-1"));
      const to = isToSnapshot ? { snapshot: "two" } : "configuration";
      const reset = post(info, "reset", { to }).catch(() => false);
      await Promise.race([isFarEnough, reset]);
      await emulator.kill();
      expected = (await reset) ? [target] : [AFTER_SNAPSHOT, target];
    } finally {
      await emulator.kill();
    }
  }
  process.stdout.write(`${kills} kills in resets; found afterwards: ${found.join(" ")}\n`);
}

const timeoutMs = (kills + 1) * SECONDS_PER_KILL * 1000;

test(
  `a kill at any time of a reset leaves a database as before or as after, ${kills} times`,
  () =>
    killInResets(
      (kill) => (kill % 3 === 2 ? "configuration" : "snapshot"),
      (kill) => pause((LONGEST_RESET_MS * (kill + 1)) / kills),
    ),
  timeoutMs,
);

test(
  `a kill at any change of files leaves a database as before or as in the snapshot, ${kills} times`,
  () =>
    killInResets(
      () => "snapshot",
      (kill, databases) =>
        untilChange(Math.ceil((CHANGES_OF_RESET * (kill + 1)) / kills), databases),
    ),
  timeoutMs,
);

/** Resolves with this change in a directory, from now on. */
async function untilChange(number: number, directory: string): Promise<void> {
  let seen = 0;
  await new Promise<void>((resolve) => {
    const watcher = watch(directory, { persistent: false }, () => {
      seen += 1;
      if (seen < number) return;
      watcher.close();
      resolve();
    });
  });
}
