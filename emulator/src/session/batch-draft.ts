/** Messages that will become a batch for the engine, and what is known of the SQL in them. */
import type { FrontendFrame } from "../pgwire/index.ts";
import type { QueryFacts } from "../sql/index.ts";
import type { EngineBatch } from "./ports.ts";
import type { BatchPurpose } from "./transaction-end.ts";

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
  /** Number of statements that it runs. */
  readonly statementCount: number;
  /** What it does to the open transaction; `undefined` while it runs nothing. */
  readonly purpose: BatchPurpose | undefined;
}

/** No messages. */
export const EMPTY_DRAFT: BatchDraft = {
  last: undefined,
  frameCount: 0,
  byteCount: 0,
  mayChangeSettings: false,
  deallocatesAll: false,
  statementCount: 0,
  purpose: undefined,
};

/** The draft with one more message at its end. */
export function withFrame(draft: BatchDraft, frame: FrontendFrame, facts?: QueryFacts): BatchDraft {
  return {
    ...draft,
    last: { frame, before: draft.last },
    frameCount: draft.frameCount + 1,
    byteCount: draft.byteCount + frame.bytes.length,
    mayChangeSettings: draft.mayChangeSettings || facts?.mayChangeSettings === true,
    deallocatesAll: draft.deallocatesAll || facts?.deallocatesAll === true,
  };
}

/** The draft when its last message runs so many statements. */
export function withStatements(draft: BatchDraft, count: number): BatchDraft {
  return { ...draft, statementCount: draft.statementCount + count };
}

/** The draft when it also runs a statement of this purpose: what it does first decides, but for a commit. */
export function withPurpose(draft: BatchDraft, purpose: BatchPurpose): BatchDraft {
  if (draft.purpose === undefined) return { ...draft, purpose };
  return draft.purpose === "other" && purpose === "commit" ? { ...draft, purpose } : draft;
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
