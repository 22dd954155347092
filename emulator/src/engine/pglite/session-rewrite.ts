/**
 * The answer to a planned batch as the client is to see it: without the completions of messages that
 * it did not send, with its own statement names in the errors, and with DSQL's errors for what DSQL
 * does not have.
 */

import { BACKEND_TYPE, latin1Text } from "../../pgwire/index.ts";
import { commandTag, createAnswerWalker } from "./session-answer.ts";
import { asDsqlError } from "./session-error.ts";
import { concatBytes, writeLength } from "./session-frames.ts";
import type { BatchPlan } from "./session-plan.ts";

/** Options of `createAnswerRewriter`. */
export interface RewriteOptions {
  /** Whether the client has its CopyInResponse already. */
  readonly hideCopyInResponse: boolean;
}

/**
 * Makes the function that every piece of the answer goes through, and that applies the plan's
 * completions on the way.
 */
export function createAnswerRewriter(
  plan: BatchPlan,
  options: RewriteOptions,
): (chunk: Uint8Array) => Uint8Array {
  const { completions, clientNames, onCommandTag } = plan;
  let nextCompletion = 0;
  let hideCopyInResponse = options.hideCopyInResponse;
  return createAnswerWalker({
    wants: (type) => {
      switch (type) {
        case BACKEND_TYPE.ParseComplete:
        case BACKEND_TYPE.CloseComplete:
          return nextCompletion < completions.length;
        case BACKEND_TYPE.ErrorResponse:
          return true;
        case BACKEND_TYPE.CommandComplete:
          return onCommandTag !== undefined;
        case BACKEND_TYPE.CopyInResponse:
          return hideCopyInResponse;
        default:
          return false;
      }
    },
    replace: (type, message) => {
      switch (type) {
        case BACKEND_TYPE.ErrorResponse:
          return asDsqlError(withClientNames(message, clientNames));
        case BACKEND_TYPE.CommandComplete:
          if (onCommandTag?.tag === commandTag(message)) onCommandTag.apply();
          return message;
        case BACKEND_TYPE.CopyInResponse:
          hideCopyInResponse = false;
          return undefined;
        default: {
          const completion = completions[nextCompletion];
          nextCompletion += 1;
          completion?.apply?.();
          return completion?.injected === true ? undefined : message;
        }
      }
    },
  });
}

/** An ErrorResponse with the client's statement names in place of the engine's. */
export function withClientNames(
  message: Uint8Array,
  clientNames: ReadonlyMap<string, string>,
): Uint8Array {
  if (clientNames.size === 0) return message;
  const text = latin1Text(message);
  const changed = text.replace(
    /prepared statement "(s[0-9a-f]+_\d+)"/g,
    (whole, engineName: string) => {
      const clientName = clientNames.get(engineName);
      return clientName === undefined ? whole : `prepared statement "${clientName}"`;
    },
  );
  if (changed === text) return message;
  const bytes = concatBytes([Buffer.from(changed, "latin1")]);
  writeLength(bytes);
  return bytes;
}
