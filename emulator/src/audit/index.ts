export {
  type DecisionCounts,
  type DecisionListOptions,
  DecisionLog,
  type DecisionLogOptions,
  DEFAULT_MAX_RECORDS,
} from "./decision-log.ts";
export { decisionLine } from "./decision-line.ts";
export type {
  Confidence,
  DecisionRecord,
  DecisionSummary,
  JsonValue,
  RecordedConnection,
  RecordedPrincipal,
  RecordedRefusal,
  RecordedStep,
} from "./decision-record.ts";
export { explainRecord } from "./explain-record.ts";
export type { LiveState } from "./live-state.ts";
export { parseDecisionRecord } from "./parse-decision-record.ts";
