/**
 * An `EngineProcess` without an engine, for tests of what stands in front of it: it runs calls in
 * order on a `FakeBackend`, defers like the real one, and stops at the statement `SLEEP` until the
 * test goes on or cancels.
 */

import type { CallOutcome, EngineCall, EngineProcess } from "../../src/engine/index.ts";
import { FakeBackend, FakeSqlError, splitMessages } from "./fake-backend.ts";

/** A fake process, and what a test can do with it. */
export interface FakeEngineProcess {
  readonly process: EngineProcess;
  /** `<session>: <text of the first message>` of every call that was run, in order. */
  readonly log: readonly string[];
  /** `before` of every call that had one, in order. */
  readonly switches: readonly string[];
  /** Number of `requestCancel` calls. */
  cancelRequests(): number;
  /** Resolves when a statement `SLEEP` is running. */
  untilAsleep(): Promise<void>;
  /** Ends the statement `SLEEP` that is running. */
  wake(): void;
  /** Makes the next `before` fail. */
  failNextBefore(sqlState: string, message: string): void;
  /** The statement that runs is held back by its sink for so long. */
  holdBack(ms: number): void;
  /** Names of the prepared statements of the backend. */
  statements(): readonly string[];
  /** The process dies. */
  crash(reason: string): void;
}

/** Starts a fake process; every answer goes out in pieces of this many bytes. */
export function createFakeEngineProcess(pieceBytes = 7): FakeEngineProcess {
  const log: string[] = [];
  const switches: string[] = [];
  const asleepListeners: (() => void)[] = [];
  let endSleep: ((cancelled: boolean) => void) | undefined;
  let cancelRequests = 0;
  let beforeFailure: FakeSqlError | undefined;
  let heldBackMs = 0;
  let holder: number | undefined;
  let dead: string | undefined;
  let markLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    markLost = resolve;
  });
  const backend = new FakeBackend(
    () =>
      new Promise((resolve) => {
        endSleep = (cancelled) => {
          endSleep = undefined;
          resolve(cancelled);
        };
        for (const listener of asleepListeners.splice(0)) listener();
      }),
  );
  let last: Promise<unknown> = Promise.resolve();

  async function switchSettings(sql: string): Promise<FakeSqlError | undefined> {
    if (holder !== undefined) throw new Error("settings switched in a transaction");
    switches.push(sql);
    const failure = beforeFailure;
    beforeFailure = undefined;
    if (failure !== undefined) return failure;
    const answer = await backend.run(splitMessages(query(sql)));
    const [, sqlState, message = ""] = /C(.{5})\0M([^\0]*)\0/.exec(answer.toString("latin1")) ?? [];
    return sqlState === undefined ? undefined : new FakeSqlError(sqlState, message);
  }

  async function execute(
    call: EngineCall,
    onOutput: (chunk: Uint8Array) => Promise<void> | undefined,
  ): Promise<CallOutcome> {
    if (dead !== undefined) return { kind: "lost", reason: dead };
    if (holder !== undefined && holder !== call.sessionNumber) return { kind: "deferred" };
    heldBackMs = 0;
    return runCall(call, onOutput);
  }

  async function runCall(
    call: EngineCall,
    onOutput: (chunk: Uint8Array) => Promise<void> | undefined,
  ): Promise<CallOutcome> {
    backend.role = call.databaseRole;
    const failure = call.before === undefined ? undefined : await switchSettings(call.before);
    if (failure !== undefined) {
      holder = 0;
      return { kind: "before-failed", sqlState: failure.sqlState, message: failure.message };
    }
    const messages = splitMessages(call.frames);
    const text = messages[0]?.body.toString("latin1").replaceAll("\0", " ").trim() ?? "";
    log.push(`${call.sessionNumber}: ${text}`.trimEnd());
    const answer = await backend.run(messages);
    for (let offset = 0; offset < answer.length; offset += pieceBytes) {
      await onOutput(answer.subarray(offset, offset + pieceBytes));
    }
    const status = call.endsWithReadyForQuery ? backend.status : "-";
    holder = status === "I" ? undefined : call.sessionNumber;
    return { kind: "done", status };
  }

  function crash(reason: string): void {
    if (dead !== undefined) return;
    dead = reason;
    markLost(reason);
    endSleep?.(true);
  }

  return {
    process: {
      lost,
      run: (call, onOutput) => {
        const outcome = last.then(() => execute(call, onOutput));
        last = outcome.catch(() => undefined);
        return Promise.race([
          outcome,
          lost.then((reason): CallOutcome => ({ kind: "lost", reason })),
        ]);
      },
      heldBackMs: () => heldBackMs,
      requestCancel: () => {
        cancelRequests += 1;
        endSleep?.(true);
      },
      terminate: () => {
        crash("terminated");
        return Promise.resolve();
      },
    },
    log,
    switches,
    cancelRequests: () => cancelRequests,
    untilAsleep: () =>
      new Promise((resolve) => {
        if (endSleep === undefined) asleepListeners.push(resolve);
        else resolve();
      }),
    wake: () => endSleep?.(false),
    failNextBefore: (sqlState, message) => {
      beforeFailure = new FakeSqlError(sqlState, message);
    },
    holdBack: (ms) => {
      heldBackMs = ms;
    },
    statements: () => [...backend.statements.keys()],
    crash,
  };
}

function query(sql: string): Uint8Array {
  const body = Buffer.from(`${sql}\0`);
  const header = Buffer.alloc(5, "Q");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}
