/** How long a connection takes, from `connect()` of node-postgres to the first ReadyForQuery. */
import { atOnce, interleave } from "../support/rounds.mjs";
import { compareRounds, quantile } from "../support/statistics.mjs";

const AIM_P50_RATIO = 1.25;

/** Resolves to rows of the table. */
export async function measureConnect({ emulator, tlsEcho, pgliteSocket, plan }) {
  const rows = [];
  for (const [atATime, connections] of [
    [1, plan.connections],
    [16, plan.connections * 3],
  ]) {
    const results = await interleave(
      [emulator, tlsEcho, pgliteSocket],
      plan.connectRounds,
      ({ connect }) => connectTimes(connect, connections, atATime),
    );
    for (const other of [tlsEcho, pgliteSocket]) {
      for (const [label, share] of [
        ["p50", 0.5],
        ["p99", 0.99],
      ]) {
        const of = (name) => results.get(name).map((times) => quantile(times, share));
        const hasAim = other === tlsEcho && share === 0.5;
        rows.push({
          what: `connect, ${atATime} at a time, ${label}`,
          unit: "ms",
          peerName: other === tlsEcho ? tlsEcho.name : `${pgliteSocket.name}, no TLS, no password`,
          ...compareRounds(of(emulator.name), of(other.name)),
          ...(hasAim && { aim: { ratioAtMost: AIM_P50_RATIO } }),
        });
      }
    }
  }
  return rows;
}

async function connectTimes(connect, connections, atATime) {
  const times = [];
  let left = connections;
  await atOnce(atATime, async () => {
    while (left > 0) {
      left -= 1;
      const start = performance.now();
      const client = await connect();
      times.push(performance.now() - start);
      await client.end();
    }
  });
  return times;
}
