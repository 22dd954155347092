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
export { explainNeededSummary } from "./explain-needed-summary.ts";
export { explainRecord } from "./explain-record.ts";
export type { LiveState } from "./live-state.ts";
export {
  type KeptNeed,
  NeededLog,
  type NeededSummary,
  type UncuredRefusals,
} from "./needed-log.ts";
export { parseDecisionRecord } from "./parse-decision-record.ts";
export type { GrantInCluster, NeedsOfPrincipal, SummedPolicy } from "./summarize-needs.ts";
export type { ApiCall } from "./cloudtrail/api-call-event.ts";
export type {
  CloudTrailEvent,
  SessionContext,
  UserIdentity,
} from "./cloudtrail/cloudtrail-event.ts";
export {
  DEFAULT_EVENT_LIMITS,
  type EventListOptions,
  EventLog,
  type EventLogOptions,
} from "./cloudtrail/event-log.ts";
export { JsonLinesFile } from "./cloudtrail/json-lines-file.ts";
