export {
  type BatchOutcome,
  type CopyInStart,
  type EngineBatch,
  type FrontendFrame,
  type OutputSink,
  SessionStartError,
  type SqlEngine,
  type SqlSession,
  type SqlSessionOptions,
  type TransactionStatus,
} from "./ports.ts";
