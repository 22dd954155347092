// AWS's connector for node-postgres: single connections and its pool.
import { AuroraDSQLClient, AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import { admin, connected, pool, poolOverTheHour } from "./node-postgres.mjs";
import { tell } from "./stories.mjs";

// [connect]
const settings = { host: process.env.PGHOST, user: "admin" };

function openPool() {
  const connections = new AuroraDSQLPool({ ...settings, max: 4 });
  // A connection that ends while nobody uses it; the pool opens another one.
  connections.on("error", () => undefined);
  return connections;
}
// [/connect]

function clientOf(user, customCredentialsProvider) {
  const region = process.env.AWS_REGION;
  return new AuroraDSQLClient({ ...settings, user, region, customCredentialsProvider });
}

await tell(
  {
    token: async () => ({ notOffered: "the connector takes that of the AWS SDK" }),
    admin: async () => {
      const client = clientOf("admin");
      await client.connect();
      return admin(client);
    },
    pool: () => pool(openPool()),
    hour: () => poolOverTheHour(openPool()),
  },
  (user, action, credentials) =>
    (action === "DbConnectAdmin") === (user === "admin")
      ? connected(clientOf(user, credentials))
      : undefined,
);
