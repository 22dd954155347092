export { type ConnectionGateLimits, MemoryConnectionGate } from "./connection-gate.ts";
export {
  type Credentials,
  generateSecretAccessKey,
  loadOrCreateCredentials,
} from "./credential-file.ts";
export {
  type ClusterDirectoryContent,
  MemoryClusterDirectory,
} from "./memory-cluster-directory.ts";
export { claimDirectory } from "./directory-claim.ts";
export { JsonStateFile } from "./json-state-file.ts";
export type { Release } from "./lock-signs.ts";
export { makeDirectory } from "./make-directory.ts";
export { type KnownNetwork, MemoryNetworkDirectory } from "./network-directory.ts";
export { removeLeftovers } from "./remove-leftovers.ts";
export { loadOrCreateSessionKey } from "./session-key-file.ts";
export { StateFileError } from "./state-file-error.ts";
export { unmappedRoleMappingStore } from "./unmapped-role-mapping-store.ts";
