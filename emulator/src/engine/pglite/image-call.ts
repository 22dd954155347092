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
