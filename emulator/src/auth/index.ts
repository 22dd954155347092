export {
  type AuthorizerOptions,
  CONNECTION_STEPS,
  createConnectionAuthorizer,
} from "./authorize-connection.ts";
export { type ClientError, type ClientErrorOptions, clientError } from "./client-error.ts";
export type { Cluster, ClusterStatus, ConnectionAttempt, Network } from "./connection-attempt.ts";
export type {
  NeededAccess,
  NeededDeny,
  NeededGrant,
  NeededPermissions,
  NeededPolicy,
  NeededPrincipal,
  NeededStatement,
  NeededWidening,
} from "./needed-permissions.ts";
export type { EnforcementMode, TraceEntry } from "./pipeline.ts";
export type {
  ApplicablePolicies,
  AuthorizationPorts,
  ClusterDirectory,
  ConnectionGate,
  FaultInjection,
  InjectedFault,
  NetworkDirectory,
  PolicyStore,
  RoleMappingFacts,
  RoleMappingStore,
  SignatureSurroundings,
} from "./ports.ts";
export {
  type AccessProbe,
  createAccessProbe,
  type ProbedAccess,
  type SupposedConnection,
} from "./probe-access.ts";
export type { AuthRefusal } from "./refusal.ts";
export { REFUSALS, type RefusalCode } from "./refusal-catalogue.ts";
export type {
  Authorization,
  ConnectionAuthorizer,
  ConnectionDecision,
  PendingAdmission,
  Verdict,
} from "./verdict.ts";
