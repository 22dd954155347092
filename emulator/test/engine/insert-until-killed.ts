/**
 * Program for the test of the data directory: opens the directory that it is given, says how many rows
 * it finds, then inserts rows for ever and says the number of each one that was acknowledged.
 */

import { ask } from "../support/session-client.ts";
import { engineUnderTest, query } from "./engine-under-test.ts";

const [dataDirectory] = process.argv.slice(2);
const bench = engineUnderTest({ dataDirectory });
const session = await bench.open();
await query(session, "CREATE TABLE IF NOT EXISTS acknowledged (n int PRIMARY KEY)");
const [row = ""] = await query(session, "SELECT coalesce(max(n), 0) FROM acknowledged");
const found = Number(row.slice(2));
const [count = ""] = await query(session, "SELECT count(*) FROM acknowledged");
process.stdout.write(`found ${found} of ${count.slice(2)}\n`);
for (let n = found + 1; ; n += 1) {
  const { messages } = await ask(session, `Q INSERT INTO acknowledged VALUES (${n})`);
  if (messages[0] !== "C INSERT 0 1") throw new Error(messages.join());
  process.stdout.write(`${n}\n`);
}
