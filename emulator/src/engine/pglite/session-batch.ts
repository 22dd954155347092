/** From a batch of a client to a piece of work for the scheduler. */

import { FRONTEND_TYPE } from "../../pgwire/index.ts";
import type { EngineBatch, OutputSink } from "../../session/index.ts";
import type { EngineState, PreparedCall } from "./multiplexer-work.ts";
import { concatFrames, sqlTextOf } from "./session-frames.ts";
import { type BatchPlan, planBatch } from "./session-plan.ts";
import { createAnswerRewriter } from "./session-rewrite.ts";
import { type SettingValues, switchSettingsSql } from "./session-settings.ts";
import type { SessionStatements } from "./session-statements.ts";

/** The session as far as its calls need it. */
export interface BatchOwner {
  readonly sessionNumber: number;
  readonly databaseRole: string;
  readonly databaseRoleId: number | undefined;
  readonly sessionFacts: string;
  readonly statements: SessionStatements;
  /** The settings that the session wants. */
  readonly settings: SettingValues;
  /** Whether its settings may be others when the batch has run. */
  readonly exclusive: boolean;
  /** Whether the batch is the trial of a COPY, whose CopyInResponse is wanted. */
  readonly isCopyProbe: boolean;
  /** Called when the batch has changed roles, or what IAM principals they trust. */
  readonly onRoleChange: () => void;
}

/** A call made of a batch, and the plan that it follows. */
export interface PreparedBatch extends PreparedCall {
  readonly plan: BatchPlan;
}

/** Makes the call for a batch, given what the engine will have when it runs. */
export function prepareBatch(
  owner: BatchOwner,
  batch: EngineBatch,
  sink: OutputSink,
  state: EngineState,
  transactionOpen: boolean,
): PreparedBatch {
  const before = transactionOpen ? undefined : switchSettingsSql(state.settings, owner.settings);
  const plan = planBatch(batch, owner.statements, {
    generation: state.statementGeneration,
    // The switch of settings is a simple Query, which drops the unnamed statement.
    ownsUnnamed: state.unnamedOwner === owner.sessionNumber && before === undefined,
  });
  const rewrite = createAnswerRewriter(plan, {
    hideCopyInResponse: hasCopyData(batch) && !owner.isCopyProbe,
    onRoleChange: owner.onRoleChange,
  });
  return {
    plan,
    exclusive: owner.exclusive,
    call: {
      sessionNumber: owner.sessionNumber,
      databaseRole: owner.databaseRole,
      databaseRoleId: owner.databaseRoleId,
      sessionFacts: owner.sessionFacts,
      before,
      frames: concatFrames(plan.frames),
      endsWithReadyForQuery: batch.endsWithReadyForQuery,
    },
    onOutput: rewritten(rewrite, sink),
    after: {
      settings: before === undefined ? state.settings : owner.settings,
      // A change of role may drop the unnamed statement too, so it never survives another session.
      unnamedOwner: plan.ownsUnnamed ? owner.sessionNumber : 0,
      statementGeneration: state.statementGeneration + (batch.deallocatesAll ? 1 : 0),
    },
  };
}

function rewritten(rewrite: (chunk: Uint8Array) => Uint8Array, sink: OutputSink): OutputSink {
  return (chunk) => {
    const bytes = rewrite(chunk);
    return bytes.length === 0 ? undefined : sink(bytes);
  };
}

/** Whether the batch is a COPY with its data, whose CopyInResponse the client already has. */
function hasCopyData(batch: EngineBatch): boolean {
  const last = batch.frames.at(-1)?.type;
  return last === FRONTEND_TYPE.CopyDone || last === FRONTEND_TYPE.CopyFail;
}

/** Whether the batch may leave behind something that changes settings when it is used later. */
export function mayDefineSettingChanger(batch: EngineBatch): boolean {
  return (
    batch.mayChangeSettings &&
    batch.frames.some((frame) => /\b(?:create|alter)\b/i.test(sqlTextOf(frame)))
  );
}
