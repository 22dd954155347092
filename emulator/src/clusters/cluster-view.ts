/** What is told of clusters and streams. */
import { clusterHostName } from "../dsql/index.ts";
import type {
  ClusterRecord,
  DatabaseLocation,
  KinesisTarget,
  StreamRecord,
  TagMap,
} from "./cluster-records.ts";
import type {
  ClusterStatus,
  EncryptionStatus,
  StreamFailure,
  StreamStatus,
} from "./cluster-status.ts";
import { arnOf, streamArnOf } from "./resource-arn.ts";

/** The part of a multi-Region cluster that a cluster tells of. */
export interface MultiRegionProperties {
  readonly witnessRegion?: string | undefined;
  /** ARNs; in answers the cluster's own is among them. */
  readonly clusters?: readonly string[] | undefined;
}

/** The key that encrypts a cluster. */
export interface EncryptionDetails {
  readonly encryptionType: "AWS_OWNED_KMS_KEY" | "CUSTOMER_MANAGED_KMS_KEY";
  /** Of a key of the user. */
  readonly kmsKeyArn?: string;
  readonly encryptionStatus: EncryptionStatus;
}

/** A cluster, as changes of it are answered. */
export interface ClusterHeadline {
  readonly identifier: ClusterRecord["identifier"];
  readonly arn: string;
  readonly status: ClusterStatus;
  readonly creationTime: Date;
}

/** A cluster. */
export interface ClusterView extends ClusterHeadline {
  readonly region: string;
  readonly accountId: ClusterRecord["accountId"];
  readonly deletionProtectionEnabled: boolean;
  readonly multiRegionProperties?: MultiRegionProperties;
  readonly tags: TagMap;
  readonly encryptionDetails: EncryptionDetails;
  /** Host name to connect to. */
  readonly endpoint: string;
  /** Whose database it is; of a linked pair the older cluster's. */
  readonly database: DatabaseLocation;
}

/** A stream, as lists and changes of it are answered. */
export interface StreamHeadline {
  readonly clusterIdentifier: string;
  readonly streamIdentifier: string;
  readonly arn: string;
  readonly status: StreamStatus;
  readonly creationTime: Date;
}

/** A stream. */
export interface StreamView extends StreamHeadline {
  readonly ordering: string;
  readonly format: string;
  readonly targetDefinition: { readonly kinesis: KinesisTarget };
  readonly statusReason?: { readonly error: StreamFailure; readonly updatedAt: Date };
  readonly tags: TagMap;
}

/** Describes a cluster in short. */
export function headlineOf(record: ClusterRecord): ClusterHeadline {
  const { identifier, status, createdAtMs } = record;
  return { identifier, arn: arnOf(record), status, creationTime: new Date(createdAtMs) };
}

/** Describes a cluster. */
export function viewOf(record: ClusterRecord): ClusterView {
  const { identifier, region, accountId, multiRegion, encryption } = record;
  const { kmsKeyArn, status: encryptionStatus } = encryption;
  const headline = headlineOf(record);
  return {
    ...headline,
    region,
    accountId,
    deletionProtectionEnabled: record.deletionProtectionEnabled,
    ...(multiRegion === undefined
      ? {}
      : {
          multiRegionProperties: {
            witnessRegion: multiRegion.witnessRegion,
            clusters: [headline.arn, ...multiRegion.peers],
          },
        }),
    tags: record.tags,
    encryptionDetails:
      kmsKeyArn === undefined
        ? { encryptionType: "AWS_OWNED_KMS_KEY", encryptionStatus }
        : { encryptionType: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyArn, encryptionStatus },
    endpoint: clusterHostName({ cluster: identifier, region }),
    database: record.database,
  };
}

/** Describes a stream in short. */
export function streamHeadlineOf(cluster: ClusterRecord, stream: StreamRecord): StreamHeadline {
  const { streamIdentifier, status, createdAtMs } = stream;
  return {
    clusterIdentifier: cluster.identifier,
    streamIdentifier,
    arn: streamArnOf(cluster, stream),
    status,
    creationTime: new Date(createdAtMs),
  };
}

/** Describes a stream. */
export function streamViewOf(cluster: ClusterRecord, stream: StreamRecord): StreamView {
  const { ordering, format, target, failure, tags } = stream;
  return {
    ...streamHeadlineOf(cluster, stream),
    ordering,
    format,
    targetDefinition: { kinesis: target },
    ...(failure === undefined
      ? {}
      : { statusReason: { error: failure.error, updatedAt: new Date(failure.updatedAtMs) } }),
    tags,
  };
}
