/** From the start of the process to the first answered query, in an empty directory each time. */
import { startEmulator, startPgliteSocket } from "../support/candidates.mjs";
import { interleave } from "../support/rounds.mjs";
import { compareRounds } from "../support/statistics.mjs";

const AIM_MS = 1_500;

/** Resolves to rows of the table. */
export async function measureStart({ dist, plan }) {
  const starters = [
    { name: "emulator", start: () => startEmulator(dist) },
    { name: "pglite-socket", start: () => startPgliteSocket() },
  ];
  const results = await interleave(starters, plan.starts, ({ start }) => startTimes(start));
  const compared = (field) =>
    compareRounds(...starters.map(({ name }) => results.get(name).map((times) => times[field])));
  const common = { unit: "ms", peerName: "pglite-socket" };
  return [
    {
      what: "start of the process to first answered query",
      ...common,
      ...compared("firstAnswerMs"),
      aim: { valueBelow: AIM_MS },
    },
    { what: "start of the process to ready", ...common, ...compared("readyMs") },
  ];
}

async function startTimes(start) {
  const { connect, stop, startedAt, readyAt } = await start();
  const client = await connect();
  await client.query("SELECT 1");
  const firstAnswerMs = performance.now() - startedAt;
  await client.end();
  await stop();
  return { firstAnswerMs, readyMs: readyAt - startedAt };
}
