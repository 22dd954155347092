/** From a decision to its record. */
import {
  type AuthRefusal,
  clientError,
  type ConnectionDecision,
  REFUSALS,
  type TraceEntry,
} from "../auth/index.ts";
import { BoundedJson } from "./bounded-json.ts";
import type { DecisionRecord, RecordedRefusal, RecordedStep } from "./decision-record.ts";
import { recordNeeded } from "./record-needed.ts";

/** The record of a decision, at the moment of the decision. */
export function recordDecision(decision: ConnectionDecision): DecisionRecord {
  const { attempt, cluster, principal, outcome } = decision;
  const { sessionId } = attempt;
  const bounded = new BoundedJson();
  const textOrNull = (text: string | undefined): string | null =>
    text === undefined ? null : bounded.text(text);
  const refusals = new Map<AuthRefusal, RecordedRefusal>();
  const recorded = (refusal: AuthRefusal | undefined): RecordedRefusal | null => {
    if (refusal === undefined) return null;
    const known = refusals.get(refusal) ?? recordRefusal(refusal, sessionId, bounded);
    refusals.set(refusal, known);
    return known;
  };
  const head = {
    sessionId,
    receivedAt: attempt.receivedAt.toISOString(),
    decidedAt: decision.decidedAt.toISOString(),
    mode: decision.mode,
    outcome,
    requestedUser: bounded.text(attempt.requestedUser),
    requestedDatabase: bounded.text(attempt.requestedDatabase),
    clientAddress: attempt.clientAddress,
    serverName: textOrNull(attempt.serverName),
    clusterArn: cluster?.arn ?? null,
    principal:
      principal === undefined
        ? null
        : {
            kind: principal.kind,
            arn: principal.arn,
            accountId: principal.accountId,
            issuerArn: principal.issuerArn ?? null,
          },
    refusal: recorded(decision.refusal),
    needed: recordNeeded(decision.trace, bounded),
    connection: {
      state: outcome,
      openedAt: null,
      closedAt: null,
      closeReason: null,
      processId: null,
      applicationName: null,
    },
  };
  // The refusing step comes last, and what it saw matters most: it gets its room first.
  const trace = decision.trace
    .toReversed()
    .map((entry) => recordStep(entry, recorded, bounded))
    .toReversed();
  return { ...head, trace, isShortened: bounded.isShortened };
}

function recordStep(
  entry: TraceEntry,
  recorded: (refusal: AuthRefusal | undefined) => RecordedRefusal | null,
  bounded: BoundedJson,
): RecordedStep {
  const { step, outcome, saw, refusal } = entry;
  return { step, outcome, saw: bounded.object(saw), refusal: recorded(refusal) };
}

function recordRefusal(
  refusal: AuthRefusal,
  sessionId: string,
  bounded: BoundedJson,
): RecordedRefusal {
  const { code, reason } = refusal;
  const answer = clientError(refusal, sessionId, { explain: false });
  const { meaning, source, sqlStateConfidence, textConfidence } = REFUSALS[code];
  return {
    code,
    severity: answer.severity,
    sqlState: answer.sqlState,
    message: bounded.text(answer.message),
    detail: answer.detail,
    hint: answer.hint === undefined ? null : bounded.text(answer.hint),
    reason: bounded.text(reason),
    meaning,
    fix: refusal.fix === undefined ? REFUSALS[code].fix : bounded.text(refusal.fix),
    confidence: { sqlState: sqlStateConfidence, text: textConfidence },
    source,
  };
}
