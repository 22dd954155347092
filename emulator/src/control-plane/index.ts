export { ApiError, type ApiErrorBody, type ApiErrorCode } from "./api-error.ts";
export type { AwsApiSources } from "./aws/aws-api.ts";
export type {
  AccountDirectories,
  AwsCaller,
  CallAuthorization,
  OneTimePasswordCheck,
  RequestIdSource,
  SessionIssuer,
  StsSources,
  WebIdentityToken,
  WebIdentityVerifier,
} from "./aws/ports.ts";
export { buildControlPlane, type ControlPlaneOptions } from "./build-control-plane.ts";
export { AWS_OPERATIONS } from "./aws/operation-names.ts";
export type { ClockBody } from "./emulator/clock.ts";
export type {
  ConnectionBody,
  ConnectionListBody,
  ListedConnection,
} from "./emulator/connections.ts";
export type { EventListBody } from "./emulator/events.ts";
export type { FaultListBody } from "./emulator/faults.ts";
export type { HealthBody } from "./emulator/health.ts";
export type { ResetBody } from "./emulator/reset.ts";
export type { SnapshotBody, SnapshotListBody } from "./emulator/snapshots.ts";
export {
  type EmulatorStates,
  type ResetOutcome,
  type ResetRequest,
  type SnapshotFacts,
  StateRefusal,
} from "./emulator/state-ports.ts";
export type { InternalErrorListener } from "./error-handler.ts";
export type {
  ApiCallRecorder,
  CaCertificateSource,
  ClusterCounter,
  ConnectionRecords,
  EventRecords,
  FaultInjector,
  FaultRules,
  ReadinessProbe,
  StateSource,
} from "./ports.ts";
