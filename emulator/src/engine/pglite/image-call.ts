/** Calls that are about the whole database. */

import type { EngineCall, ImageTask } from "./engine-process.ts";
import type { WorkResult } from "./multiplexer-work.ts";
import { SUPERUSER_ROLE } from "./worker-protocol.ts";

/** The call of a task. */
export function imageCall(image: ImageTask): EngineCall {
  return {
    sessionNumber: 0,
    databaseRole: SUPERUSER_ROLE,
    frames: new Uint8Array(),
    endsWithReadyForQuery: true,
    image,
  };
}

/** What a task that was done gives. */
export interface ImageTaskResult {
  readonly output: Uint8Array;
  /** What an image that was saved takes in memory; 0 of other tasks. */
  readonly imageBytes: number;
}

/** Why a task was not done. */
export function imageProblem(result: Exclude<WorkResult, { readonly kind: "done" }>): string {
  switch (result.kind) {
    case "before-failed":
      return result.message;
    case "lost":
      return result.reason;
    case "wait-timeout":
      return `a session's transaction was open for ${result.waitedMs} ms: end it first`;
    case "cancelled":
    case "mapping-lost":
      return "it was cancelled";
  }
}
