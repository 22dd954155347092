// node-postgres with a token of AWS's own signer, made anew for each connection.
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";
import { admin, connected, pool, poolOverTheHour } from "./node-postgres.mjs";
import { tell } from "./stories.mjs";

// [connect]
const host = process.env.PGHOST;
const signer = new DsqlSigner({ hostname: host, region: process.env.AWS_REGION });
const settings = {
  host,
  user: "admin",
  database: "postgres",
  password: () => signer.getDbConnectAdminAuthToken(),
  ssl: true,
};

function openPool() {
  const connections = new pg.Pool({ ...settings, max: 4 });
  // A connection that ends while nobody uses it; the pool opens another one.
  connections.on("error", () => undefined);
  return connections;
}
// [/connect]

function token(action, credentials) {
  const hostname = process.env.PGHOST;
  const region = process.env.AWS_REGION;
  // The signer does not look for credentials where the property is there with no value.
  const maker = new DsqlSigner({ hostname, region, ...(credentials && { credentials }) });
  return action === "DbConnect"
    ? maker.getDbConnectAuthToken()
    : maker.getDbConnectAdminAuthToken();
}

await tell(
  {
    token: async () => ({
      DbConnect: await token("DbConnect"),
      DbConnectAdmin: await token("DbConnectAdmin"),
    }),
    admin: async () => {
      const client = new pg.Client(settings);
      await client.connect();
      return admin(client);
    },
    pool: () => pool(openPool()),
    hour: () => poolOverTheHour(openPool()),
  },
  (user, action, credentials) =>
    connected(new pg.Client({ ...settings, user, password: () => token(action, credentials) })),
);
