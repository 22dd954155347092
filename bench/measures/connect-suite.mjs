/**
 * A suite of tests that connect: each goes back to a snapshot, changes something, connects with a fresh token
 * as `admin` or as a custom role, asks and compares. One emulator for all of them.
 */
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { startEmulator } from "../support/candidates.mjs";
import { median } from "../support/statistics.mjs";

const AIM_S = 15;
const ADMIN_ARN = "arn:aws:iam::123456789012:user/emulator-admin";
const SNAPSHOT = "seeded";

/** Resolves to rows of the table. */
export async function measureConnectSuite({ dist, plan }) {
  const emulator = await startEmulator(dist);
  await seed(emulator);
  const seconds = [];
  const resets = [];
  for (let round = 0; round < plan.suiteRounds; round += 1) {
    const start = performance.now();
    for (let number = 0; number < plan.suiteTests; number += 1) {
      resets.push(await runTest(emulator, number));
    }
    seconds.push((performance.now() - start) / 1000);
  }
  await emulator.stop();
  return [
    {
      what: `connect-suite: ${plan.suiteTests} tests, each with a reset, a change and a fresh token`,
      unit: "s",
      value: median(seconds),
      // The aim is for 200 tests.
      aim: { valueBelow: (AIM_S * plan.suiteTests) / 200 },
    },
    {
      what: "connect-suite: one reset to a snapshot, the call included",
      unit: "ms",
      value: median(resets),
      aim: { valueBelow: 50 },
    },
  ];
}

async function seed(emulator) {
  const client = await emulator.connect();
  await client.query("CREATE TABLE notes (id int PRIMARY KEY)");
  await client.query("INSERT INTO notes VALUES (1)");
  await client.query("CREATE ROLE app WITH LOGIN");
  await client.query("GRANT SELECT ON notes TO app");
  await client.query(`AWS IAM GRANT app TO '${ADMIN_ARN}'`);
  await client.end();
  await post(emulator, "snapshots", { name: SNAPSHOT });
}

/** Resolves to the milliseconds of the reset. */
async function runTest(emulator, number) {
  const start = performance.now();
  await post(emulator, "reset", { to: { snapshot: SNAPSHOT } });
  const resetMs = performance.now() - start;
  const isAdmin = number % 2 === 0;
  const id = number + 2;
  await withClient(emulator, true, (client) => client.query("INSERT INTO notes VALUES ($1)", [id]));
  const { rows } = await withClient(emulator, isAdmin, (client) =>
    client.query("SELECT current_user::text AS who, array_agg(id ORDER BY id) AS ids FROM notes"),
  );
  const found = JSON.stringify(rows);
  const expected = JSON.stringify([{ who: isAdmin ? "admin" : "app", ids: [1, id] }]);
  if (found !== expected) throw new Error(`test ${number} found ${found}, not ${expected}`);
  return resetMs;
}

async function withClient({ hostname, credentials, connectWith }, isAdmin, use) {
  const signer = new DsqlSigner({ hostname, region: hostname.split(".")[2], credentials });
  const password = isAdmin
    ? await signer.getDbConnectAdminAuthToken()
    : await signer.getDbConnectAuthToken();
  const client = await connectWith({ user: isAdmin ? "admin" : "app", password });
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function post({ httpUrl }, path, body) {
  const response = await fetch(`${httpUrl}/_emulator/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
}
