// Writes orders through AWS's connector for node-postgres. Nothing here knows of the emulator.
import { AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";

const host = process.env.DSQL_ENDPOINT;
const orders = new AuroraDSQLPool({ host, user: "orders" });
try {
  await orders.query("INSERT INTO orders (customer, cents) VALUES ($1, $2), ($3, $4)", [
    "Anna",
    1250,
    "Bert",
    750,
  ]);
  const { rows } = await orders.query(
    "SELECT current_user AS role, sum(cents)::int AS cents FROM orders",
  );
  console.log(JSON.stringify(rows[0]));
} finally {
  await orders.end();
}

// What its policy does not allow is refused, as it would be by the service.
const admin = new AuroraDSQLPool({ host, user: "admin" });
try {
  await admin.query("SELECT 1");
  console.error("orders became admin");
  process.exitCode = 1;
} catch (error) {
  console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
} finally {
  await admin.end();
}
