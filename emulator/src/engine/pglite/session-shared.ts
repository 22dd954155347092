/** One session of many on a shared backend. */

import type {
  BatchOutcome,
  CopyInStart,
  EngineBatch,
  OutputSink,
  SqlSession,
  TransactionStatus,
} from "../../session/index.ts";
import { InvariantViolation } from "../../shared/index.ts";
import type { SharedBackend } from "./multiplexer-backend.ts";
import type { SubmittedWork } from "./multiplexer-scheduler.ts";
import type { WorkResult } from "./multiplexer-work.ts";
import { mayDefineSettingChanger, type PreparedBatch, prepareBatch } from "./session-batch.ts";
import {
  COPY_ROLLBACK,
  COPY_SAVEPOINT,
  copyProbe,
  createCopyProbeReader,
  internalBatch,
} from "./session-copy.ts";
import { concatBytes, errorAnswer, syncFrame } from "./session-frames.ts";
import { createSessionEnd } from "./session-end.ts";
import { createOutputGate } from "./session-output.ts";
import {
  type HeldAnswer,
  holdReadyForQuery,
  parameterStatuses,
  type ReportedValues,
  reportedValues,
  showReported,
} from "./session-report.ts";
import type { SessionRole } from "./session-role.ts";
import type { SettingValues } from "./session-settings.ts";
import { startupParameters } from "./session-startup.ts";
import { createSessionStatements, usesSettingChanger } from "./session-statements.ts";

/** Attempts to bring a closed session out of its transaction before its engine counts as broken. */
const ROLLBACK_ATTEMPTS = 3;

const STATUS: Readonly<Record<"I" | "T" | "E" | "-", TransactionStatus>> = {
  I: "idle",
  T: "in-transaction",
  E: "failed",
  "-": "unfinished",
};

/** Options of `createSharedSession`. */
export interface SharedSessionOptions {
  readonly backend: SharedBackend;
  readonly sessionNumber: number;
  readonly processId: number;
  readonly role: SessionRole;
  /** As `sessionFactsText` writes them. */
  readonly sessionFacts: string;
  /** The start-up settings, in the form in which the engine stores them. */
  readonly settings: SettingValues;
  readonly onClosed: () => void;
}

