/**
 * An open session: collects frontend messages to batches, hands them to the engine, and keeps the
 * rule that after an error everything up to Sync is skipped.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
import {
  concatMessages,
  errorResponse,
  type FrontendFrame,
  type FrontendMessage,
  parseFrame,
  queryFrame,
  readyForQuery,
} from "../pgwire/index.ts";
import { assertNever } from "../shared/index.ts";
import {
  inspectQuery,
  type Refusal,
  replaceInPlace,
  ruleText,
  workAfter,
  workRefusal,
} from "../sql/index.ts";
import {
  type BatchDraft,
  batchOf,
  EMPTY_DRAFT,
  withFrame,
  withPurpose,
  withStatements,
} from "./batch-draft.ts";
import type { ConnectionInput } from "./connection-event.ts";
import {
  type ConnectionState,
  type SelfContainedDraft,
  type SessionFacts,
  sessionFacts,
  type StateOf,
} from "./connection-state.ts";
import type { BatchOutcome } from "./ports.ts";
import { closeWith, type Step, TERMINATED } from "./step.ts";
import { readyState, skipping, withStatus } from "./session-state.ts";
import { type BatchPurpose, purposeOf } from "./transaction-end.ts";
import { withBound, withParsed, withTransactionWork } from "./transaction-work.ts";

/**
 * Messages and bytes of a batch after which the engine gets what there is, so that a client that
 * never sends Sync cannot fill the memory. Our choice; clients send tens of messages.
 */
const MAX_DRAFT_FRAMES = 1000;
const MAX_DRAFT_BYTES = 16 * 1024 * 1024;

/** DSQL's words for a transaction that lost against another one; clients retry on the SQLSTATE. */
const CONFLICT = {
  sqlState: "40001",
  message: "change conflicts with another transaction (OC000)",
} as const;

/**
 * Stands in for a COPY whose data could not be given to the engine together with it; raises the
 * error where the COPY would have run, so that its transaction fails as for any other error.
 */
const COPY_NOT_SUPPORTED_SQL =
  "SELECT pg_catalog.dsql_emulator_refuse('0A000', 'COPY FROM STDIN is supported only as the single statement of a simple query')";

/** Prepared statements whose purpose is remembered; drivers have two of them. Our choice. */
const MAX_PREPARED_ENDS = 32;

/** Sizes of the number of parameter types in a Parse, and of each of them. */
const COUNT_BYTES = 2;
const TYPE_BYTES = 4;

type MessageInput = Extract<ConnectionInput, { readonly kind: "message" }>;
type Ready = StateOf<"Ready">;

/** A message while the session waits for one. */
export function onMessage(state: Ready, { frame, message }: MessageInput): Step {
  switch (message.type) {
    case "Query":
      return onQuery(state, frame, message.sql);
    case "FunctionCall":
      // The function is named by its object id, and could be set_config.
      return onSelfContained(state, {
        draft: { ...withStatements(withFrame(EMPTY_DRAFT, frame), 1), mayChangeSettings: true },
        startsCopyIn: false,
      });
    case "Parse":
      return onParse(state, frame, message);
    case "Bind": {
      const purpose = state.preparedEnds.get(message.statement) ?? "other";
      const work = withBound(state.work, message.portal, message.statement);
      return collect({ ...state, work }, withPurpose(withFrame(state.draft, frame), purpose));
    }
    case "Execute":
      return onExecute(state, frame, message.portal);
    case "Describe":
    case "Close":
      return collect(state, withFrame(state.draft, frame));
    case "Sync":
      return execute(state, withFrame(state.draft, frame), true);
    case "Flush":
      return execute(state, withFrame(state.draft, frame), false);
    case "CopyData":
    case "CopyDone":
    case "CopyFail":
      // SPEC: a client may still send data of a COPY that has failed; it is dropped.
      return { state, effects: [] };
    case "Terminate":
      return terminate();
    default:
      return assertNever(message, "frontend message");
  }
}

/** A message after an error of the extended protocol: only Sync counts. */
export function onSkippedMessage(
  state: StateOf<"SkippingUntilSync">,
  { frame, message }: MessageInput,
): Step {
  if (message.type === "Terminate") return terminate();
  if (message.type !== "Sync") return { state, effects: [] };
  if (state.engineSkipsToo) return execute(readyState(state), withFrame(EMPTY_DRAFT, frame), true);
  return {
    state: readyState(withStatus(state, state.transactionStatus)),
    effects: [{ kind: "send", bytes: readyForQuery(state.transactionStatus) }],
  };
}

