// waiting-client.mjs HOST PORT SERVER_NAME CA_FILE: a client whose statement runs until the emulator stops. The token is
// in PGPASSWORD. Prints "begun", and at the end the SQLSTATE of each error that it was told.
import { readFileSync } from "node:fs";
import pg from "pg";

const [host, port, servername, caFile] = process.argv.slice(2);
const client = new pg.Client({
  host,
  port: Number(port),
  user: "admin",
  database: "postgres",
  password: process.env.PGPASSWORD,
  ssl: { ca: readFileSync(caFile, "utf8"), servername },
});
const told = [];
// What node-postgres says itself when a connection ends has no SQLSTATE.
client.on("error", ({ code }) => code !== undefined && told.push(code));
const ended = new Promise((resolve) => client.once("end", resolve));
await client.connect();
await client.query("SELECT 1");
console.log("begun");
await client.query("SELECT pg_sleep(30)").catch((error) => told.push(error.code));
await ended;
console.log(told.join(" "));