/** Makes a session on a shared backend. */
export function createSharedSession(options: SharedSessionOptions): SqlSession {
  const { backend, sessionNumber, role } = options;
  const { scheduler } = backend;
  const statements = createSessionStatements();
  const gate = createOutputGate();
  const sessionEnd = createSessionEnd(backend);
  let settings = options.settings;
  let settingsChanged = false;
  let rolesChanged = false;
  let reported = reportedValues(settings);
  let status: TransactionStatus = "idle";
  let current: SubmittedWork | undefined;
  let busy: Promise<unknown> | undefined;
  let closing: Promise<void> | undefined;

  function noteRoleChange(): void {
    rolesChanged = true;
  }

  /** Sends one batch; nothing is sent for a batch whose session is over. */
  function submit(
    batch: EngineBatch,
    sink: OutputSink,
    isCopyProbe = false,
    mayRetry = role.id !== undefined,
  ): Promise<BatchOutcome> {
    let prepared: PreparedBatch | undefined;
    let held: HeldAnswer | undefined;
    let mayChangeSettings = false;
    return new Promise((resolve) => {
      current = scheduler.submit({
        sessionNumber,
        hasLostMapping: () => role.hasLostMapping(),
        prepare: (state, transactionOpen) => {
          mayChangeSettings = batch.mayChangeSettings || usesSettingChanger(statements, batch);
          const exclusive =
            mayChangeSettings || settingsChanged || backend.functionsMayChangeSettings();
          held = exclusive && batch.endsWithReadyForQuery ? holdReadyForQuery(sink) : undefined;
          const onOutput = held?.onOutput ?? sink;
          const owner = {
            sessionNumber,
            databaseRole: role.name(),
            databaseRoleId: role.id,
            sessionFacts: options.sessionFacts,
            statements,
            settings,
            exclusive,
            isCopyProbe,
            onRoleChange: noteRoleChange,
          };
          prepared = prepareBatch(owner, batch, onOutput, state, transactionOpen);
          return prepared;
        },
        onHeldBack: (heldBackMs) => {
          sessionEnd.lose(
            `the client held back the database for ${heldBackMs} ms by not taking its answer, while others waited`,
          );
          void close();
        },
        settle: (result) => {
          if (result.kind === "before-failed" && mayRetry) {
            // The role may have got another name while the batch was on its way.
            backend.readSettingsNext(() => undefined);
            void submit(batch, sink, isCopyProbe, false).then(resolve);
            return;
          }
          if (result.kind !== "done") {
            resolve(outcomeOf(result, batch, sink));
            return;
          }
          onDone(batch, prepared, result.status);
          learnSettings(mayChangeSettings, (values) => {
            const messages = values === undefined ? [] : parameterStatuses(reported, values);
            reported = values ?? reported;
            held?.release(messages);
            resolve(outcomeOf(result, batch, sink));
          });
        },
      });
    });
  }

  function onDone(
    batch: EngineBatch,
    prepared: PreparedBatch | undefined,
    resultStatus: "I" | "T" | "E" | "-",
  ): void {
    status = STATUS[resultStatus];
    prepared?.plan.finish();
    if (mayDefineSettingChanger(batch)) backend.noteSettingChangingFunction();
    settingsChanged ||= prepared?.exclusive === true;
    if (rolesChanged && status === "idle") {
      rolesChanged = false;
      backend.roleMappings.readNext();
    }
  }

  /** Finds out what the settings are after a batch, as far as they may be others. */
  function learnSettings(
    mayHaveChanged: boolean,
    then: (values: ReportedValues | undefined) => void,
  ): void {
    if (settingsChanged && status === "idle") {
      settingsChanged = false;
      backend.readSettingsNext((values) => {
        settings = values ?? settings;
        then(values === undefined ? undefined : reportedValues(values));
      });
    } else if (mayHaveChanged && status === "in-transaction") {
      showReported(scheduler, { sessionNumber, databaseRole: role.name() }, then);
    } else {
      then(undefined);
    }
  }

  function outcomeOf(result: WorkResult, batch: EngineBatch, sink: OutputSink): BatchOutcome {
    switch (result.kind) {
      case "done":
        return { kind: "completed", transactionStatus: STATUS[result.status] };
      case "before-failed":
        // What the engine has now is not what was foreseen.
        backend.readSettingsNext(() => undefined);
        void sink(errorAnswer(result.sqlState, result.message, batch.endsWithReadyForQuery));
        return { kind: "completed", transactionStatus: "idle" };
      case "lost":
        return { kind: "engine-lost", reason: result.reason };
      case "mapping-lost":
        return {
          kind: "engine-lost",
          reason: "the role is not mapped to the IAM principal any more",
          farewell: role.farewell(),
        };
      default:
        return result;
    }
  }

  /** One batch at a time; `close` waits for it. */
  async function whileBusy<T>(task: () => Promise<T>): Promise<T> {
    if (busy !== undefined) throw new InvariantViolation("a session was given two batches at once");
    const running = task();
    busy = running;
    try {
      return await running;
    } finally {
      busy = undefined;
      current = undefined;
    }
  }

  function lostOutcome(): BatchOutcome | undefined {
    const reason = sessionEnd.reason();
    return reason === undefined ? undefined : { kind: "engine-lost", reason };
  }

  function overOutcome(): BatchOutcome | undefined {
    return lostOutcome() ?? (closing === undefined ? undefined : { kind: "cancelled" });
  }

  /** Ends when the client has taken the answer; the engine is free before. */
  async function runBatch(batch: EngineBatch, sink: OutputSink): Promise<BatchOutcome> {
    const outcome = await submit(batch, gate.through(sink));
    const drained = gate.drained();
    if (drained !== undefined) await drained;
    return lostOutcome() ?? outcome;
  }

  async function probeCopy(batch: EngineBatch, sink: OutputSink): Promise<CopyInStart> {
    const inTransaction = status === "in-transaction";
    if (inTransaction) {
      const outcome = await runUnseen(COPY_SAVEPOINT, sink);
      if (outcome !== undefined) return { kind: "answered", outcome };
    }
    const reader = createCopyProbeReader(sink);
    const outcome = await submit(copyProbe(batch), reader.onOutput, true);
    const copyInResponse = reader.copyInResponse();
    if (copyInResponse === undefined) return { kind: "answered", outcome };
    if (inTransaction) {
      const undone = await runUnseen(COPY_ROLLBACK, sink);
      if (undone !== undefined) return { kind: "answered", outcome: undone };
    }
    return { kind: "copy-in", copyInResponse };
  }

  /** Runs a batch inside the transaction; its answer is shown only if it ends the matter. */
  async function runUnseen(
    batch: EngineBatch,
    sink: OutputSink,
  ): Promise<BatchOutcome | undefined> {
    const answer: Uint8Array[] = [];
    const outcome = await submit(batch, (chunk) => {
      answer.push(chunk);
      return undefined;
    });
    if (outcome.kind === "completed" && outcome.transactionStatus === "in-transaction") {
      return undefined;
    }
    if (answer.length > 0) await sink(concatBytes(answer));
    return outcome;
  }

  async function end(): Promise<void> {
    gate.close();
    current?.cancel();
    await busy?.catch(() => undefined);
    for (let attempt = 0; scheduler.holder() === sessionNumber; attempt += 1) {
      if (backend.lostReason() !== undefined) break;
      if (attempt === ROLLBACK_ATTEMPTS) {
        await backend.process.terminate().catch(() => undefined);
        break;
      }
      await submit(status === "unfinished" ? SYNC : ROLLBACK, discard);
    }
    const engineNames = [...statements.named.values()].map(({ engineName }) => engineName);
    backend.abandonSession(sessionNumber, engineNames);
    sessionEnd.forget();
    options.onClosed();
  }

  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }

  return {
    processId: options.processId,
    parameters: startupParameters(role.name(), settings),
    lost: sessionEnd.lost,
    run: async (batch, sink) => overOutcome() ?? (await whileBusy(() => runBatch(batch, sink))),
    startCopyIn: async (batch, sink) => {
      const outcome = overOutcome();
      if (outcome !== undefined) return { kind: "answered", outcome };
      return whileBusy(() => probeCopy(batch, gate.through(sink)));
    },
    cancel: () => {
      current?.cancel();
    },
    close,
  };
}

const ROLLBACK: EngineBatch = internalBatch("ROLLBACK");
const SYNC: EngineBatch = { ...ROLLBACK, frames: [syncFrame()] };

const discard: OutputSink = () => undefined;
