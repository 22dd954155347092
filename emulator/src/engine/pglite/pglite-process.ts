/**
 * The main thread's side of one PGlite in a worker thread. PGlite itself is never loaded here.
 */

import { Worker } from "node:worker_threads";
import { type CallWatchdog, createCallWatchdog, heldBackMs } from "./call-watchdog.ts";
import { createCancelSignal } from "./cancel-signal.ts";
import { lockDirectory } from "./directory-lock.ts";
import type { CallOutcome, EngineCall, EngineProcess } from "./engine-process.ts";
import { findSnapshot } from "./snapshot-recipe.ts";
import {
  type CallMessage,
  type CancelFlags,
  CONTROL,
  CONTROL_WORDS,
  type SuperuserGuardName,
  type WorkerMessage,
  type WorkerOptions,
} from "./worker-protocol.ts";

/** PostgreSQL recurses deeply; with less, SQL functions overflow the stack before its own limit. */
const WORKER_STACK_MIB = 64;
/** Start without a result. Our choice: the slowest start that was measured took under 5 s. */
const START_TIMEOUT_MS = 60_000;
/** Must stay below 20 s together with the time that an interrupted statement is given. Our choice. */
const DEFAULT_STATEMENT_WATCHDOG_MS = 15_000;
const DEFAULT_MEMORY_LIMIT_MIB = 512;
/** Call numbers fit the control words, negated as well. */
const MAX_CALL_NUMBER = 2 ** 30;

/** How to start an engine. */
export interface PgliteProcessOptions {
  /** Directory of the database; made from the snapshot when it does not exist. In memory without it. */
  readonly dataDirectory?: string | undefined;
  /** Files of the database, as a tar, to start from in memory instead of the snapshot. */
  readonly archive?: Uint8Array | undefined;
  /** The prepared snapshot; by default the one that the build has made. */
  readonly snapshotFile?: string | undefined;
  /** Time after which a statement is interrupted, below 17,000; 15,000 by default. */
  readonly statementWatchdogMs?: number | undefined;
  /** Cap of PostgreSQL's memory, 128 to 4,096; 512 by default. */
  readonly memoryLimitMiB?: number | undefined;
  /** For tests: use this guard against becoming superuser, and not the best one that works. */
  readonly superuserGuard?: SuperuserGuardName | undefined;
}

type OnOutput = (chunk: Uint8Array) => Promise<void> | undefined;

interface PendingCall {
  readonly onOutput: OnOutput;
  readonly resolve: (outcome: CallOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** Bytes that its sink has not taken yet, as far as they hold the engine back. */
  outstandingBytes: number;
  sinkError?: { readonly error: unknown };
}

/**
 * Starts PGlite in a worker thread.
 *
 * @throws Error when the directory is locked or not a database, when there is no snapshot, or when
 * the engine fails its self-tests
 */
export async function startPgliteProcess(
  options: PgliteProcessOptions = {},
): Promise<EngineProcess> {
  const snapshotFile = options.snapshotFile ?? findSnapshot();
  const unlock =
    options.dataDirectory === undefined ? undefined : lockDirectory(options.dataDirectory);
  const control = new Int32Array(
    new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
  );
  let worker: Worker;
  try {
    worker = startWorker({
      snapshotFile,
      dataDirectory: options.dataDirectory,
      archive: options.archive,
      memoryLimitMiB: options.memoryLimitMiB ?? DEFAULT_MEMORY_LIMIT_MIB,
      superuserGuard: options.superuserGuard,
      controlWords: control,
    });
  } catch (error) {
    unlock?.();
    throw error;
  }
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      unlock?.();
      resolve();
    });
  });
  try {
    const cancelFlags = await readyOf(worker, options.dataDirectory);
    return new PgliteProcess(worker, control, cancelFlags, exited, options);
  } catch (error) {
    await worker.terminate();
    await exited;
    throw error;
  }
}

function startWorker(workerData: WorkerOptions): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = isSource ? "./worker-from-source.mjs" : "./pglite-worker.js";
  const file = new URL(entry, import.meta.url);
  return new Worker(file, {
    workerData,
    name: "pglite",
    env: {},
    execArgv: [],
    resourceLimits: { stackSizeMb: WORKER_STACK_MIB },
  });
}

function readyOf(worker: Worker, dataDirectory: string | undefined): Promise<CancelFlags> {
  const where = dataDirectory === undefined ? "" : ` in \`${dataDirectory}\``;
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      settle();
      reject(new Error(`the database engine did not start${where}: ${reason}`, { cause }));
    };
    const onMessage = (message: WorkerMessage): void => {
      if (message.kind === "start-failed") fail(message.message);
      if (message.kind !== "ready") return;
      settle();
      resolve(message.cancelFlags);
    };
    const onError = (error: Error): void => {
      fail(error.message, error);
    };
    const onExit = (): void => {
      fail("its worker thread ended");
    };
    const timer = setTimeout(() => {
      fail(`no answer within ${START_TIMEOUT_MS} ms`);
    }, START_TIMEOUT_MS);
    const settle = (): void => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

