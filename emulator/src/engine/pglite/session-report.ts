/**
 * ParameterStatus messages for settings that a session changes. PostgreSQL sends them before the
 * ReadyForQuery; PGlite never does, so the emulator holds that ReadyForQuery back and sends them.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html#PROTOCOL-ASYNC
 */

import { BACKEND_TYPE, parameterStatus, queryFrame } from "../../pgwire/index.ts";
import type { OutputSink } from "../../session/index.ts";
import { READY_FOR_QUERY_BYTES } from "./backend-reply.ts";
import type { Scheduler } from "./multiplexer-scheduler.ts";
import { createAnswerWalker, firstColumn } from "./session-answer.ts";
import { concatBytes, concatFrames } from "./session-frames.ts";
import { type SettingValues, settingValue } from "./session-settings.ts";

/** Settings that a client may change and is told about, by their official names. */
const REPORTED = [
  "application_name",
  "client_encoding",
  "DateStyle",
  "default_transaction_read_only",
  "IntervalStyle",
  "TimeZone",
];

/** Takes no snapshot, so it disturbs no transaction. */
const SHOW_REPORTED_SQL = REPORTED.map((name) => `SHOW ${name}`).join("; ");

/** Values of the settings that a client is told about. */
export type ReportedValues = readonly string[];

/** The reported ones among all settings. */
export function reportedValues(values: SettingValues): ReportedValues {
  return REPORTED.map((name) => settingValue(values, name.toLowerCase()));
}

/** Asks for the reported settings inside the open transaction of a session, before its next batch. */
export function showReported(
  scheduler: Scheduler,
  owner: { readonly sessionNumber: number; readonly databaseRole: string },
  onShown: (values: ReportedValues | undefined) => void,
): void {
  const answer: Uint8Array[] = [];
  scheduler.submit({
    sessionNumber: owner.sessionNumber,
    prepare: (state) => ({
      exclusive: true,
      call: {
        ...owner,
        frames: concatFrames([queryFrame(SHOW_REPORTED_SQL)]),
        endsWithReadyForQuery: true,
      },
      onOutput: (chunk) => {
        answer.push(chunk);
        return undefined;
      },
      after: { ...state, unnamedOwner: 0 },
    }),
    settle: (result) => {
      onShown(result.kind === "done" ? shownValues(concatBytes(answer)) : undefined);
    },
  });
}

function shownValues(answer: Uint8Array): ReportedValues | undefined {
  const values: string[] = [];
  createAnswerWalker({
    wants: (type) => type === BACKEND_TYPE.DataRow,
    replace: (_type, dataRow) => {
      values.push(firstColumn(dataRow) ?? "");
      return undefined;
    },
  })(answer);
  return values.length === REPORTED.length ? values : undefined;
}

/** ParameterStatus messages for what differs. */
export function parameterStatuses(before: ReportedValues, after: ReportedValues): Uint8Array[] {
  return REPORTED.flatMap((name, index) => {
    const value = after[index] ?? "";
    return value === before[index] ? [] : [parameterStatus(name, value)];
  });
}

/** Passes an answer on, all but its ReadyForQuery. */
export interface HeldAnswer {
  readonly onOutput: OutputSink;
  /** Sends these messages, and the ReadyForQuery behind them. */
  release(messages: readonly Uint8Array[]): void;
}

/** Holds back the end of an answer that ends with ReadyForQuery. */
export function holdReadyForQuery(sink: OutputSink): HeldAnswer {
  let end: Uint8Array = new Uint8Array(0);
  return {
    onOutput: (chunk) => {
      const bytes = end.length === 0 ? chunk : concatBytes([end, chunk]);
      const cut = Math.max(0, bytes.length - READY_FOR_QUERY_BYTES);
      end = bytes.slice(cut);
      return cut === 0 ? undefined : sink(bytes.subarray(0, cut));
    },
    release: (messages) => {
      void sink(concatBytes([...messages, end]));
    },
  };
}
