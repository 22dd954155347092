// The stories of pools and clients that have the interface of node-postgres.
import { failure, hour } from "./stories.mjs";

export async function admin(client) {
  const [{ user }] = (await client.query('SELECT current_user AS "user"')).rows;
  const values = await client.query("SELECT $1::int + 1 AS next, $2::text || 'dź' AS text", [
    41,
    "Łó",
  ]);
  const large = await client.query(
    "SELECT i, repeat('x', 100) FROM generate_series(1, 20000) AS i",
  );
  await client.query("CREATE TABLE story (id int PRIMARY KEY)");
  for (const [id, end] of [
    [1, "COMMIT"],
    [2, "ROLLBACK"],
  ]) {
    await client.query("BEGIN");
    await client.query("INSERT INTO story VALUES ($1)", [id]);
    await client.query(end);
  }
  const kept = await client.query("SELECT id FROM story ORDER BY id");
  const error = await client.query("SELECT * FROM no_such_table").catch(failure);
  await client.end();
  return {
    user,
    ...values.rows[0],
    rows: large.rows.length,
    sum: large.rows.reduce((sum, { i }) => sum + i, 0),
    kept: kept.rows.map(({ id }) => id),
    error,
  };
}

export async function pool(connections) {
  const { users, sessions } = await seenBy(connections);
  await connections.query("CREATE TABLE pooled (id int PRIMARY KEY)");
  for (const id of [1, 2]) await connections.query("INSERT INTO pooled VALUES ($1)", [id]);
  const kept = await connections.query("SELECT id FROM pooled ORDER BY id");
  const name = await connections.query("SELECT current_setting('application_name') AS name");
  await connections.end();
  return {
    users,
    sessions: new Set(sessions).size,
    kept: kept.rows.map(({ id }) => id),
    application: name.rows[0].name,
  };
}

export async function poolOverTheHour(connections) {
  const answer = await hour(() => seenBy(connections));
  await connections.end();
  return answer;
}

/** A connection with the two functions that the shared stories call. */
export async function connected(client) {
  await client.connect();
  return {
    query: async (text) => (await client.query(text)).rows,
    end: () => client.end(),
  };
}

async function seenBy(connections) {
  const held = [];
  for (let i = 0; i < 4; i++) held.push(await connections.connect());
  const users = [];
  for (const one of held) {
    users.push((await one.query('SELECT current_user AS "user"')).rows[0].user);
  }
  for (const one of held) one.release();
  return { users, sessions: held.map(({ processID }) => processID) };
}