class PgliteProcess implements EngineProcess {
  readonly lost: Promise<string>;
  readonly #worker: Worker;
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #exited: Promise<void>;
  readonly #watchdog: CallWatchdog;
  /** In the order in which they were submitted, which is the order in which they run. */
  readonly #pending = new Map<number, PendingCall>();
  readonly #resolveLost: (reason: string) => void;
  #lostReason: string | undefined;
  #lastCallNumber = 0;

  constructor(
    worker: Worker,
    control: Int32Array<SharedArrayBuffer>,
    cancelFlags: CancelFlags,
    exited: Promise<void>,
    options: PgliteProcessOptions,
  ) {
    this.#worker = worker;
    this.#control = control;
    this.#exited = exited;
    const { promise, resolve } = withResolvers<string>();
    this.lost = promise;
    this.#resolveLost = resolve;
    this.#watchdog = createCallWatchdog({
      control,
      sendCancel: createCancelSignal(control, cancelFlags),
      statementLimitMs: options.statementWatchdogMs ?? DEFAULT_STATEMENT_WATCHDOG_MS,
      onWedged: (reason) => void this.#lose(reason),
    });
    worker.on("message", (message: WorkerMessage) => {
      this.#receive(message);
    });
    worker.on("error", (error) => void this.#lose(`the engine crashed: ${error.message}`));
    worker.on("exit", () => void this.#lose("the engine's worker thread ended"));
  }

  run(call: EngineCall, onOutput: OnOutput): Promise<CallOutcome> {
    if (this.#lostReason !== undefined) {
      return Promise.resolve({ kind: "lost", reason: this.#lostReason });
    }
    this.#lastCallNumber = (this.#lastCallNumber % MAX_CALL_NUMBER) + 1;
    const callNumber = this.#lastCallNumber;
    const frames = ownBuffer(call.frames);
    const message: CallMessage = { ...call, frames, callNumber };
    return new Promise((resolve, reject) => {
      this.#pending.set(callNumber, { onOutput, resolve, reject, outstandingBytes: 0 });
      this.#watchdog.wake(() => this.#pending.size > 0);
      this.#worker.postMessage(message, [frames.buffer]);
    });
  }

  heldBackMs(): number {
    return heldBackMs(this.#control);
  }

  requestCancel(): void {
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#watchdog.cancel(oldest);
  }

  async terminate(): Promise<void> {
    await this.#lose("the engine was stopped");
  }

  #receive(message: WorkerMessage): void {
    if (message.kind !== "output" && message.kind !== "outcome") return;
    const call = this.#pending.get(message.callNumber);
    if (call === undefined) return;
    if (message.kind === "output") {
      const size = message.bytes.length;
      call.outstandingBytes += size;
      this.#deliver(call, message.bytes, () => {
        this.#taken(call, size);
      });
      return;
    }
    if (message.bytes !== undefined) this.#deliver(call, message.bytes, () => undefined);
    // What its sink has still to take must not hold back the calls of others.
    this.#taken(call, call.outstandingBytes);
    this.#watchdog.ended(message.callNumber);
    if (message.outcome.kind === "lost") {
      void this.#lose(message.outcome.reason);
      return;
    }
    this.#pending.delete(message.callNumber);
    if (call.sinkError === undefined) call.resolve(message.outcome);
    else call.reject(call.sinkError.error);
  }

  #taken(call: PendingCall, size: number): void {
    const taken = Math.min(size, call.outstandingBytes);
    if (taken === 0) return;
    call.outstandingBytes -= taken;
    Atomics.sub(this.#control, CONTROL.outstandingBytes, taken);
    Atomics.notify(this.#control, CONTROL.outstandingBytes);
  }

  /** Hands a piece to the sink; `onTaken` is called when it has taken it or failed. */
  #deliver(call: PendingCall, bytes: Uint8Array, onTaken: () => void): void {
    try {
      const taken = call.onOutput(bytes);
      if (taken === undefined) onTaken();
      else taken.then(onTaken, onTaken);
    } catch (error) {
      call.sinkError ??= { error };
      onTaken();
    }
  }

  async #lose(reason: string): Promise<void> {
    if (this.#lostReason === undefined) {
      this.#lostReason = reason;
      this.#watchdog.stop();
      await this.#worker.terminate();
      await this.#exited;
      for (const call of this.#pending.values()) call.resolve({ kind: "lost", reason });
      this.#pending.clear();
      this.#resolveLost(reason);
    }
    await this.lost;
  }
}

/** The bytes in a buffer of their own, which can be moved to the worker. */
function ownBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isOwn ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
