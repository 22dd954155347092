import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  connectionOptions,
  type SnapshotHandle,
  startEmulator,
  type TestEmulator,
} from "../index.ts";

let emulator: TestEmulator;
let seeded: SnapshotHandle;

beforeAll(async () => {
  emulator = await startEmulator();
  await ask("CREATE TABLE notes (id int PRIMARY KEY)");
  await ask("INSERT INTO notes VALUES (1)");
  seeded = await emulator.snapshot("seeded");
});
beforeEach(() => seeded.reset());
afterAll(() => emulator.stop());

async function ask(sql: string): Promise<readonly unknown[]> {
  const client = new Client(connectionOptions(emulator));
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test.each([2, 3])("each test begins with one note, and adds note %d", async (id) => {
  await ask(`INSERT INTO notes VALUES (${id})`);
  expect(await ask("SELECT id FROM notes ORDER BY id")).toEqual([{ id: 1 }, { id }]);
});
