/** Messages that will become a batch for the engine, and what is known of the SQL in them. */
import type { FrontendFrame } from "../pgwire/index.ts";
import type { QueryFacts } from "../sql/index.ts";
import type { EngineBatch } from "./ports.ts";

/** Frames from the last to the first: adding one copies nothing. */
interface FrameList {
  readonly frame: FrontendFrame;
  readonly before: FrameList | undefined;
}

/** A batch under construction; immutable. */
export interface BatchDraft {
  readonly last: FrameList | undefined;
  readonly frameCount: number;
  readonly byteCount: number;
  readonly mayChangeSettings: boolean;
  readonly deallocatesAll: boolean;
}

/** No messages. */
export const EMPTY_DRAFT: BatchDraft = {
  last: undefined,
  frameCount: 0,
  byteCount: 0,
  mayChangeSettings: false,
  deallocatesAll: false,
};

/** The draft with one more message at its end. */
export function withFrame(draft: BatchDraft, frame: FrontendFrame, facts?: QueryFacts): BatchDraft {
  return {
    last: { frame, before: draft.last },
    frameCount: draft.frameCount + 1,
    byteCount: draft.byteCount + frame.bytes.length,
    mayChangeSettings: draft.mayChangeSettings || facts?.mayChangeSettings === true,
    deallocatesAll: draft.deallocatesAll || facts?.deallocatesAll === true,
  };
}

/** The batch of a draft. */
export function batchOf(
  draft: BatchDraft,
  endsWithReadyForQuery: boolean,
  mayDeallocateAll = false,
): EngineBatch {
  const frames: FrontendFrame[] = [];
  for (let entry = draft.last; entry !== undefined; entry = entry.before) frames.push(entry.frame);
  return {
    frames: frames.reverse(),
    endsWithReadyForQuery,
    mayChangeSettings: draft.mayChangeSettings,
    deallocatesAll: draft.deallocatesAll || mayDeallocateAll,
  };
}
