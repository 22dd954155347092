/** What is kept of clusters. Records are plain JSON, and only the layer's own operations change them. */
import type { AccountId, ClusterIdentifier } from "../dsql/index.ts";
import type {
  ClusterStatus,
  EncryptionStatus,
  StreamFailure,
  StreamStatus,
} from "./cluster-status.ts";

/** Names and values of tags. */
export type TagMap = Readonly<Record<string, string>>;

/** The account and region that a request is about. */
export interface ClusterScope {
  readonly accountId: AccountId;
  readonly region: string;
}

/** The policy of a cluster, as it was sent. */
export interface PolicyRecord {
  readonly text: string;
  readonly version: number;
}

/** The side of a multi-Region cluster that one cluster is. */
export interface MultiRegionRecord {
  readonly witnessRegion: string;
  /** ARNs of the other clusters. */
  readonly peers: readonly string[];
  /** Whether the peer names this cluster too: the two are one database. */
  readonly isLinked: boolean;
}

/** Where the data of a cluster are; the two of a linked pair have one database. */
export interface DatabaseLocation {
  readonly region: string;
  readonly identifier: ClusterIdentifier;
}

/** Where a stream sends to. */
export interface KinesisTarget {
  readonly streamArn: string;
  readonly roleArn: string;
}

/** A stream of changes; no change is sent. */
export interface StreamRecord {
  readonly streamIdentifier: string;
  readonly createdAtMs: number;
  readonly sequence: number;
  readonly ordering: string;
  readonly format: string;
  readonly target: KinesisTarget;
  status: StreamStatus;
  /** When what is under way is finished. */
  dueAtMs?: number | undefined;
  failure?: { readonly error: StreamFailure; readonly updatedAtMs: number } | undefined;
  tags: TagMap;
}

/** A cluster. */
export interface ClusterRecord {
  readonly identifier: ClusterIdentifier;
  readonly region: string;
  readonly accountId: AccountId;
  readonly createdAtMs: number;
  /** Order of creation, over all clusters and streams. */
  readonly sequence: number;
  status: ClusterStatus;
  /** When what is under way is finished; left out in a state that lasts. */
  dueAtMs?: number | undefined;
  /** When it was connected to or became active. */
  lastActivityMs: number;
  deletionProtectionEnabled: boolean;
  /** Without a key of the user it is AWS's own. */
  encryption: { readonly kmsKeyArn?: string; readonly status: EncryptionStatus };
  multiRegion?: MultiRegionRecord | undefined;
  database: DatabaseLocation;
  policy?: PolicyRecord | undefined;
  /** How many versions of its policy there have been. */
  policyVersions: number;
  tags: TagMap;
  streams: StreamRecord[];
}
