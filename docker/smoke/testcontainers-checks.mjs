// The module for Testcontainers, with the image and the engine. Only with a Docker engine.
import { deepEqual, equal, match } from "node:assert/strict";
import pg from "pg";
import { DsqlEmulatorContainer } from "../../dist/testcontainers/index.js";
import { connectionOptions, mapping, policy, principals } from "../../dist/testing/index.js";

export async function checkTestcontainers({ tag, check }) {
  const reader = principals.user("reader", [policy.allow("dsql:DbConnect")]);
  const credentials = principals.credentialsOf(reader);
  const configuration = {
    accounts: [{ id: "123456789012", users: [reader] }],
    clusters: [
      { identifier: "testcluster000000000000000", databaseRoles: [mapping("app", reader)] },
    ],
  };
  await check("the Testcontainers module starts it with a configuration", async () => {
    const container = await new DsqlEmulatorContainer(tag)
      .withConfiguration(configuration)
      .withExplainedErrors()
      .start();
    try {
      const { emulator } = container;
      const connect = async (as) => {
        const client = new pg.Client(connectionOptions(emulator, as));
        await client.connect();
        return client;
      };
      const client = await connect({ role: "app", credentials });
      const { rows } = await client.query("SELECT current_user AS role");
      deepEqual(rows, [{ role: "app" }]);
      await client.end();
      const refused = await connect({ credentials }).catch((error) => error);
      match(refused.hint, /is not authorized to perform: dsql:DbConnectAdmin /);
      equal((await emulator.decisions.ofError(refused)).refusal.code, "iam_denied");
    } finally {
      await container.stop();
    }
  });
}
