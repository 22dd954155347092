/**
 * The start of COPY … FROM STDIN. The engine hangs when the data is not in the buffer of the
 * statement, so the statement is tried with a CopyFail behind it: a CopyInResponse in the answer says
 * that it is fine, and the CopyFail has undone it.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html#PROTOCOL-COPY
 */

import { BACKEND_TYPE, copyFailFrame, queryFrame } from "../../pgwire/index.ts";
import type { EngineBatch, OutputSink } from "../../session/index.ts";
import { createAnswerWalker } from "./session-answer.ts";

/** The batch that tries a COPY … FROM STDIN without data. */
export function copyProbe(batch: EngineBatch): EngineBatch {
  return { ...batch, frames: [...batch.frames, copyFailFrame("probe")] };
}

/** Around the probe when a transaction is open, so that its failure does not end the transaction. */
export const COPY_SAVEPOINT: EngineBatch = internalBatch("SAVEPOINT dsql_emulator_copy");
/** Undoes the failure of the probe. */
export const COPY_ROLLBACK: EngineBatch = internalBatch(
  "ROLLBACK TO SAVEPOINT dsql_emulator_copy; RELEASE SAVEPOINT dsql_emulator_copy",
);

/** A batch of one Query that the emulator makes. */
export function internalBatch(sql: string): EngineBatch {
  return {
    frames: [queryFrame(sql)],
    endsWithReadyForQuery: true,
    mayChangeSettings: false,
    deallocatesAll: false,
  };
}

/** Reads the answer to the probe. */
export interface CopyProbeReader {
  readonly onOutput: OutputSink;
  /** The CopyInResponse, when there was one. */
  copyInResponse(): Uint8Array | undefined;
}

/**
 * Makes a reader that keeps a CopyInResponse, and what surrounds it, from the sink; an answer without
 * one goes to the sink whole.
 */
export function createCopyProbeReader(sink: OutputSink): CopyProbeReader {
  let copyInResponse: Uint8Array | undefined;
  let kept: Uint8Array[] = [];
  let decided = false;
  const walk = createAnswerWalker({
    wants: () => !decided,
    replace: (type, message) => {
      // Notices come before either answer; behind a CopyInResponse they come again with the data.
      kept.push(message.slice());
      if (isAsynchronous(type)) return undefined;
      decided = true;
      if (type === BACKEND_TYPE.CopyInResponse) copyInResponse = kept.at(-1);
      return undefined;
    },
  });
  return {
    copyInResponse: () => copyInResponse,
    onOutput: (chunk) => {
      const rest = walk(chunk);
      if (!decided || copyInResponse !== undefined) return undefined;
      const bytes = Buffer.concat([...kept, rest]);
      kept = [];
      return bytes.length === 0 ? undefined : sink(bytes);
    },
  };
}

function isAsynchronous(type: number): boolean {
  return (
    type === BACKEND_TYPE.NoticeResponse ||
    type === BACKEND_TYPE.NotificationResponse ||
    type === BACKEND_TYPE.ParameterStatus
  );
}
