/** One PGlite as a synchronous function from frontend messages to backend messages. */

import { PGlite } from "@electric-sql/pglite";
import { type BackendModule, backendModuleOf } from "./backend-module.ts";
import { findServerError, type ServerError } from "./backend-reply.ts";
import { SESSION_FACTS_AT_START, SESSION_FACTS_SETTING } from "./session-facts.ts";

/**
 * Parameters of the single-user PostgreSQL. Against PGlite's own list: no `-O` (it would let a
 * superuser change system tables), smaller buffers, and what DSQL's sessions start with.
 */
const START_PARAMETERS: readonly string[] = [
  "--single",
  "-F",
  "-j",
  ...[
    "exit_on_error=false",
    "io_method=sync",
    "log_checkpoints=false",
    "log_min_messages=panic",
    "max_parallel_maintenance_workers=0",
    "max_parallel_workers=0",
    "max_parallel_workers_per_gather=0",
    "max_worker_processes=0",
    "shared_buffers=16MB",
    // With PostgreSQL's own 2 MB a recursive SQL function meets the memory limit before this one.
    "max_stack_depth=1MB",
    // Spilled sorts live in the memory of the process too; without a cap one query could use it up.
    "temp_file_limit=256MB",
    "default_transaction_isolation=repeatable read",
    "timezone=UTC",
    `${SESSION_FACTS_SETTING}=${SESSION_FACTS_AT_START}`,
  ].flatMap((setting) => ["-c", setting]),
];

/** Where the database cluster comes from. */
export type BackendSource =
  /** The files of the snapshot, as an uncompressed tar; the cluster lives in memory. */
  | { readonly kind: "memory"; readonly snapshotTar: Uint8Array }
  /** A directory with a complete cluster. */
  | { readonly kind: "directory"; readonly path: string };

/** A running PostgreSQL; every call runs to its end before it returns. */
export interface Backend {
  readonly module: BackendModule;
  /**
   * Runs framed, checked frontend messages; never an empty buffer.
   *
   * @param onOutput gets views of the engine's memory, good until it returns; must not throw
   */
  execute(frames: Uint8Array, onOutput: (view: Uint8Array) => void): void;
  /** Runs SQL in a simple Query and returns the whole answer. */
  query(sql: string): Uint8Array;
  /** Runs SQL that must not fail. @throws Error with PostgreSQL's text when it does */
  command(sql: string): void;
}

/** Starts PostgreSQL; `hardenWebAssembly` must have been called in this thread before. */
export async function startBackend(source: BackendSource): Promise<Backend> {
  const pglite = await PGlite.create({
    ...(source.kind === "directory"
      ? { dataDir: source.path }
      : { loadDataDir: tarBlob(source.snapshotTar) }),
    startParams: [...START_PARAMETERS],
  });
  return createBackend(pglite);
}

function createBackend(pglite: PGlite): Backend {
  const execute = (frames: Uint8Array, onOutput: (view: Uint8Array) => void): void => {
    // Without `syncToFs` all of it happens before the promise is returned. What it rejects with has
    // no meaning of its own: an answer without its ReadyForQuery tells the caller of a broken engine.
    pglite
      .execProtocolRawStream(frames, { syncToFs: false, onRawData: onOutput })
      .catch(() => undefined);
  };
  const query = (sql: string): Uint8Array => {
    const pieces: Uint8Array[] = [];
    execute(queryMessage(sql), (view) => pieces.push(view.slice()));
    return Buffer.concat(pieces);
  };
  const command = (sql: string): void => {
    const error: ServerError | undefined = findServerError(query(sql));
    if (error !== undefined)
      throw new Error(`\`${sql}\` failed: ${error.sqlState} ${error.message}`);
  };
  return { module: backendModuleOf(pglite.Module), execute, query, command };
}

/** What PGlite reads of a Blob; a real one would copy the bytes twice. */
function tarBlob(tar: Uint8Array): Blob {
  return {
    type: "application/x-tar",
    arrayBuffer: () => Promise.resolve(tar),
  } as unknown as Blob;
}

function queryMessage(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write("Q");
  message.writeInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
}
