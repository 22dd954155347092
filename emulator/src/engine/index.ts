export type {
  CallOutcome,
  EngineCall,
  EngineProcess,
  StartEngineProcess,
} from "./pglite/engine-process.ts";
export { copyDirectory } from "./pglite/copy-directory.ts";
export type { DatabaseImage } from "./pglite/database-images.ts";
export { archiveProblem, packDirectory, unpackDirectory } from "./pglite/directory-archive.ts";
export { lockDirectory } from "./pglite/directory-lock.ts";
export {
  createPgliteEngine,
  type DatabaseKeeper,
  type PgliteEngine,
  type PgliteEngineOptions,
} from "./pglite/multiplexer.ts";
export type { MultiplexerEvent } from "./pglite/multiplexer-events.ts";
export type { MultiplexerTimers } from "./pglite/multiplexer-timers.ts";
export { type PgliteProcessOptions, startPgliteProcess } from "./pglite/pglite-process.ts";
