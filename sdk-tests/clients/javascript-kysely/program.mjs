// Kysely over the pool of AWS's connector.
import { AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import { Kysely, PostgresDialect, sql } from "kysely";
import { poolOverTheHour } from "./node-postgres.mjs";
import { failure, tell } from "./stories.mjs";

// [connect]
const pool = new AuroraDSQLPool({ host: process.env.PGHOST, user: "admin", max: 4 });
// A connection that ends while nobody uses it; the pool opens another one.
pool.on("error", () => undefined);

const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
// [/connect]

const createTable = (name) =>
  db.schema
    .createTable(name)
    .addColumn("id", "integer", (column) => column.primaryKey())
    .execute();
const idsOf = async (name) =>
  (await db.selectFrom(name).select("id").orderBy("id").execute()).map(({ id }) => id);

async function admin() {
  const [{ user }] = (await sql`SELECT current_user AS "user"`.execute(db)).rows;
  const values = await sql`SELECT ${41}::int + 1 AS next, ${"Łó"}::text || 'dź' AS text`.execute(
    db,
  );
  const large = await sql`SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i`.execute(
    db,
  );
  await createTable("story");
  await db
    .transaction()
    .execute((transaction) => transaction.insertInto("story").values({ id: 1 }).execute());
  const undo = new Error("undo");
  await db
    .transaction()
    .execute(async (transaction) => {
      await transaction.insertInto("story").values({ id: 2 }).execute();
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  const kept = await idsOf("story");
  const error = await db.selectFrom("no_such_table").selectAll().execute().catch(failure);
  await db.destroy();
  return {
    user,
    ...values.rows[0],
    rows: large.rows.length,
    sum: large.rows.reduce((sum, { i }) => sum + i, 0),
    kept,
    error,
  };
}

async function pooled() {
  const statement = sql`SELECT current_user AS "user", pg_backend_pid() AS session`;
  const seen = await Promise.all(
    Array.from({ length: 4 }, () =>
      db.transaction().execute(async (transaction) => {
        const { rows } = await statement.execute(transaction);
        return rows[0];
      }),
    ),
  );
  await createTable("pooled");
  await db
    .insertInto("pooled")
    .values([{ id: 1 }, { id: 2 }])
    .execute();
  const kept = await idsOf("pooled");
  const name = await sql`SELECT current_setting('application_name') AS name`.execute(db);
  await db.destroy();
  return {
    users: seen.map(({ user }) => user),
    sessions: new Set(seen.map(({ session }) => session)).size,
    kept,
    application: name.rows[0].name,
  };
}

await tell(
  {
    token: async () => ({ notOffered: "the connector takes that of the AWS SDK" }),
    admin,
    pool: pooled,
    hour: () => poolOverTheHour(pool),
  },
  (user, action, customCredentialsProvider) => {
    if ((action === "DbConnectAdmin") !== (user === "admin")) return undefined;
    const region = process.env.AWS_REGION;
    const host = process.env.PGHOST;
    const own = new AuroraDSQLPool({ host, region, user, max: 1, customCredentialsProvider });
    const database = new Kysely({ dialect: new PostgresDialect({ pool: own }) });
    const connection = {
      query: async (text) => (await sql.raw(text).execute(database)).rows,
      end: () => database.destroy(),
    };
    return connection.query("SELECT 1").then(
      () => connection,
      async (error) => {
        await database.destroy();
        throw error;
      },
    );
  },
);
