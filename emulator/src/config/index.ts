export { ConfigurationError, type ConfigurationProblem } from "./configuration-error.ts";
export { describeInFile, type DescribeOptions } from "./describe-accounts.ts";
export { makeDefaultUser } from "./default-user.ts";
export { DEFAULT_ACCESS_KEY_ID, DEFAULT_CONFIG_FILE, DEFAULT_USER_NAME } from "./defaults.ts";
export type {
  CancelRequestMode,
  ConfiguredAccount,
  ConfiguredClock,
  ConfiguredCluster,
  ConfiguredDatabaseRole,
  ConfiguredDefaultUser,
  ConfiguredHooks,
  ConfiguredLifecycle,
  ConfiguredLimits,
  ConfiguredNetwork,
  EmulatorConfig,
  EnforceMode,
  HostAlias,
  LogFormat,
  OwnCertificate,
} from "./emulator-config.ts";
export { type ConfigSources, loadConfig } from "./load-config.ts";
export { type Declarations, readDeclarations } from "./read-declarations.ts";
export {
  type ParsedStartOptions,
  parseStartOptions,
  START_OPTIONS,
  type StartOption,
  type StartOptionValues,
} from "./start-options.ts";
export { firstTooDeep, MAX_YAML_DEPTH } from "./yaml-depth.ts";
