/** A real PGlite engine for one test file, and the few things that its tests do with sessions. */

import {
  createPgliteEngine,
  type EngineProcess,
  type MultiplexerEvent,
  type PgliteEngine,
  type PgliteEngineOptions,
  type PgliteProcessOptions,
  startPgliteProcess,
} from "../../src/engine/index.ts";
import type { SqlSession } from "../../src/session/index.ts";
import { type Answer, ask } from "../support/session-client.ts";

/** An engine, and what stands behind it. */
export interface EngineUnderTest {
  readonly engine: PgliteEngine;
  readonly events: readonly MultiplexerEvent[];
  /** The process that was started last. */
  process(): EngineProcess;
  open(settings?: Readonly<Record<string, string>>, databaseRole?: string): Promise<SqlSession>;
}

/** Makes an engine; nothing is started before a session is opened. */
export function engineUnderTest(
  processOptions: PgliteProcessOptions = {},
  engineOptions: Partial<PgliteEngineOptions> = {},
): EngineUnderTest {
  const processes: EngineProcess[] = [];
  const events: MultiplexerEvent[] = [];
  const engine = createPgliteEngine({
    startProcess: async (archive) => {
      const process = await startPgliteProcess({ ...processOptions, archive });
      processes.push(process);
      return process;
    },
    transactionWaitMs: 5_000,
    onEvent: (event) => events.push(event),
    ...engineOptions,
  });
  return {
    engine,
    events,
    process: () => {
      const last = processes.at(-1);
      if (last === undefined) throw new Error("no engine was started");
      return last;
    },
    open: (settings = {}, databaseRole = "admin") =>
      engine.openSession({ databaseRole, settings: new Map(Object.entries(settings)) }),
  };
}

/** Runs SQL in a simple Query and returns its answer without the RowDescription. */
export async function query(session: SqlSession, sql: string): Promise<readonly string[]> {
  return rowsOf(await ask(session, `Q ${sql}`));
}

/** Runs one statement in the extended protocol, unnamed, and returns its answer. */
export async function extendedQuery(session: SqlSession, sql: string): Promise<readonly string[]> {
  return rowsOf(await ask(session, `P  ${sql}`, "B ", "E", "S"));
}

/** The SQLSTATE of the first error in an answer; undefined when there is none. */
export function sqlStateOf(messages: readonly string[]): string | undefined {
  return messages.find((message) => message.startsWith("E "))?.slice(2, 7);
}

function rowsOf(answer: Answer): readonly string[] {
  if (answer.outcome.kind !== "completed") throw new Error(JSON.stringify(answer.outcome));
  return answer.messages.filter((message) => message !== "T");
}
