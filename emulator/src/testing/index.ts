/** The test library: `dsql-auth-emulator/testing`. */
export type { DecisionSummary, RecordedRefusal } from "../audit/index.ts";
export type { RefusalCode } from "../auth/index.ts";
export { ConfigurationError, type ReadyInfo } from "../index.ts";
export { assertAdmitted, assertNeeded, assertRefused } from "./assertions.ts";
export { assumeRole, type AssumeRoleOptions } from "./assume-role.ts";
export type {
  AccountForm,
  ClusterForm,
  ConfigurationForm,
  DatabaseRoleForm,
  GroupForm,
  InlinePolicyForm,
  PolicyDocument,
  PolicyStatement,
  RoleForm,
  UserForm,
} from "./configuration-form.ts";
export {
  type ConnectAs,
  connectionOptions,
  type NodePostgresOptions,
  postgresJsOptions,
  type PostgresJsOptions,
} from "./connection-options.ts";
export {
  connectorOptions,
  type ConnectorConnectAs,
  type ConnectorOptions,
} from "./connector-options.ts";
export { type Decision, type Decisions, sessionIdOf } from "./decisions.ts";
export type { EmulatorClock } from "./emulator-clock.ts";
export { EmulatorApiError } from "./emulator-http.ts";
export type { Fault, FaultForm, Faults } from "./faults.ts";
export type { ExpectedAdmission, ExpectedRefusal } from "./judge-attempt.ts";
export type { ExpectedNeed, NeededPolicyForm } from "./judge-need.ts";
export { type DsqlMatchers, type MatcherResult, matchers } from "./matchers.ts";
export type { Attempt } from "./observe-attempt.ts";
export { policy, type StatementOptions } from "./policy.ts";
export type { Credentials } from "./presign.ts";
export { mapping, principals, type UserWithKey } from "./principals.ts";
export {
  attachEmulator,
  startEmulator,
  type TestEmulator,
  type TestEmulatorOptions,
} from "./test-emulator.ts";
export type { ResetOptions, SnapshotHandle } from "./reset.ts";
export { type TokenFactory, type TokenOptions, tokens } from "./tokens.ts";
