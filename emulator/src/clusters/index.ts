export type {
  ClusterInput,
  ClusterOperations,
  CreateClusterInput,
  DeleteClusterInput,
  UpdateClusterInput,
} from "./cluster-operations.ts";
export type { ClusterRecord, ClusterScope, DatabaseLocation, TagMap } from "./cluster-records.ts";
export {
  CLUSTER_STATUSES,
  type ClusterStatus,
  ENCRYPTION_STATUSES,
  type EncryptionStatus,
  STREAM_FAILURES,
  STREAM_STATUSES,
  type StreamFailure,
  type StreamStatus,
} from "./cluster-status.ts";
export type {
  ClusterHeadline,
  ClusterView,
  EncryptionDetails,
  MultiRegionProperties,
  StreamHeadline,
  StreamView,
} from "./cluster-view.ts";
export {
  type ClusterLife,
  type ClusterReads,
  type Clusters,
  createClusters,
  type DeclaredCluster,
  restoreClusters,
} from "./clusters.ts";
export {
  ClustersError,
  type ClustersProblem,
  type FieldProblem,
  type ValidationReason,
} from "./clusters-error.ts";
export type {
  ClusterEvent,
  ClusterIdSource,
  ClustersOptions,
  ClustersSnapshot,
} from "./clusters-state.ts";
export { AWS_OWNED_KMS_KEY, kmsKeyArn } from "./kms-key.ts";
export { DEFAULT_DURATIONS, type LifecycleDurations } from "./lifecycle.ts";
export type { Page, PageInput } from "./paginate.ts";
export type { ClusterPolicyOperations } from "./policy-operations.ts";
export { type ClusterQuotas, DEFAULT_QUOTAS } from "./quotas.ts";
export { type DsqlResource, newClusterArn, parseDsqlArn } from "./resource-arn.ts";
export type { StreamHealth, StreamOperations } from "./stream-operations.ts";
export type { TagOperations } from "./tag-operations.ts";
