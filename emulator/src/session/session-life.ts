/**
 * The limits of time of an open session: when it has become too old, when its transaction has, and
 * what follows as soon as nothing runs.
 *
 * - A session that is too old is closed once it has no transaction; its transaction may go on up to
 *   the limit of its own age.
 * - A transaction that is too old is rolled back once it is idle (`transition-ended.ts`).
 */
import { errorResponse, queryFrame } from "../pgwire/index.ts";
import { assertNever } from "../shared/index.ts";
import { inspectQuery } from "../sql/index.ts";
import { batchOf, EMPTY_DRAFT, withFrame } from "./batch-draft.ts";
import type { ConnectionInput } from "./connection-event.ts";
import type { ConnectionState, SessionFacts, StateOf } from "./connection-state.ts";
import { readyState } from "./session-state.ts";
import type { SessionLimits } from "./session-limits.ts";
import { closeWith, type Step, TERMINATED } from "./step.ts";
import { workAfterReady } from "./transaction-work.ts";
import { engineLost } from "./transition-query.ts";

const ROLLBACK = "ROLLBACK";

/** Whether the session has a transaction in the engine, also one of a single statement. */
export function isInTransaction(state: ConnectionState): boolean {
  switch (state.kind) {
    case "Executing":
    case "StartingCopyIn":
    case "CopyingIn":
    case "EndingTransaction":
      return true;
    case "Ready":
      return isOpen(state);
    case "SkippingUntilSync":
      return state.engineSkipsToo || isOpen(state);
    case "AwaitingStartup":
    case "NegotiatingTls":
    case "Admitting":
    case "AwaitingPassword":
    case "Authorizing":
    case "OpeningSession":
    case "Closed":
      return false;
    default:
      return assertNever(state, "connection state");
  }
}

function isOpen({ transactionStatus, transactionAge, isUnsynced }: SessionFacts): boolean {
  const isEnded = transactionAge === "ended-untold" || transactionAge === "ended-told";
  return !isEnded && (transactionStatus !== "idle" || isUnsynced);
}

/** The session has become too old. */
export function onSessionDeadline(state: ConnectionState, limits: SessionLimits): Step {
  if (!isOpenSession(state)) return { state, effects: [] };
  return settled({ state: { ...state, isExpired: true }, effects: [] }, limits);
}

/** The transaction has become too old. */
export function onTransactionDeadline(state: ConnectionState, limits: SessionLimits): Step {
  if (!isOpenSession(state) || !isInTransaction(state)) return { state, effects: [] };
  if (state.isExpired) return expire([], limits);
  switch (state.kind) {
    case "SkippingUntilSync":
    case "CopyingIn":
      // A copy outside of a transaction is not in the engine before its end.
      if (state.kind === "CopyingIn" && state.transactionStatus === "idle") {
        return { state, effects: [] };
      }
      // FIDELITY: our choice. In the middle of a series of messages there is no place for an answer.
      return closeWith(
        "25P03",
        "terminating connection due to idle-in-transaction timeout",
        `a transaction was idle for more than ${limits.maxTransactionSeconds} s in the middle of a series of messages`,
      );
    default:
      return settled({ state: { ...state, transactionAge: "exceeded" }, effects: [] }, limits);
  }
}

/** The engine has rolled back the transaction that was too old. */
export function afterEndedTransaction(
  state: StateOf<"EndingTransaction">,
  { outcome }: Extract<ConnectionInput, { readonly kind: "batch-ended" }>,
): Step {
  if (outcome.kind === "engine-lost") return engineLost(outcome);
  if (outcome.kind !== "completed" || outcome.transactionStatus !== "idle") {
    return closeWith(
      TERMINATED.sqlState,
      TERMINATED.message,
      "a transaction that was too old could not be rolled back",
    );
  }
  const transactionAge = state.transactionStatus === "failed" ? "ended-told" : "ended-untold";
  const work = workAfterReady(state.work, "idle");
  const ready = readyState({ ...state, transactionAge, isUnsynced: false, work });
  return { state: { ...ready, draft: state.draft }, effects: [] };
}

/** The step, or what it must become because the session or its transaction is too old. */
export function settled(step: Step, limits: SessionLimits): Step {
  const { state, effects } = step;
  if (state.kind !== "Ready") return step;
  const isBusy = isInTransaction(state);
  if (state.isExpired && (!isBusy || state.transactionAge === "exceeded")) {
    return expire(effects, limits);
  }
  if (!isBusy || state.transactionAge !== "exceeded") return step;
  const rollback = withFrame(EMPTY_DRAFT, queryFrame(ROLLBACK), inspectQuery(ROLLBACK));
  const batch = batchOf(rollback, true);
  return {
    state: { ...state, kind: "EndingTransaction" },
    effects: [
      ...effects,
      { kind: "run", batch, watchesErrors: false, statementCount: 0, isHidden: true },
    ],
  };
}

function expire(effects: Step["effects"], limits: SessionLimits): Step {
  const error = { severity: "FATAL", ...TERMINATED } as const;
  return {
    state: { kind: "Closed" },
    effects: [
      ...effects,
      ...(limits.announcesExpiry ? [{ kind: "send", bytes: errorResponse(error) } as const] : []),
      { kind: "close", reason: `the session was older than ${limits.maxSessionSeconds} s` },
    ],
  };
}

type OpenSession = Extract<ConnectionState, SessionFacts>;

function isOpenSession(state: ConnectionState): state is OpenSession {
  return "isExpired" in state;
}