/** The engine has answered, or not got to the batch. */
export function afterBatch(
  state: StateOf<"Executing">,
  { outcome, sawError }: Extract<ConnectionInput, { readonly kind: "batch-ended" }>,
): Step {
  switch (outcome.kind) {
    case "completed": {
      if (state.refusal !== undefined && outcome.transactionStatus !== "unfinished") {
        return refused(withStatus(state, outcome.transactionStatus), state.refusal);
      }
      if (outcome.transactionStatus !== "unfinished") {
        return { state: readyState(withStatus(state, outcome.transactionStatus)), effects: [] };
      }
      const unsynced = { ...state, isUnsynced: true };
      if (sawError) return { state: skipping(unsynced, true), effects: [] };
      const ready = readyState(unsynced);
      return state.next === undefined ? { state: ready, effects: [] } : start(ready, state.next);
    }
    case "wait-timeout":
      return notRun(state, CONFLICT);
    case "cancelled":
      return notRun(state, {
        sqlState: "57014",
        message: "canceling statement due to user request",
      });
    case "engine-lost":
      return engineLost(outcome);
    default:
      return assertNever(outcome, "batch outcome");
  }
}

/** What a client is told whose engine is gone. */
export function engineLost({
  reason,
  farewell,
}: Extract<BatchOutcome, { readonly kind: "engine-lost" }>): Step {
  if (farewell !== undefined) return closeWith(farewell.sqlState, farewell.message, reason);
  return closeWith(
    TERMINATED.sqlState,
    TERMINATED.message,
    `the database engine was lost: ${reason}`,
  );
}

function onQuery(state: Ready, frame: FrontendFrame, sql: string): Step {
  const facts = inspectQuery(sql);
  const { replaced, after } = ruleText(facts, state.work.transaction);
  let query = frame;
  if (facts.copyFromStdin === "among-others") query = queryFrame(COPY_NOT_SUPPORTED_SQL);
  else if (replaced.length > 0) query = queryFrame(replaceInPlace(sql, replaced));
  return onSelfContained(
    { ...state, work: withTransactionWork(state.work, after) },
    {
      draft: withStatements(withFrame(EMPTY_DRAFT, query, facts), facts.statementCount),
      startsCopyIn: facts.copyFromStdin === "only" && replaced.length === 0,
    },
  );
}

/** The rule of one DDL statement in a transaction holds for what the portal runs. */
function onExecute(state: Ready, frame: FrontendFrame, portal: string): Step {
  const { transaction, portals } = state.work;
  const work = portals.get(portal);
  const refusal = work === undefined ? undefined : workRefusal(transaction, work);
  if (refusal !== undefined) {
    const statement = { ...refusal, start: 0, end: 0, parameterCount: 0 };
    const query = withFrame(EMPTY_DRAFT, queryFrame(replaceInPlace("", [statement])));
    const draft = withStatements(query, 1);
    return onSelfContained(state, { draft, startsCopyIn: false, refusal });
  }
  const after = work === undefined ? transaction : workAfter(transaction, work);
  return collect(
    { ...state, work: withTransactionWork(state.work, after) },
    withStatements(withFrame(state.draft, frame), 1),
  );
}

/** The engine's transaction has failed with the error; now the client hears of it. */
function refused(facts: SessionFacts, { sqlState, message }: Refusal): Step {
  const bytes = errorResponse({ severity: "ERROR", sqlState, message });
  return { state: skipping(facts, false), effects: [{ kind: "send", bytes }] };
}

/** Starts a batch that ends with ReadyForQuery by itself; what lies before it runs first. */
function onSelfContained(state: Ready, next: SelfContainedDraft): Step {
  if (state.draft.frameCount > 0) {
    // If one of the messages before it fails, the engine would skip the Query without an answer.
    return execute(state, state.draft, false, next);
  }
  return start(state, next);
}

function start(state: Ready, { draft, startsCopyIn, refusal }: SelfContainedDraft): Step {
  if (refusal !== undefined) return executeRefusal(state, draft, refusal);
  if (!startsCopyIn) return execute(state, draft, true);
  const { statementCount } = draft;
  return {
    state: { kind: "StartingCopyIn", draft, ...sessionFacts(state) },
    effects: [{ kind: "start-copy-in", batch: batchOf(draft, true), statementCount }],
  };
}

