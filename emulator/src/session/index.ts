export { CancelKeys, type CancelRequestMode } from "./cancel-keys.ts";
export {
  type ConnectionEnvironment,
  type ConnectionStart,
  driveConnection,
  type RunningConnection,
} from "./connection-driver.ts";
export {
  type BatchOutcome,
  type ConnectionEnding,
  type ConnectionObserver,
  type CopyInStart,
  type EngineBatch,
  type EngineDirectory,
  type FrontendFrame,
  type OpenConnection,
  type OutputSink,
  SessionStartError,
  type SqlEngine,
  type SqlSession,
  type SqlSessionOptions,
  type TransactionStatus,
} from "./ports.ts";
export type { Transport } from "./transport.ts";
