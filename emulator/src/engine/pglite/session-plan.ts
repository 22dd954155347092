/**
 * From the batch of a client to the messages for the engine: statement names translated, statements
 * that the engine has lost parsed again in front, and which completions of the answer mean what.
 */

import { BACKEND_TYPE, FRONTEND_TYPE } from "../../pgwire/index.ts";
import type { EngineBatch, FrontendFrame } from "../../session/index.ts";
import { deallocateSql, deallocateTarget } from "./session-deallocate.ts";
import {
  closeStatementFrame,
  sqlTextOf,
  statementNameOf,
  withSqlText,
  withStatementName,
} from "./session-frames.ts";
import {
  type NamedStatement,
  newEngineName,
  type SessionStatements,
  type UnnamedStatement,
} from "./session-statements.ts";

/** What the engine has at the moment at which the batch will run, as far as statements go. */
export interface EngineStatements {
  readonly generation: number;
  /** Whether the engine's unnamed statement is the one of this session. */
  readonly ownsUnnamed: boolean;
}

/** A ParseComplete or CloseComplete that the answer has if nothing fails before it. */
export interface Completion {
  readonly type: number;
  /** Whether it answers a message that the client did not send. */
  readonly injected: boolean;
  readonly apply: (() => void) | undefined;
}

/** What to send for a batch and how to read its answer. */
export interface BatchPlan {
  readonly frames: readonly FrontendFrame[];
  /** In the order of the answer; empty when nothing depends on them. */
  readonly completions: readonly Completion[];
  /** The client's statement names by the engine's, for those in the batch. */
  readonly clientNames: ReadonlyMap<string, string>;
  /** What to do when the answer has a CommandComplete with this tag. */
  readonly onCommandTag: { readonly tag: string; readonly apply: () => void } | undefined;
  /** Whether the engine's unnamed statement is this session's when the batch has run. */
  readonly ownsUnnamed: boolean;
  /** To be called when the batch has run. */
  readonly finish: () => void;
}

interface Draft {
  readonly batch: EngineBatch;
  readonly statements: SessionStatements;
  readonly engine: EngineStatements;
  readonly injected: FrontendFrame[];
  readonly injectedCompletions: Completion[];
  readonly completions: Completion[];
  readonly clientNames: Map<string, string>;
  /** Statements parsed (or closed: undefined) by earlier messages of the batch. */
  readonly touched: Map<string, NamedStatement | undefined>;
  ownsUnnamed: boolean;
  unnamed: UnnamedStatement | undefined;
  onCommandTag: BatchPlan["onCommandTag"];
}

/** Plans a batch; changes nothing until its completions are applied and `finish` is called. */
export function planBatch(
  batch: EngineBatch,
  statements: SessionStatements,
  engine: EngineStatements,
): BatchPlan {
  const draft: Draft = {
    batch,
    statements,
    engine,
    injected: [],
    injectedCompletions: [],
    completions: [],
    clientNames: new Map(),
    touched: new Map(),
    ownsUnnamed: engine.ownsUnnamed,
    unnamed: statements.unnamed,
    onCommandTag: batch.deallocatesAll
      ? {
          tag: "DEALLOCATE ALL",
          apply: () => {
            statements.named.clear();
          },
        }
      : undefined,
  };
  if (batch.mayChangeSettings) statements.anyMayChangeSettings = true;
  const frames = batch.frames.map((frame) => planFrame(draft, frame));
  const completions = [...draft.injectedCompletions, ...draft.completions];
  const matter = completions.some(({ injected, apply }) => injected || apply !== undefined);
  return {
    frames: draft.injected.length === 0 ? frames : [...draft.injected, ...frames],
    completions: matter ? completions : [],
    clientNames: draft.clientNames,
    onCommandTag: draft.onCommandTag,
    ownsUnnamed: draft.ownsUnnamed,
    finish: () => {
      statements.unnamed = draft.unnamed;
    },
  };
}

function planFrame(draft: Draft, frame: FrontendFrame): FrontendFrame {
  if (frame.type === FRONTEND_TYPE.Query) {
    // PostgreSQL drops the unnamed statement at the start of a simple Query.
    draft.unnamed = undefined;
    draft.ownsUnnamed = false;
    return planDeallocate(draft, frame);
  }
  const name = statementNameOf(frame);
  if (name === undefined) {
    if (frame.type === FRONTEND_TYPE.Close) expectCompletion(draft, BACKEND_TYPE.CloseComplete);
    return frame;
  }
  if (name === "") return planUnnamed(draft, frame);
  switch (frame.type) {
    case FRONTEND_TYPE.Parse:
      return planNamedParse(draft, frame, name);
    case FRONTEND_TYPE.Close:
      return planNamedClose(draft, frame, name);
    default:
      return withStatementName(frame, engineNameForUse(draft, name));
  }
}

