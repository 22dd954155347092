export { type ConnectionGateLimits, MemoryConnectionGate } from "./connection-gate.ts";
export {
  type Credentials,
  generateSecretAccessKey,
  loadOrCreateCredentials,
} from "./credential-file.ts";
export { MemoryAccessKeyStore } from "./memory-access-key-store.ts";
export {
  type ClusterDirectoryContent,
  MemoryClusterDirectory,
} from "./memory-cluster-directory.ts";
export {
  type ClusterPolicy,
  MemoryPolicyStore,
  type PrincipalPolicies,
} from "./memory-policy-store.ts";
export { StateFileError } from "./state-file-error.ts";
export { unmappedRoleMappingStore } from "./unmapped-role-mapping-store.ts";
