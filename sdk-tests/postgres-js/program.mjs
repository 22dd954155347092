// postgres.js with a token of AWS's own signer, made anew for each connection.
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import postgres from "postgres";

const host = process.env.PGHOST;
const signer = new DsqlSigner({ hostname: host, region: process.env.AWS_REGION });
const sql = postgres({
  host,
  port: Number(process.env.PGPORT),
  user: "admin",
  database: "postgres",
  password: () => signer.getDbConnectAdminAuthToken(),
  ssl: { rejectUnauthorized: true },
  max: 5,
  onnotice: () => undefined,
});

const answer = {};
try {
  await sql`CREATE TABLE entries (id int PRIMARY KEY, body jsonb, made timestamptz DEFAULT now())`;
  await sql`INSERT INTO entries ${sql(
    [
      { id: 1, body: { a: [1, "zwei"] } },
      { id: 2, body: null },
    ],
    "id",
    "body",
  )}`;
  // Pipelined on five connections.
  const many = await Promise.all(
    Array.from(
      { length: 50 },
      (_, n) => sql`SELECT ${n}::int AS n, body FROM entries WHERE id = 1`,
    ),
  );
  answer.many = many.every(([row], n) => row.n === n && row.body.a[1] === "zwei");
  answer.transaction = await sql.begin(async (tx) => {
    await tx`UPDATE entries SET body = '{}' WHERE id = 2`;
    return (await tx`SELECT count(*)::int AS n FROM entries WHERE body = '{}'`)[0].n;
  });
  answer.rolledBack = await sql
    .begin(async (tx) => {
      await tx`DELETE FROM entries`;
      throw new Error("no");
    })
    .catch(({ message }) => message);
  answer.left = (await sql`SELECT count(*)::int AS n FROM entries`)[0].n;
  const rows = [];
  await sql`SELECT g FROM generate_series(1, 1000) g`.cursor(300, (batch) =>
    rows.push(batch.length),
  );
  answer.cursor = rows;
  const { Readable } = await import("node:stream");
  const { pipeline } = await import("node:stream/promises");
  await pipeline(
    Readable.from(["3\t{}\n", "4\t{}\n"]),
    await sql`COPY entries (id, body) FROM STDIN`.writable(),
  );
  const chunks = [];
  for await (const chunk of await sql`COPY (SELECT id FROM entries ORDER BY id) TO STDOUT`.readable())
    chunks.push(chunk);
  answer.copied = Buffer.concat(chunks).toString();
  answer.error = await sql`SELECT 1/0`.catch(({ code, severity }) => ({ code, severity }));
} catch ({ code, message, detail, hint }) {
  answer.failure = { code, message, detail, hint };
} finally {
  await sql.end();
}
console.log(JSON.stringify(answer));
