// What a user of AWS's connector writes; nothing in it knows of the emulator.
import { AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";

const pool = new AuroraDSQLPool({
  host: process.env.PGHOST,
  user: process.argv[2] ?? "admin",
  max: 4,
});
const answer = {};
try {
  await pool.query(
    "CREATE TABLE IF NOT EXISTS owner (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(30), city varchar(80))",
  );
  const inserted = await Promise.all(
    ["Anna", "Bert", "Carl", "Dora"].map((name) =>
      pool.query("INSERT INTO owner (name, city) VALUES ($1, $2) RETURNING name", [name, "Łódź"]),
    ),
  );
  answer.inserted = inserted.map(({ rows }) => rows[0].name).sort();
  answer.updated = await pool.transaction(async (client) => {
    const { rowCount } = await client.query("UPDATE owner SET city = $1 WHERE name < $2", [
      "Berlin",
      "C",
    ]);
    return rowCount;
  });
  const { rows } = await pool.query("SELECT name, city FROM owner ORDER BY name");
  answer.rows = rows;
  answer.application = (
    await pool.query("SELECT current_setting('application_name') AS name")
  ).rows[0].name;
} catch ({ severity, code, message, detail, hint }) {
  answer.error = { severity, code, message, detail, hint };
} finally {
  await pool.end();
}
console.log(JSON.stringify(answer));
