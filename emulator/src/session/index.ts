export { CancelKeys, type CancelRequestMode } from "./cancel-keys.ts";
export { driveConnection } from "./connection-driver.ts";
export type { ConnectionEnvironment } from "./connection-environment.ts";
export {
  type BatchOutcome,
  type ConnectionEnding,
  type ConnectionHandle,
  type ConnectionObserver,
  type CopyInStart,
  type EngineBatch,
  type EngineDirectory,
  type FrontendFrame,
  type LiveConnection,
  type OpenConnection,
  type OutputSink,
  type RoleMappingFacts,
  type RoleMappingReader,
  type SessionFarewell,
  type SessionIdentity,
  SessionStartError,
  type SqlEngine,
  type SqlSession,
  type SqlSessionOptions,
  type TransactionStatus,
} from "./ports.ts";
export type { ConnectionStart, RunningConnection } from "./running-connection.ts";
export { DSQL_SESSION_LIMITS, type SessionLimits } from "./session-limits.ts";
export type { Transport } from "./transport.ts";
