import { AuroraDSQLClient, AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectorOptions } from "./connector-options.ts";
import { policy } from "./policy.ts";
import { mapping, principals } from "./principals.ts";
import { startEmulator, type TestEmulator } from "./test-emulator.ts";

const user = principals.user("ada", [policy.allow("dsql:DbConnect")]);
const credentials = principals.credentialsOf(user);
const SECOND = "secondcluster0000000000000";

describe("AWS's connector", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
    emulator = await startEmulator({
      config: {
        accounts: [{ id: "123456789012", users: [user] }],
        clusters: [
          { identifier: "firstcluster00000000000000", databaseRoles: [mapping("reader", user)] },
          { identifier: SECOND, region: "eu-west-1" },
        ],
      },
    });
  });

  afterAll(() => emulator.stop());

  test("its client reaches the cluster by its own name, as admin and as another role", async () => {
    const roles: string[] = [];
    for (const options of [
      connectorOptions(emulator),
      connectorOptions(emulator, { role: "reader", credentials }),
      connectorOptions(emulator, { cluster: SECOND }),
    ]) {
      const client = new AuroraDSQLClient(options);
      await client.connect();
      const { rows } = await client.query<{ role: string }>("SELECT current_user AS role");
      roles.push(rows[0]?.role ?? "");
      await client.end();
    }
    expect(roles).toEqual(["admin", "reader", "admin"]);
    const decisions = (await emulator.decisions.list()).map(({ clusterArn }) => clusterArn);
    expect(decisions[0]).toBe(`arn:aws:dsql:eu-west-1:123456789012:cluster/${SECOND}`);
  });

  test("its pool is refused as the client is, with the reason in the decision", async () => {
    const pool = new AuroraDSQLPool(connectorOptions(emulator, { credentials }));
    const error: unknown = await pool.query("SELECT 1").catch((reason: unknown) => reason);
    expect((await emulator.decisions.ofError(error))?.refusal?.code).toBe("iam_denied");
    await pool.end();
  });
});
