/** The states that an open session comes back to, made from its facts. */
import { EMPTY_DRAFT } from "./batch-draft.ts";
import { type SessionFacts, sessionFacts, type StateOf } from "./connection-state.ts";
import { workAfterReady } from "./transaction-work.ts";

/** Back to waiting for messages. */
export function readyState(facts: SessionFacts): StateOf<"Ready"> {
  return { kind: "Ready", draft: EMPTY_DRAFT, ...sessionFacts(facts) };
}

/** After ReadyForQuery with this status; a transaction that is over has no age. */
export function withStatus(
  facts: SessionFacts,
  transactionStatus: SessionFacts["transactionStatus"],
): SessionFacts {
  const transactionAge = transactionStatus === "idle" ? "within-limit" : facts.transactionAge;
  const work = workAfterReady(facts.work, transactionStatus);
  return { ...sessionFacts(facts), transactionStatus, transactionAge, isUnsynced: false, work };
}

/** Waits for Sync. */
export function skipping(
  facts: SessionFacts,
  engineSkipsToo: boolean,
): StateOf<"SkippingUntilSync"> {
  return { kind: "SkippingUntilSync", engineSkipsToo, ...sessionFacts(facts) };
}