function onParse(
  state: Ready,
  frame: FrontendFrame,
  { statement, sql, parameterTypes }: Extract<FrontendMessage, { readonly type: "Parse" }>,
): Step {
  const facts = inspectQuery(sql);
  let parse = frame;
  if (facts.copyFromStdin !== "none") parse = parseFrame(statement, COPY_NOT_SUPPORTED_SQL);
  else if (facts.replaced.length > 0) {
    const refusing = parseFrame(statement, replaceInPlace(sql, facts.replaced));
    parse = withParameterTypes(refusing, frame, parameterTypes.length);
  }
  const hasPreparedDeallocateAll = state.hasPreparedDeallocateAll || facts.deallocatesAll;
  const work = withParsed(state.work, statement, facts);
  const preparedEnds = withPrepared(state.preparedEnds, statement, purposeOf(sql));
  return collect(
    { ...state, hasPreparedDeallocateAll, preparedEnds, work },
    withFrame(state.draft, parse, facts),
  );
}

/** A statement that is not remembered counts as none that ends a transaction, which is harmless. */
function withPrepared(
  known: SessionFacts["preparedEnds"],
  statement: string,
  purpose: BatchPurpose,
): SessionFacts["preparedEnds"] {
  if (known.get(statement) === purpose || (purpose === "other" && !known.has(statement))) {
    return known;
  }
  const changed = new Map(known);
  changed.delete(statement);
  if (purpose !== "other" && changed.size < MAX_PREPARED_ENDS) changed.set(statement, purpose);
  return changed;
}

/** The Parse with these parameter types, which are the end of the message that has them. */
function withParameterTypes(
  parse: FrontendFrame,
  typed: FrontendFrame,
  count: number,
): FrontendFrame {
  const types = typed.bytes.subarray(-(COUNT_BYTES + TYPE_BYTES * count));
  const bytes = concatMessages([parse.bytes.subarray(0, -COUNT_BYTES), types]);
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(1, bytes.length - 1);
  return { type: parse.type, bytes };
}

function collect(state: Ready, draft: BatchDraft): Step {
  if (draft.frameCount >= MAX_DRAFT_FRAMES || draft.byteCount >= MAX_DRAFT_BYTES) {
    return execute(state, draft, false);
  }
  return { state: { ...state, draft }, effects: [] };
}

function execute(
  state: Ready,
  draft: BatchDraft,
  endsWithReadyForQuery: boolean,
  next?: SelfContainedDraft,
): Step {
  const batch = batchOf(draft, endsWithReadyForQuery, state.hasPreparedDeallocateAll);
  const { statementCount } = draft;
  const watchesErrors = !endsWithReadyForQuery;
  return {
    state: { kind: "Executing", endsWithReadyForQuery, next, ...sessionFacts(state) },
    effects: [{ kind: "run", batch, watchesErrors, statementCount, isHidden: false }],
  };
}

/** The statement that is refused counts, as everywhere; its answer is not the client's. */
function executeRefusal(state: Ready, draft: BatchDraft, refusal: Refusal): Step {
  const batch = batchOf(draft, true, state.hasPreparedDeallocateAll);
  const { statementCount } = draft;
  return {
    state: {
      kind: "Executing",
      endsWithReadyForQuery: false,
      next: undefined,
      refusal,
      ...sessionFacts(state),
    },
    effects: [{ kind: "run", batch, watchesErrors: false, statementCount, isHidden: true }],
  };
}

/** The batch never reached the engine, so its session has no transaction there. */
function notRun(
  state: StateOf<"Executing">,
  error: { readonly sqlState: string; readonly message: string },
): Step {
  const idle = withStatus(state, "idle");
  const response = errorResponse({ severity: "ERROR", ...error });
  if (!state.endsWithReadyForQuery) {
    return { state: skipping(idle, false), effects: [{ kind: "send", bytes: response }] };
  }
  const bytes = concatMessages([response, readyForQuery("idle")]);
  return { state: readyState(idle), effects: [{ kind: "send", bytes }] };
}

function terminate(): Step {
  return {
    state: { kind: "Closed" } satisfies ConnectionState,
    effects: [{ kind: "close", reason: "the client ended the session" }],
  };
}
