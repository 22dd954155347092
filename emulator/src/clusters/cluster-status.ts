/**
 * States of clusters and streams, as the service's API names them.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cluster-lifecycle.html
 */

/** All states of a cluster. `DELETED` is never seen: what is deleted is not found. */
export const CLUSTER_STATUSES = [
  "CREATING",
  "ACTIVE",
  "IDLE",
  "INACTIVE",
  "UPDATING",
  "DELETING",
  "DELETED",
  "FAILED",
  "PENDING_SETUP",
  "PENDING_DELETE",
] as const;

/** A state of a cluster. */
export type ClusterStatus = (typeof CLUSTER_STATUSES)[number];

/** How it stands with the key that encrypts a cluster. */
export const ENCRYPTION_STATUSES = [
  "ENABLED",
  "ENABLING",
  "UPDATING",
  "KMS_KEY_INACCESSIBLE",
] as const;

/** A state of encryption. */
export type EncryptionStatus = (typeof ENCRYPTION_STATUSES)[number];

/** All states of a stream. */
export const STREAM_STATUSES = [
  "CREATING",
  "ACTIVE",
  "DELETING",
  "DELETED",
  "FAILED",
  "IMPAIRED",
] as const;

/** A state of a stream. */
export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** Why a stream failed or is impaired. */
export const STREAM_FAILURES = [
  "KINESIS_THROUGHPUT_EXCEEDED",
  "KINESIS_STREAM_NOT_FOUND",
  "ROLE_ACCESS_DENIED",
  "KINESIS_ACCESS_DENIED",
  "KINESIS_KMS_ACCESS_DENIED",
  "KINESIS_OVERSIZE_RECORD",
  "CLUSTER_CMK_INACCESSIBLE",
  "INTERNAL_ERROR",
] as const;

/** A reason for the failure of a stream. */
export type StreamFailure = (typeof STREAM_FAILURES)[number];
