/** The clusters of all accounts and regions: what a control plane changes and a connection reads. */
import type { ClusterIdentifier } from "../dsql/index.ts";
import type { AttachedPolicy } from "../iam/index.ts";
import { type ClusterOperations, clusterOperations } from "./cluster-operations.ts";
import { attachedPolicyOf, checkPolicyText } from "./cluster-policy.ts";
import type { ClusterRecord, ClusterScope, TagMap } from "./cluster-records.ts";
import { type ClusterView, type StreamView, streamViewOf, viewOf } from "./cluster-view.ts";
import { type ClustersOptions, type ClustersSnapshot, ClustersState } from "./clusters-state.ts";
import { type ClusterPolicyOperations, policyOperations } from "./policy-operations.ts";
import { arnOf } from "./resource-arn.ts";
import { type StreamOperations, streamOperations } from "./stream-operations.ts";
import { type TagOperations, tagOperations } from "./tag-operations.ts";
import { vpcEndpointServiceName } from "./vpc-endpoint-service.ts";

/** A cluster that exists from the start. */
export interface DeclaredCluster extends ClusterScope {
  readonly identifier: ClusterIdentifier;
  /** False unless given. */
  readonly deletionProtectionEnabled?: boolean | undefined;
  readonly tags?: TagMap | undefined;
  /** Text of its policy. */
  readonly policy?: string | undefined;
}

/** What connections and the emulator itself ask. */
export interface ClusterReads {
  /** In any region unless one is given. */
  findCluster(identifier: string, region?: string): ClusterView | undefined;
  /** A stream of a cluster. */
  findStream(identifier: string, streamIdentifier: string): StreamView | undefined;
  /** The policy of a cluster, as it counts for calls and connections. */
  policyOf(identifier: string, region?: string): AttachedPolicy | undefined;
  /** The name of a cluster's PrivateLink service. @throws ClustersError `not-found` */
  vpcEndpointServiceName(scope: ClusterScope, identifier: string): string;
  /** All clusters, those of other accounts and regions too. */
  allClusters(): readonly ClusterView[];
  count(): number;
}

/** What happens to clusters from outside of the API. */
export interface ClusterLife {
  /**
   * Adds an ACTIVE cluster, unless there is one of this id already.
   *
   * @throws ClustersError `invalid` for a policy that is none
   */
  declareCluster(cluster: DeclaredCluster): ClusterView;
  /** A client asks for a cluster: an IDLE one is active again, an INACTIVE one begins to wake. */
  clientConnects(identifier: string): void;
  /** A connection is there; a cluster with connections does not go to rest. */
  connectionOpened(identifier: string): void;
  /** The connection is over. */
  connectionClosed(identifier: string): void;
  /** Does what has become due; every other call does so too. */
  settle(): void;
  /** When something becomes due by itself. */
  nextDue(): Date | undefined;
  /** Plain JSON, for `restoreClusters`. */
  snapshot(): ClustersSnapshot;
  /** Becomes what a snapshot was made of. */
  reset(snapshot: ClustersSnapshot): void;
}

/** The clusters with all that can be done to them. */
export type Clusters = ClusterOperations &
  ClusterPolicyOperations &
  StreamOperations &
  TagOperations &
  ClusterReads &
  ClusterLife;

/** Makes a control plane without clusters. */
export function createClusters(options: ClustersOptions): Clusters {
  return clustersOf(new ClustersState(options));
}

/** Goes on from a snapshot; what has become due meanwhile happens at the first look. */
export function restoreClusters(snapshot: ClustersSnapshot, options: ClustersOptions): Clusters {
  return clustersOf(new ClustersState(options, snapshot));
}

function clustersOf(state: ClustersState): Clusters {
  return {
    ...clusterOperations(state),
    ...policyOperations(state),
    ...streamOperations(state),
    ...tagOperations(state),
    ...readsOf(state),
    ...lifeOf(state),
  };
}

function readsOf(state: ClustersState): ClusterReads {
  const find = (identifier: string, region: string | undefined): ClusterRecord | undefined => {
    state.settle();
    const record = state.findAnywhere(identifier);
    return region === undefined || record?.region === region ? record : undefined;
  };
  return {
    findCluster: (identifier, region) => {
      const record = find(identifier, region);
      return record === undefined ? undefined : viewOf(record);
    },
    findStream: (identifier, streamIdentifier) => {
      const record = find(identifier, undefined);
      const stream = record?.streams.find((known) => known.streamIdentifier === streamIdentifier);
      if (record === undefined || stream === undefined) return undefined;
      return streamViewOf(record, stream);
    },
    policyOf: (identifier, region) => {
      const record = find(identifier, region);
      if (record?.policy === undefined) return undefined;
      return attachedPolicyOf(record.policy, arnOf(record));
    },
    vpcEndpointServiceName: (scope, identifier) => {
      state.settle();
      return vpcEndpointServiceName(state.require(scope, identifier).region);
    },
    allClusters: () => {
      state.settle();
      return state.all().map(viewOf);
    },
    count: () => {
      state.settle();
      return state.count();
    },
  };
}

function lifeOf(state: ClustersState): ClusterLife {
  return {
    declareCluster: ({ identifier, region, accountId, policy, ...rest }) => {
      state.settle();
      const known = state.findAnywhere(identifier);
      if (known !== undefined) return viewOf(known);
      if (policy !== undefined) checkPolicyText(policy);
      const nowMs = state.nowMs();
      const record: ClusterRecord = {
        identifier,
        region,
        accountId,
        createdAtMs: nowMs,
        sequence: state.newSequence(),
        status: "ACTIVE",
        lastActivityMs: nowMs,
        deletionProtectionEnabled: rest.deletionProtectionEnabled ?? false,
        encryption: { status: "ENABLED" },
        database: { region, identifier },
        policy: policy === undefined ? undefined : { text: policy, version: 1 },
        policyVersions: policy === undefined ? 0 : 1,
        tags: rest.tags ?? {},
        streams: [],
      };
      state.add(record);
      return viewOf(record);
    },
    clientConnects: (identifier) => {
      state.settle();
      const record = state.findAnywhere(identifier);
      if (record?.status === "IDLE") {
        record.status = "ACTIVE";
        record.lastActivityMs = state.nowMs();
        state.changed(record);
      } else if (record?.status === "INACTIVE" && record.dueAtMs === undefined) {
        record.dueAtMs = state.nowMs() + state.durations.wakingMs;
        state.changed(record);
      }
    },
    connectionOpened: (identifier) => {
      countConnection(state, identifier, 1);
    },
    connectionClosed: (identifier) => {
      countConnection(state, identifier, -1);
    },
    settle: () => {
      state.settle();
    },
    nextDue: () => {
      const dueMs = state.nextDueMs();
      return dueMs === undefined ? undefined : new Date(dueMs);
    },
    snapshot: () => {
      state.settle();
      return state.snapshot();
    },
    reset: (snapshot) => {
      state.reset(snapshot);
    },
  };
}

function countConnection(state: ClustersState, identifier: string, difference: 1 | -1): void {
  state.settle();
  const record = state.findAnywhere(identifier);
  if (record !== undefined) state.countConnection(record, difference);
}
