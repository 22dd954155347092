import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DsqlEmulatorContainer } from "dsql-auth-emulator/testcontainers";
import { connectionOptions } from "dsql-auth-emulator/testing";
import pg from "pg";

const credentials = {
  accessKeyId: "AKIAFAKEORDERS000001",
  secretAccessKey: "not-a-real-secret-of-orders",
};
let container;

before(async () => {
  container = await new DsqlEmulatorContainer().withConfiguration("dsql-emulator.yaml").start();
});

after(() => container?.stop());

test("orders are there, and orders is not admin", async () => {
  const { emulator } = container;
  const client = new pg.Client(connectionOptions(emulator, { role: "orders", credentials }));
  await client.connect();
  const { rows } = await client.query("SELECT count(*)::int AS count FROM orders");
  assert.deepEqual(rows, [{ count: 0 }]);
  await client.end();
  const attempt = new pg.Client(connectionOptions(emulator, { credentials })).connect();
  const refused = await attempt.catch((error) => error);
  const decision = await emulator.decisions.ofError(refused);
  assert.equal(decision.refusal.code, "iam_denied");
});
