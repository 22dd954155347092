/** Queries a second: the simple protocol, and the extended one with an unnamed statement. */
import { atOnce, interleave } from "../support/rounds.mjs";
import { compareRounds } from "../support/statistics.mjs";

const KINDS = [
  { name: "simple", query: "SELECT 1 AS n", aims: { 1: 0.6 } },
  { name: "extended", query: { text: "SELECT $1::int AS n", values: [1] }, aims: { 16: 2 } },
];

/** Resolves to rows of the table. */
export async function measureQueries({ emulator, pgliteSocket, plan }) {
  const rows = [];
  const candidates = [emulator, pgliteSocket];
  for (const clients of [1, 16]) {
    const open = new Map();
    for (const { name, connect } of candidates) open.set(name, await connectMany(connect, clients));
    for (const { name: kind, query, aims } of KINDS) {
      const rate = ({ name }) => queriesPerSecond(open.get(name), query, plan.queryMs);
      for (const each of candidates) await rate(each);
      const results = await interleave(candidates, plan.queryRounds, rate);
      rows.push({
        what: `\`SELECT\`, ${kind}, ${clients === 1 ? "1 client" : `${clients} clients`}`,
        unit: "queries/s",
        peerName: pgliteSocket.name,
        ...compareRounds(results.get(emulator.name), results.get(pgliteSocket.name)),
        ...(aims[clients] !== undefined && { aim: { ratioAtLeast: aims[clients] } }),
      });
    }
    for (const each of open.values()) await Promise.all(each.map((client) => client.end()));
  }
  return rows;
}

async function connectMany(connect, count) {
  const clients = [];
  await atOnce(count, async () => clients.push(await connect()));
  return clients;
}

async function queriesPerSecond(clients, query, durationMs) {
  let answered = 0;
  const start = performance.now();
  const end = start + durationMs;
  await atOnce(clients.length, async (index) => {
    while (performance.now() < end) {
      const { rows } = await clients[index].query(query);
      if (rows[0].n !== 1) throw new Error(`the answer is ${JSON.stringify(rows)}`);
      answered += 1;
    }
  });
  return answered / ((performance.now() - start) / 1000);
}
