/** The time of a result of 20 MB, until node-postgres has all of it. */
import { interleave } from "../support/rounds.mjs";
import { compareRounds } from "../support/statistics.mjs";

const ROWS = 20_000;
const ROW_BYTES = 1_000;
const QUERY = `SELECT repeat('x', ${ROW_BYTES}) AS text FROM generate_series(1, ${ROWS})`;

/** Resolves to rows of the table. */
export async function measureLargeResult({ emulator, pgliteSocket, plan }) {
  const candidates = [emulator, pgliteSocket];
  const open = new Map();
  for (const { name, connect } of candidates) open.set(name, await connect());
  for (const each of candidates) await timeOf(open.get(each.name));
  const results = await interleave(candidates, plan.largeRounds, ({ name }) =>
    timeOf(open.get(name)),
  );
  for (const client of open.values()) await client.end();
  const row = {
    what: "result of 20 MB (20,000 rows)",
    unit: "ms",
    peerName: pgliteSocket.name,
    ...compareRounds(results.get(emulator.name), results.get(pgliteSocket.name)),
  };
  return [row];
}

async function timeOf(client) {
  const start = performance.now();
  const { rows } = await client.query(QUERY);
  const time = performance.now() - start;
  if (rows.length !== ROWS || rows[0].text.length !== ROW_BYTES)
    throw new Error("rows are missing");
  return time;
}
