/**
 * Entry of the engine's worker thread: hardens WebAssembly, starts PostgreSQL, proves that it is safe
 * to use, then runs the calls that arrive.
 */

import { parentPort, workerData } from "node:worker_threads";
import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { firstValue } from "./backend-reply.ts";
import { createCallRunner, type RunCall } from "./call-runner.ts";
import { createImageTasks, type ImageTasks } from "./image-tasks.ts";
import { createTestedGuard } from "./escape-self-test.ts";
import { hardenWebAssembly } from "./harden-web-assembly.ts";
import { OutputPump, type PostMessage } from "./output-pump.ts";
import { reportDsqlVersion } from "./reported-version.ts";
import { refuseSettings, restrictSettings } from "./restrict-settings.ts";
import { createSessionFacts } from "./session-facts.ts";
import { createSessionMemory } from "./session-memory.ts";
import { openSnapshot } from "./snapshot-source.ts";
import { PROBE_SEQUENCE } from "./sys-schema.ts";
import type { CallMessage, CancelFlags, WorkerOptions } from "./worker-protocol.ts";

const port = parentPort;
if (port === null) throw new InvariantViolation("the engine was not started as a worker thread");
const post: PostMessage = (message, transfer) => {
  port.postMessage(message, transfer);
};

interface StartedEngine {
  readonly pump: OutputPump;
  readonly runCall: RunCall;
  readonly imageTasks: ImageTasks;
  readonly cancelFlags: CancelFlags;
}

async function start(options: WorkerOptions): Promise<StartedEngine> {
  const source = openSnapshot(options.snapshotFile, options.dataDirectory, options.archive);
  const webAssembly = hardenWebAssembly(options.memoryLimitMiB);
  // PGlite must not be loaded before WebAssembly is hardened.
  const { startBackend } = await import("./backend.ts");
  const backend = await startBackend(source);
  refuseEarlierDatabase(backend);
  const memory = webAssembly.memory();
  if (memory === undefined) throw new InvariantViolation("PGlite did not ask for a memory");

  reportDsqlVersion(backend, memory);
  const tellSessionFacts = createSessionFacts(backend, memory);
  const sessionMemory = createSessionMemory(backend, memory);
  const restricted = restrictSettings(backend, memory);
  const guard = createTestedGuard(backend, memory, options.superuserGuard);
  refuseSettings(backend, restricted);
  const control = options.controlWords;
  const pump = new OutputPump(control, post);
  const { module } = backend;
  const imageTasks = createImageTasks({
    backend,
    dataDirectory: options.dataDirectory,
    memory: () => webAssembly.memory() ?? memory,
    modulesCompiled: () => webAssembly.modulesCompiled(),
    sessionMemory,
  });
  return {
    pump,
    imageTasks,
    runCall: createCallRunner({
      backend,
      guard,
      tellSessionFacts,
      sessionMemory,
      imageTasks,
      pump,
      control,
      memory,
    }),
    cancelFlags: {
      memory,
      queryCancelPending: module._QueryCancelPending,
      interruptPending: module._InterruptPending,
      myLatch: module._MyLatch,
    },
  };
}

/** A database directory outlives the emulator that has made it. */
function refuseEarlierDatabase(backend: Backend): void {
  const sql = `SELECT pg_catalog.to_regclass('${PROBE_SEQUENCE}')`;
  if (firstValue(backend.query(sql)) !== undefined) return;
  throw new Error(
    "the database was made by an earlier version of the emulator and must be made anew",
  );
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}

try {
  const { pump, runCall, imageTasks, cancelFlags } = await start(workerData as WorkerOptions);
  port.on("message", (call: CallMessage) => {
    const outcome = runCall(call);
    const answer = pump.finish();
    // The archive is in shared memory, which is not moved.
    const bytes = imageTasks.takeArchive() ?? answer;
    const transfer = answer === undefined ? [] : [answer.buffer];
    post({ kind: "outcome", callNumber: call.callNumber, outcome, bytes }, transfer);
  });
  post({ kind: "ready", cancelFlags }, []);
} catch (error) {
  post({ kind: "start-failed", message: describe(error) }, []);
}
