export { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
export { accessCommand } from "./access-command.ts";
export type { FileReviews, OpenFileReviews } from "./access-command-source.ts";
export { clockCommand } from "./clock-command.ts";
export {
  commandHelp,
  type CommandOption,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
export { coverageCommand } from "./coverage-command.ts";
export { doctorCommand } from "./doctor-command.ts";
export { clientEnvironment, envCommand } from "./env-command.ts";
export { explainCommand } from "./explain-command.ts";
export { healthCommand } from "./health-command.ts";
export { neededCommand } from "./needed-command.ts";
export { commandUrl, packageVersion, preloadUrl } from "./package-files.ts";
export { psqlCommand } from "./psql-command.ts";
export { type ProgramRun, runOnTerminal, type RunProgram } from "./psql-command-run.ts";
export { reachableAddress } from "./reachable-address.ts";
export {
  DEFAULT_READY_FILE,
  readReadyFile,
  ReadyFileError,
  readyFilePath,
  removeReadyFile,
  writeReadyFile,
} from "./ready-file.ts";
export { parseReadyInfo, type ReadyCluster, type ReadyInfo } from "./ready-info.ts";
export { resetCommand } from "./reset-command.ts";
export { runCli } from "./run-cli.ts";
export { snapshotCommand } from "./snapshot-command.ts";
export { startArguments, type StartSettings } from "./start-arguments.ts";
export { stateCommand } from "./state-command.ts";
export { tokenCommand } from "./token-command.ts";
export { versionCommand } from "./version-command.ts";
