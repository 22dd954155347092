// Drizzle over the pool of AWS's connector.
import { AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";
import { asc, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable } from "drizzle-orm/pg-core";
import { poolOverTheHour } from "./node-postgres.mjs";
import { failure, tell } from "./stories.mjs";

// [connect]
function openPool(user = "admin") {
  const connections = new AuroraDSQLPool({ host: process.env.PGHOST, user, max: 4 });
  // A connection that ends while nobody uses it; the pool opens another one.
  connections.on("error", () => undefined);
  return connections;
}

const pool = openPool();
const db = drizzle(pool);
// [/connect]

function tableOf(name) {
  return pgTable(name, { id: integer().primaryKey() });
}

/** Drizzle's errors have the database's as their cause. */
const cause = (error) => {
  throw error.cause;
};

async function admin() {
  const story = tableOf("story");
  const [{ user }] = (await db.execute(sql`SELECT current_user AS "user"`)).rows;
  const values = await db.execute(
    sql`SELECT ${41}::int + 1 AS next, ${"Łó"}::text || 'dź' AS text`,
  );
  const large = await db.execute(
    sql`SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i`,
  );
  await db.execute(sql`CREATE TABLE ${story} (id int PRIMARY KEY)`);
  await db.transaction((transaction) => transaction.insert(story).values({ id: 1 }));
  const undo = new Error("undo");
  await db
    .transaction(async (transaction) => {
      await transaction.insert(story).values({ id: 2 });
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  const kept = await db.select().from(story).orderBy(asc(story.id));
  const error = await db
    .select()
    .from(tableOf("no_such_table"))
    .catch(({ cause }) => failure(cause));
  await pool.end();
  return {
    user,
    ...values.rows[0],
    rows: large.rows.length,
    sum: large.rows.reduce((sum, { i }) => sum + i, 0),
    kept: kept.map(({ id }) => id),
    error,
  };
}

async function pooled() {
  const table = tableOf("pooled");
  const seen = await Promise.all(
    Array.from({ length: 4 }, () =>
      db.transaction(async (transaction) => {
        const { rows } = await transaction.execute(
          sql`SELECT current_user AS "user", pg_backend_pid() AS session`,
        );
        return rows[0];
      }),
    ),
  );
  await db.execute(sql`CREATE TABLE ${table} (id int PRIMARY KEY)`);
  await db.insert(table).values([{ id: 1 }, { id: 2 }]);
  const kept = await db.select().from(table).orderBy(asc(table.id));
  const name = await db.execute(sql`SELECT current_setting('application_name') AS name`);
  await pool.end();
  return {
    users: seen.map(({ user }) => user),
    sessions: new Set(seen.map(({ session }) => session)).size,
    kept: kept.map(({ id }) => id),
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
    const database = drizzle(own);
    const connection = {
      query: async (text) => (await database.execute(sql.raw(text)).catch(cause)).rows,
      end: () => own.end(),
    };
    return connection.query("SELECT 1").then(
      () => connection,
      async (error) => {
        await own.end();
        throw error;
      },
    );
  },
);
