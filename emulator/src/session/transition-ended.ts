/**
 * A session whose transaction was rolled back for its age, while its client believes that it is open.
 *
 * DSQL refuses the COMMIT of a transaction that is too old, and lets its statements go on until then.
 * Here an idle transaction ends at the limit, since others wait for it. FIDELITY: so statements
 * before the COMMIT are refused too, with the error that the COMMIT would have had.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html
 */
import { commandComplete, concatMessages, errorResponse, readyForQuery } from "../pgwire/index.ts";
import { inspectQuery } from "../sql/index.ts";
import type { ConnectionInput } from "./connection-event.ts";
import type { StateOf } from "./connection-state.ts";
import { readyState, skipping, withStatus } from "./session-state.ts";
import type { SessionLimits } from "./session-limits.ts";
import type { Step } from "./step.ts";
import { type BatchPurpose, purposeOf } from "./transaction-end.ts";
import { onMessage } from "./transition-query.ts";

type Ready = StateOf<"Ready">;
type MessageInput = Extract<ConnectionInput, { readonly kind: "message" }>;

/** What PostgreSQL says of every statement behind the one that has failed. */
const FAILED_TRANSACTION = {
  sqlState: "25P02",
  message: "current transaction is aborted, commands ignored until end of transaction block",
} as const;

/** A message while the session waits for one. */
export function onMessageOfEnded(state: Ready, input: MessageInput, limits: SessionLimits): Step {
  const { message } = input;
  switch (message.type) {
    case "Query": {
      if (state.draft.frameCount > 0) return refuse(state, input, limits, "other", false);
      const purpose = purposeOf(message.sql);
      const isAlone = inspectQuery(message.sql).statementCount === 1;
      const isFailed = state.transactionAge === "ended-told";
      if (isAlone && (purpose === "rollback" || (purpose === "commit" && isFailed))) {
        return endWithTag(state);
      }
      if (purpose === "rollback") return onMessage(afterTransaction(state), input);
      return refuse(state, input, limits, purpose, true);
    }
    case "FunctionCall":
      return refuse(state, input, limits, "other", state.draft.frameCount === 0);
    case "Sync":
    case "Flush": {
      const purpose = state.draft.purpose ?? "other";
      // Of a series without Sync, the Sync is the commit.
      const endsNothing = state.transactionStatus !== "idle" || message.type === "Flush";
      if (state.draft.frameCount === 0 && endsNothing) return answerEmpty(state, message.type);
      if (purpose === "rollback") return onMessage(afterTransaction(state), input);
      return refuse(state, input, limits, purpose, message.type === "Sync");
    }
    default: {
      const step = onMessage(state, input);
      const isCollected = step.state.kind === "Ready" || step.state.kind === "Closed";
      return isCollected ? step : refuse(state, input, limits, "other", false);
    }
  }
}

/** The state of a session without a transaction, with the messages that it has collected. */
function afterTransaction(state: Ready): Ready {
  return { ...readyState(withStatus(state, "idle")), draft: state.draft };
}

/** What PostgreSQL answers to the end of a failed transaction. */
function endWithTag(state: Ready): Step {
  const bytes = concatMessages([commandComplete("ROLLBACK"), readyForQuery("idle")]);
  return {
    state: readyState(withStatus(state, "idle")),
    effects: [{ kind: "send", bytes }],
  };
}

function answerEmpty(state: Ready, type: "Sync" | "Flush"): Step {
  if (type === "Flush") return { state, effects: [] };
  return { state, effects: [{ kind: "send", bytes: readyForQuery(state.transactionStatus) }] };
}

/** The error, once for all messages up to ReadyForQuery. */
function refuse(
  state: Ready,
  { transactionSeconds }: MessageInput,
  { maxTransactionSeconds }: SessionLimits,
  purpose: BatchPurpose,
  endsWithReadyForQuery: boolean,
): Step {
  const isOver = purpose !== "other" || state.transactionStatus === "idle";
  const tooOld = {
    sqlState: "54000",
    message: `transaction age limit of ${maxTransactionSeconds}s exceeded`,
    detail: `Current transaction age ${transactionSeconds}s exceeds ${maxTransactionSeconds}s`,
  };
  const isToldAgain = state.transactionAge === "ended-told" && !isOver;
  const error = errorResponse({
    severity: "ERROR",
    ...(isToldAgain ? FAILED_TRANSACTION : tooOld),
  });
  const facts = isOver
    ? withStatus(state, "idle")
    : { ...withStatus(state, "failed"), transactionAge: "ended-told" as const };
  if (!endsWithReadyForQuery) {
    return { state: skipping(facts, false), effects: [{ kind: "send", bytes: error }] };
  }
  const bytes = concatMessages([error, readyForQuery(facts.transactionStatus)]);
  return { state: readyState(facts), effects: [{ kind: "send", bytes }] };
}
