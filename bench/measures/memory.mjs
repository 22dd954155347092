/** Resident memory of the emulator's process: idle, with its engine, and with open sessions. */
import { setTimeout as pause } from "node:timers/promises";
import { startEmulator } from "../support/candidates.mjs";
import { residentMegabytes } from "../support/processes.mjs";
import { atOnce } from "../support/rounds.mjs";
import { median } from "../support/statistics.mjs";

const AIM_IDLE_MB = 100;
const SESSIONS = [100, 1_000];
const CONNECT_AT_A_TIME = 16;
/** Time for what a step has left behind to settle. */
const SETTLE_MS = 500;

/** Resolves to rows of the table. */
export async function measureMemory({ dist, plan }) {
  const runs = [];
  for (let run = 0; run < plan.memoryRuns; run += 1) runs.push(await memoryOfOneRun(dist));
  const [first] = runs;
  return first.map(({ what }, index) => ({
    what: `memory (RSS), ${what}`,
    unit: "MB",
    value: medianIfKnown(runs.map((run) => run[index].megabytes)),
    ...(index === 0 && { aim: { valueBelow: AIM_IDLE_MB } }),
  }));
}

async function memoryOfOneRun(dist) {
  const { connect, stop, pid } = await startEmulator(dist);
  const steps = [];
  const note = async (what) => {
    await pause(SETTLE_MS);
    steps.push({ what, megabytes: residentMegabytes(pid) });
  };
  await note("idle, no engine yet");
  const clients = [await connect()];
  await clients[0].query("SELECT 1");
  await note("engine started, 1 session");
  for (const sessions of SESSIONS) {
    await atOnce(CONNECT_AT_A_TIME, async () => {
      while (clients.length < sessions) {
        const place = clients.push(undefined) - 1;
        clients[place] = await connect();
      }
    });
    await note(`${sessions.toLocaleString("en")} open sessions`);
  }
  await Promise.all(clients.map((client) => client.end()));
  await stop();
  return steps;
}

function medianIfKnown(values) {
  return values.includes(undefined) ? undefined : median(values);
}
