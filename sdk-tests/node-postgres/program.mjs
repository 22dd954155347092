// node-postgres with a token of AWS's own signer: what an application without a connector writes.
import { readFileSync } from "node:fs";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";

const host = process.env.PGHOST;
const signer = new DsqlSigner({ hostname: host, region: process.env.AWS_REGION });
const story = process.argv[2] ?? "session";
const port = Number(process.env.PGPORT);

async function connect(options = {}) {
  const client = new pg.Client({
    host,
    port,
    user: "admin",
    database: "postgres",
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { rejectUnauthorized: true },
    ...options,
  });
  await client.connect();
  return client;
}

const stories = {
  async session() {
    const client = await connect();
    const notices = [];
    client.on("notice", ({ severity, message }) => notices.push({ severity, message }));
    const named = { name: "by-id", text: "SELECT $1::int + 1 AS next", values: [41] };
    const answer = {
      simple: (await client.query("SELECT 1 AS a; SELECT 2 AS b")).map(({ rows }) => rows),
      parameters: (await client.query("SELECT $1::text || $2::text AS joined", ["a", "ü"])).rows,
      named: [(await client.query(named)).rows, (await client.query(named)).rows],
      empty: (await client.query("")).rows,
      error: await client
        .query("SELECT * FROM no_such_table")
        .catch(({ code, message, position }) => ({ code, message, position })),
      afterError: (await client.query("SELECT 'alive' AS still")).rows,
      large: (
        await client.query("SELECT repeat('x', 1000) AS line FROM generate_series(1, 20000)")
      ).rows.reduce((sum, { line }) => sum + line.length, 0),
    };
    await client.query("DROP TABLE IF EXISTS no_such_table");
    await client.end();
    return { ...answer, notices };
  },

  async directTls() {
    const client = await connect({ sslnegotiation: "direct" });
    const { rows } = await client.query("SELECT current_user AS name");
    await client.end();
    return rows;
  },

  /** Two sessions at once, each in its own transaction, settings and prepared names. */
  async isolation() {
    const [a, b] = await Promise.all([connect(), connect()]);
    await a.query("SET search_path TO pg_catalog");
    const paths = await Promise.all(
      [a, b].map(async (client) => (await client.query("SHOW search_path")).rows[0].search_path),
    );
    await a.query({ name: "same", text: "SELECT 'a' AS who" });
    const names = [
      (await b.query({ name: "same", text: "SELECT 'b' AS who" })).rows[0].who,
      (await a.query({ name: "same", text: "SELECT 'a' AS who" })).rows[0].who,
    ];
    await a.query("CREATE TABLE public.isolation (id int PRIMARY KEY)");
    await a.query("BEGIN");
    await a.query("INSERT INTO public.isolation VALUES (1)");
    const waiting = b.query("SELECT count(*)::int AS rows FROM public.isolation");
    // The client of the open transaction vanishes without a word.
    a.connection.stream.destroy();
    a.on("error", () => undefined);
    const rows = (await waiting).rows[0].rows;
    await b.end();
    return { paths, names, rows };
  },

  /** A session that waits for another one's transaction gets a retryable error in time. */
  async waiting() {
    const [a, b] = await Promise.all([connect(), connect()]);
    await a.query("BEGIN");
    await a.query("SELECT 1");
    const error = await b.query("SELECT 1").catch(({ code, message }) => ({ code, message }));
    await a.query("COMMIT");
    const after = (await b.query("SELECT 'served' AS then")).rows;
    await Promise.all([a.end(), b.end()]);
    return { error, after };
  },

  async wrongHost() {
    const other = new DsqlSigner({
      hostname: host.replace("2a.", "2b."),
      region: process.env.AWS_REGION,
    });
    return connect({ password: await other.getDbConnectAdminAuthToken() }).catch(refusal);
  },

  async wrongAction() {
    return connect({ password: await signer.getDbConnectAuthToken() }).catch(refusal);
  },

  async wrongRegion() {
    const other = new DsqlSigner({ hostname: host, region: "eu-west-1" });
    return connect({ password: await other.getDbConnectAdminAuthToken() }).catch(refusal);
  },

  async wrongDatabase() {
    return connect({ database: "other" }).catch(refusal);
  },

  async wrongSetting() {
    return connect({ statement_timeout: 1000 }).catch(refusal);
  },

  /** By address there is no SNI; the option names the cluster. */
  async byAddress() {
    const ssl = {
      ca: readFileSync(process.env.PGSSLROOTCERT),
      checkServerIdentity: () => undefined,
    };
    const identifier = host.slice(0, 26);
    const address = { host: process.env.PGHOSTADDR, ssl };
    const without = await connect(address).catch(refusal);
    const client = await connect({ ...address, options: `-c amzn-cluster-id=${identifier}` });
    const { rows } = await client.query("SELECT 1 AS one");
    await client.end();
    return { without, rows };
  },
};

function refusal({ severity, code, message, hint }) {
  return { severity, code, message, hint };
}

console.log(JSON.stringify(await stories[story]()));
