/**
 * The answer to a planned batch as the client is to see it: without the completions of messages that
 * it did not send, with its own statement names in the errors, and with DSQL's errors for what DSQL
 * does not have.
 */

import { BACKEND_TYPE, commandComplete, latin1Text } from "../../pgwire/index.ts";
import { commandTag, createAnswerWalker, errorField } from "./session-answer.ts";
import { asDsqlError } from "./session-error.ts";
import { concatBytes, writeLength } from "./session-frames.ts";
import type { BatchPlan } from "./session-plan.ts";
import { TAG_NOTICE } from "./sys-schema.ts";

const CALL_TAG = "CALL";
const ROLE_TAGS: ReadonlySet<string> = new Set(["CREATE ROLE", "ALTER ROLE", "DROP ROLE"]);
const LETTER_E = 0x45;

/** Options of `createAnswerRewriter`. */
export interface RewriteOptions {
  /** Whether the client has its CopyInResponse already. */
  readonly hideCopyInResponse: boolean;
  /** Called when a statement has changed roles, or what IAM principals they trust. */
  readonly onRoleChange: () => void;
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
  let tagOfCall: string | undefined;

  /** A CommandComplete, with the tag that the statement has in DSQL. */
  function completed(message: Uint8Array): Uint8Array {
    const shown = tagOfCall;
    tagOfCall = undefined;
    if (shown === undefined && onCommandTag === undefined && !isAboutRole(message)) return message;
    const tag = commandTag(message);
    if (onCommandTag?.tag === tag) onCommandTag.apply();
    if (ROLE_TAGS.has(tag)) options.onRoleChange();
    return shown !== undefined && tag === CALL_TAG ? commandComplete(shown) : message;
  }

  /** A notice, unless it is there to tell the tag of the statement that raised it. */
  function noticed(message: Uint8Array): Uint8Array | undefined {
    if (errorField(message, "C") !== TAG_NOTICE) return message;
    tagOfCall = errorField(message, "M");
    options.onRoleChange();
    return undefined;
  }

  return createAnswerWalker({
    wants: (type) => {
      switch (type) {
        case BACKEND_TYPE.ParseComplete:
        case BACKEND_TYPE.CloseComplete:
          return nextCompletion < completions.length;
        case BACKEND_TYPE.ErrorResponse:
        case BACKEND_TYPE.NoticeResponse:
        case BACKEND_TYPE.CommandComplete:
          return true;
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
        case BACKEND_TYPE.NoticeResponse:
          return noticed(message);
        case BACKEND_TYPE.CommandComplete:
          return completed(message);
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

/** Whether the tag may end in ROLE; told by its last letter, since every statement has a tag. */
function isAboutRole(commandComplete: Uint8Array): boolean {
  return commandComplete.at(-2) === LETTER_E;
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