function planUnnamed(draft: Draft, frame: FrontendFrame): FrontendFrame {
  if (frame.type === FRONTEND_TYPE.Parse) {
    expectCompletion(draft, BACKEND_TYPE.ParseComplete);
    draft.unnamed = { parse: frame, mayChangeSettings: draft.batch.mayChangeSettings };
    draft.ownsUnnamed = true;
    return planDeallocate(draft, frame);
  }
  if (frame.type === FRONTEND_TYPE.Close) {
    expectCompletion(draft, BACKEND_TYPE.CloseComplete);
    draft.unnamed = undefined;
    draft.ownsUnnamed = true;
  } else if (!draft.ownsUnnamed) {
    // Without a statement of its own the session must not run the one of somebody else.
    if (draft.unnamed === undefined) inject(draft, closeStatementFrame(""));
    else inject(draft, draft.unnamed.parse);
    draft.ownsUnnamed = true;
  }
  return frame;
}

function planNamedParse(draft: Draft, frame: FrontendFrame, name: string): FrontendFrame {
  if (findStatement(draft, name) !== undefined) {
    expectCompletion(draft, BACKEND_TYPE.ParseComplete);
    return withStatementName(frame, engineNameForUse(draft, name));
  }
  const engineName = newEngineName(draft.statements);
  const parse = withStatementName(planDeallocate(draft, frame), engineName);
  const statement: NamedStatement = {
    engineName,
    parse,
    mayChangeSettings: draft.batch.mayChangeSettings,
    generation: draft.engine.generation,
  };
  draft.touched.set(name, statement);
  draft.clientNames.set(engineName, name);
  expectCompletion(draft, BACKEND_TYPE.ParseComplete, () =>
    draft.statements.named.set(name, statement),
  );
  return parse;
}

function planNamedClose(draft: Draft, frame: FrontendFrame, name: string): FrontendFrame {
  const engineName = findStatement(draft, name)?.engineName ?? newEngineName(draft.statements);
  draft.touched.set(name, undefined);
  expectCompletion(draft, BACKEND_TYPE.CloseComplete, () => draft.statements.named.delete(name));
  return withStatementName(frame, engineName);
}

/** `DEALLOCATE name` in the text of a Query or Parse, with the name that the engine knows. */
function planDeallocate(draft: Draft, frame: FrontendFrame): FrontendFrame {
  if (draft.statements.named.size === 0) return frame;
  const name = deallocateTarget(sqlTextOf(frame));
  if (name === undefined || findStatement(draft, name) === undefined) return frame;
  const engineName = engineNameForUse(draft, name);
  draft.onCommandTag = { tag: "DEALLOCATE", apply: () => draft.statements.named.delete(name) };
  return withSqlText(frame, deallocateSql(engineName));
}

function findStatement(draft: Draft, name: string): NamedStatement | undefined {
  return draft.touched.has(name) ? draft.touched.get(name) : draft.statements.named.get(name);
}

/** The engine's name of a statement; has it parsed again when the engine has lost it. */
function engineNameForUse(draft: Draft, name: string): string {
  const statement = findStatement(draft, name);
  const engineName = statement?.engineName ?? newEngineName(draft.statements);
  draft.clientNames.set(engineName, name);
  const { generation } = draft.engine;
  if (statement !== undefined && statement.generation !== generation) {
    draft.touched.set(name, { ...statement, generation });
    // The Close is for the case that the statement has survived after all.
    inject(draft, closeStatementFrame(engineName));
    inject(draft, statement.parse, () => {
      statement.generation = generation;
    });
  }
  return engineName;
}

function expectCompletion(draft: Draft, type: number, apply?: () => void): void {
  draft.completions.push({ type, injected: false, apply });
}

function inject(draft: Draft, frame: FrontendFrame, apply?: () => void): void {
  const isParse = frame.type === FRONTEND_TYPE.Parse;
  const type = isParse ? BACKEND_TYPE.ParseComplete : BACKEND_TYPE.CloseComplete;
  draft.injected.push(frame);
  draft.injectedCompletions.push({ type, injected: true, apply });
}
