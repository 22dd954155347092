/**
 * A `SqlEngine` without a database, for tests of what stands in front of one. Statements are words:
 * `FAIL`, `SLEEP` (until `wake` or `cancel`), `ROWS count bytes`, `WAIT` (a wait-timeout), `LOSE`
 * (the engine goes away while it runs), `TEAR` (it goes away in the middle of a message), `BUG` (a
 * rejected promise); any other one succeeds. `BEGIN`, `COMMIT` and `ROLLBACK` change the transaction
 * status, `FAIL` makes a transaction a failed one; in the extended protocol nothing else counts. A COPY
 * is accepted, and does nothing.
 */
import {
  commandComplete,
  dataRow,
  errorResponse,
  FRONTEND_TYPE,
  readyForQuery,
  type ReportedTransactionStatus,
  traceFrontend,
} from "../../src/pgwire/index.ts";
import type {
  BatchOutcome,
  EngineBatch,
  OutputSink,
  SqlEngine,
  SqlSession,
  SqlSessionOptions,
  TransactionStatus,
} from "../../src/session/index.ts";

/** One session of the fake engine, and what was done to it. */
export interface FakeSqlSession {
  readonly options: SqlSessionOptions;
  /** Messages of every batch in the format of traces, and `cancel` and `close`, in order. */
  readonly log: readonly string[];
  /** Number of rows that the sink has taken so far. */
  rowsTaken(): number;
  /** Resolves when the log has this line, at once if it has it already. */
  untilLogged(line: string): Promise<void>;
  /** Resolves when the sink has returned a promise that is still pending. */
  untilHeldBack(): Promise<void>;
  /** Ends the statement `SLEEP` that is running. */
  wake(): void;
  /** The engine under the session goes away. */
  lose(reason: string): void;
}

/** The engine, and what a test can do with it. */
export interface FakeSqlEngine {
  readonly engine: SqlEngine;
  readonly sessions: readonly FakeSqlSession[];
  /** Resolves with the session that is opened next. */
  nextSession(): Promise<FakeSqlSession>;
  /** Called before a session opens; a promise holds it back, a rejected one makes it fail. */
  beforeOpening: () => Promise<void>;
  /** Called before a batch runs; a promise holds it back. */
  beforeRunning: () => Promise<void>;
}

/** Makes an engine; it needs no start. */
export function createFakeSqlEngine(): FakeSqlEngine {
  const sessions: FakeSession[] = [];
  const waiting: ((session: FakeSqlSession) => void)[] = [];
  const fake: FakeSqlEngine = {
    sessions,
    nextSession: () => new Promise((resolve) => waiting.push(resolve)),
    beforeOpening: () => Promise.resolve(),
    beforeRunning: () => Promise.resolve(),
    engine: {
      openSession: async (options) => {
        await fake.beforeOpening();
        const session = new FakeSession(sessions.length + 1, options, () => fake.beforeRunning());
        sessions.push(session);
        for (const resolve of waiting.splice(0)) resolve(session);
        return session;
      },
      stop: () => Promise.resolve(),
    },
  };
  return fake;
}

class FakeSession implements SqlSession, FakeSqlSession {
  readonly processId: number;
  readonly options: SqlSessionOptions;
  readonly parameters: ReadonlyMap<string, string>;
  readonly lost: Promise<string>;
  readonly log: string[] = [];
  #markLost: (reason: string) => void = () => undefined;
  #endSleep: ((wasCancelled: boolean) => void) | undefined;
  readonly #beforeRunning: () => Promise<void>;
  #status: ReportedTransactionStatus = "idle";
  #parsed = "";
  #rowsTaken = 0;
  #isHeldBack = false;
  #watchers: (() => void)[] = [];

  constructor(processId: number, options: SqlSessionOptions, beforeRunning: () => Promise<void>) {
    this.#beforeRunning = beforeRunning;
    this.processId = processId;
    this.options = options;
    this.parameters = new Map([["server_version", "16.0"], ...options.settings]);
    this.lost = new Promise((resolve) => {
      this.#markLost = resolve;
    });
  }

  rowsTaken(): number {
    return this.#rowsTaken;
  }

  untilLogged(line: string): Promise<void> {
    return this.#until(() => this.log.includes(line));
  }

