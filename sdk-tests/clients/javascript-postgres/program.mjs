// postgres.js with a token of AWS's own signer, made anew for each connection.
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import postgres from "postgres";
import { failure, hour, tell } from "./stories.mjs";

// [connect]
const host = process.env.PGHOST;
const signer = new DsqlSigner({ hostname: host, region: process.env.AWS_REGION });
const settings = {
  host,
  user: "admin",
  database: "postgres",
  password: () => signer.getDbConnectAdminAuthToken(),
  ssl: { rejectUnauthorized: true },
  max: 4,
};
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

async function admin() {
  const sql = postgres(settings);
  const [{ user }] = await sql`SELECT current_user AS "user"`;
  const [values] = await sql`SELECT ${41}::int + 1 AS next, ${"Łó"}::text || 'dź' AS text`;
  const large = await sql`SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i`;
  await sql`CREATE TABLE story (id int PRIMARY KEY)`;
  await sql.begin((transaction) => transaction`INSERT INTO story VALUES (${1})`);
  const undo = new Error("undo");
  await sql
    .begin(async (transaction) => {
      await transaction`INSERT INTO story VALUES (${2})`;
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  const kept = await sql`SELECT id FROM story ORDER BY id`;
  const error = await sql`SELECT * FROM no_such_table`.catch(failure);
  await sql.end();
  return {
    user,
    ...values,
    rows: large.length,
    sum: large.reduce((sum, { i }) => sum + i, 0),
    kept: kept.map(({ id }) => id),
    error,
  };
}

async function pool() {
  const sql = postgres(settings);
  const { users, sessions } = await seenBy(sql);
  await sql`CREATE TABLE pooled (id int PRIMARY KEY)`;
  for (const id of [1, 2]) await sql`INSERT INTO pooled VALUES (${id})`;
  const kept = await sql`SELECT id FROM pooled ORDER BY id`;
  const [{ name }] = await sql`SELECT current_setting('application_name') AS name`;
  await sql.end();
  return {
    users,
    sessions: new Set(sessions).size,
    kept: kept.map(({ id }) => id),
    application: name,
  };
}

async function poolOverTheHour() {
  const sql = postgres(settings);
  const answer = await hour(() => seenBy(sql));
  await sql.end();
  return answer;
}

async function seenBy(sql) {
  const held = [];
  for (let i = 0; i < 4; i++) held.push(await sql.reserve());
  const rows = [];
  for (const one of held) {
    rows.push((await one`SELECT current_user AS "user", pg_backend_pid() AS session`)[0]);
  }
  for (const one of held) one.release();
  return {
    users: rows.map(({ user }) => user),
    sessions: rows.map(({ session }) => session),
  };
}

await tell(
  {
    token: async () => ({
      DbConnect: await token("DbConnect"),
      DbConnectAdmin: await token("DbConnectAdmin"),
    }),
    admin,
    pool,
    hour: poolOverTheHour,
  },
  async (user, action, credentials) => {
    const password = () => token(action, credentials);
    const sql = postgres({ ...settings, user, password, max: 1 });
    await sql`SELECT 1`;
    return { query: async (text) => sql.unsafe(text), end: () => sql.end() };
  },
);