  untilHeldBack(): Promise<void> {
    return this.#until(() => this.#isHeldBack);
  }

  wake(): void {
    this.#endSleep?.(false);
  }

  lose(reason: string): void {
    this.#markLost(reason);
  }

  async run(batch: EngineBatch, sink: OutputSink): Promise<BatchOutcome> {
    await this.#beforeRunning();
    for (const frame of batch.frames) this.#note(traceFrontend(frame));
    for (const frame of batch.frames) {
      const text = Buffer.from(frame.bytes).toString("latin1", 5);
      if (frame.type === FRONTEND_TYPE.Parse) this.#parsed = text.split("\0")[1] ?? "";
      if (frame.type === FRONTEND_TYPE.Execute) this.#changeStatus(this.#parsed);
      if (frame.type !== FRONTEND_TYPE.Query) continue;
      const sql = text.slice(0, -1);
      this.#changeStatus(sql);
      const outcome = await this.#execute(sql, sink);
      if (outcome !== undefined) return outcome;
    }
    if (!batch.endsWithReadyForQuery) return completed("unfinished");
    await sink(readyForQuery(this.#status));
    return completed(this.#status);
  }

  async startCopyIn(): ReturnType<SqlSession["startCopyIn"]> {
    this.#note("start COPY");
    return { kind: "copy-in", copyInResponse: Buffer.from("G\0\0\0\x07\0\0\0", "latin1") };
  }

  cancel(): void {
    this.#note("cancel");
    this.#endSleep?.(true);
  }

  async close(): Promise<void> {
    this.#note("close");
  }

  #changeStatus(sql: string): void {
    if (sql === "BEGIN") this.#status = "in-transaction";
    else if (sql === "COMMIT" || sql === "ROLLBACK") this.#status = "idle";
    else if (sql === "FAIL" && this.#status === "in-transaction") this.#status = "failed";
  }

  /** The outcome, when it is not that the batch goes on. */
  async #execute(sql: string, sink: OutputSink): Promise<BatchOutcome | undefined> {
    const [verb = "", count = "", bytes = ""] = sql.split(" ");
    switch (verb) {
      case "WAIT":
        return { kind: "wait-timeout", waitedMs: 1 };
      case "LOSE":
        this.lose("lost while running");
        return { kind: "engine-lost", reason: "lost while running" };
      case "TEAR":
        await sink(dataRow(["torn"]).subarray(0, -2));
        return { kind: "engine-lost", reason: "lost in a message" };
      case "BUG":
        throw new Error("a bug of the engine");
      case "FAIL":
        await sink(failure("22012", "division by zero"));
        return undefined;
      case "SLEEP":
        if (await this.#sleep()) {
          await sink(failure("57014", "canceling statement due to user request"));
          return undefined;
        }
        break;
      case "ROWS":
        await this.#sendRows(Number(count), Number(bytes), sink);
        break;
      default:
    }
    await sink(commandComplete(verb));
    return undefined;
  }

  async #sendRows(count: number, bytes: number, sink: OutputSink): Promise<void> {
    for (let row = 0; row < count; row += 1) {
      const taken = sink(dataRow([rowContent(row, bytes)]));
      if (taken !== undefined) {
        this.#isHeldBack = true;
        this.#tell();
        await taken;
        this.#isHeldBack = false;
      }
      this.#rowsTaken += 1;
    }
  }

  #sleep(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#endSleep = (wasCancelled) => {
        this.#endSleep = undefined;
        resolve(wasCancelled);
      };
      this.#note("asleep");
    });
  }

  #note(line: string): void {
    this.log.push(line);
    this.#tell();
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (!holds()) return;
        this.#watchers = this.#watchers.filter((other) => other !== watcher);
        resolve();
      };
      this.#watchers.push(watcher);
      watcher();
    });
  }
}

/** The value of a row of `ROWS`: other bytes in each row. */
export function rowContent(row: number, bytes: number): string {
  return Buffer.alloc(bytes, `${row},`).toString("latin1");
}

function failure(sqlState: string, message: string): Uint8Array {
  return errorResponse({ severity: "ERROR", sqlState, message });
}

function completed(transactionStatus: TransactionStatus): BatchOutcome {
  return { kind: "completed", transactionStatus };
}
