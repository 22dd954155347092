/** Making, reading, changing and deleting clusters. */
import type { ClusterRecord, ClusterScope, TagMap } from "./cluster-records.ts";
import {
  type ClusterHeadline,
  type ClusterView,
  headlineOf,
  type MultiRegionProperties,
  viewOf,
} from "./cluster-view.ts";
import { checkPolicyText } from "./cluster-policy.ts";
import { ClustersError, conflict } from "./clusters-error.ts";
import type { ClustersState } from "./clusters-state.ts";
import { kmsKeyArn } from "./kms-key.ts";
import { checkMultiRegion, linkedPeers, linkToPeer } from "./multi-region.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { quotaExceeded } from "./quotas.ts";
import { newClusterArn } from "./resource-arn.ts";
import { withTags } from "./tags.ts";

/** Request of `createCluster`. */
export interface CreateClusterInput {
  /** True unless given. */
  readonly deletionProtectionEnabled?: boolean | undefined;
  readonly kmsEncryptionKey?: string | undefined;
  readonly tags?: TagMap | undefined;
  readonly multiRegionProperties?: MultiRegionProperties | undefined;
  readonly policy?: string | undefined;
  readonly clientToken?: string | undefined;
}

/** Names a cluster. */
export interface ClusterInput {
  readonly identifier: string;
}

/** Request of `updateCluster`. */
export interface UpdateClusterInput extends ClusterInput {
  readonly deletionProtectionEnabled?: boolean | undefined;
  readonly kmsEncryptionKey?: string | undefined;
  readonly multiRegionProperties?: MultiRegionProperties | undefined;
  readonly clientToken?: string | undefined;
}

/** Request of `deleteCluster`. */
export interface DeleteClusterInput extends ClusterInput {
  readonly clientToken?: string | undefined;
}

/** The operations; each throws `ClustersError`. */
export interface ClusterOperations {
  createCluster(scope: ClusterScope, input: CreateClusterInput): ClusterView;
  getCluster(scope: ClusterScope, input: ClusterInput): ClusterView;
  updateCluster(scope: ClusterScope, input: UpdateClusterInput): ClusterHeadline;
  deleteCluster(scope: ClusterScope, input: DeleteClusterInput): ClusterHeadline;
  /** In the order in which they were made; 20 a page unless the request says otherwise. */
  listClusters(scope: ClusterScope, input: PageInput): Page<ClusterHeadline>;
}

const DEFAULT_PAGE = 20;

/** The operations on the clusters of a state. */
export function clusterOperations(state: ClustersState): ClusterOperations {
  return {
    createCluster: (scope, input) => {
      state.settle();
      const request = { scope, operation: "CreateCluster", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () => create(state, scope, input));
    },

    getCluster: (scope, { identifier }) => {
      state.settle();
      return viewOf(state.require(scope, identifier));
    },

    updateCluster: (scope, input) => {
      state.settle();
      const request = { scope, operation: "UpdateCluster", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () => update(state, scope, input));
    },

    deleteCluster: (scope, input) => {
      state.settle();
      const request = { scope, operation: "DeleteCluster", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () =>
        remove(state, state.require(scope, input.identifier)),
      );
    },

    listClusters: (scope, input) => {
      state.settle();
      const list = `clusters:${scope.accountId}:${scope.region}`;
      const { items, ...page } = paginate(state.clustersOf(scope), list, input, DEFAULT_PAGE);
      return { items: items.map(headlineOf), ...page };
    },
  };
}

function create(state: ClustersState, scope: ClusterScope, input: CreateClusterInput): ClusterView {
  const { accountId, region } = scope;
  const { multiRegionProperties, policy, kmsEncryptionKey, deletionProtectionEnabled } = input;
  const resource = { resourceId: newClusterArn(scope), resourceType: "cluster" } as const;
  const tags = withTags({}, input.tags ?? {}, resource, state.quotas);
  const multiRegion =
    multiRegionProperties === undefined
      ? undefined
      : checkMultiRegion(state, scope, multiRegionProperties);
  if (policy !== undefined) checkPolicyText(policy);
  requireRoom(state, scope, multiRegion !== undefined);
  const key = kmsKeyArn(scope, kmsEncryptionKey);
  const identifier = state.newIdentifier();
  const nowMs = state.nowMs();
  const record: ClusterRecord = {
    identifier,
    region,
    accountId,
    createdAtMs: nowMs,
    sequence: state.newSequence(),
    status: "CREATING",
    dueAtMs: nowMs + state.durations.creatingMs,
    lastActivityMs: nowMs,
    deletionProtectionEnabled: deletionProtectionEnabled ?? true,
    encryption: key === undefined ? { status: "ENABLED" } : { kmsKeyArn: key, status: "ENABLING" },
    multiRegion,
    database: { region, identifier },
    policy: policy === undefined ? undefined : { text: policy, version: 1 },
    policyVersions: policy === undefined ? 0 : 1,
    tags,
    streams: [],
  };
  const answer = viewOf(record);
  state.add(record);
  linkToPeer(state, record);
  return answer;
}

function requireRoom(state: ClustersState, scope: ClusterScope, isMultiRegion: boolean): void {
  const quota = isMultiRegion ? "multiRegionClusters" : "singleRegionClusters";
  const present = [...state.clustersOf(scope)].filter(
    ({ multiRegion }) => (multiRegion !== undefined) === isMultiRegion,
  );
  if (present.length < state.quotas[quota]) return;
  const resource = { resourceId: newClusterArn(scope), resourceType: "cluster" };
  throw quotaExceeded(quota, resource, "You have reached the cluster limit.");
}

function update(
  state: ClustersState,
  scope: ClusterScope,
  input: UpdateClusterInput,
): ClusterHeadline {
  const record = state.require(scope, input.identifier);
  const { deletionProtectionEnabled, kmsEncryptionKey, multiRegionProperties } = input;
  if (isClosed(record)) {
    // Chosen, text and all.
    throw conflict("cluster", record.identifier, `The cluster is ${record.status}.`);
  }
  if (multiRegionProperties !== undefined) {
    record.multiRegion = checkMultiRegion(state, scope, multiRegionProperties, record);
  }
  if (deletionProtectionEnabled !== undefined) {
    record.deletionProtectionEnabled = deletionProtectionEnabled;
  }
  if (kmsEncryptionKey !== undefined) {
    const key = kmsKeyArn(scope, kmsEncryptionKey);
    record.encryption = { ...(key === undefined ? {} : { kmsKeyArn: key }), status: "UPDATING" };
  }
  record.status = "UPDATING";
  record.dueAtMs = state.nowMs() + state.durations.updatingMs;
  linkToPeer(state, record);
  state.changed(record);
  return headlineOf(record);
}

function isClosed({ status }: ClusterRecord): boolean {
  return ["CREATING", "DELETING", "PENDING_DELETE", "FAILED"].includes(status);
}

function remove(state: ClustersState, record: ClusterRecord): ClusterHeadline {
  const { identifier, status } = record;
  if (status === "CREATING" || status === "DELETING" || status === "PENDING_DELETE") {
    // Inferred for CREATING; chosen for the others. The text is chosen.
    throw conflict("cluster", identifier, `The cluster is ${status}.`);
  }
  if (record.deletionProtectionEnabled) {
    // The type and its reason are the model's; the text is chosen.
    throw new ClustersError(
      { kind: "invalid", reason: "deletionProtectionEnabled" },
      `The cluster '${identifier}' cannot be deleted while deletion protection is enabled.`,
    );
  }
  const nowMs = state.nowMs();
  const peers = linkedPeers(state, record);
  if (record.multiRegion?.isLinked !== true) {
    record.status = "DELETING";
    record.dueAtMs = nowMs + state.durations.deletingMs;
  } else {
    record.status = "PENDING_DELETE";
    record.dueAtMs = undefined;
    if (peers.every((peer) => peer.status === "PENDING_DELETE")) {
      for (const cluster of [record, ...peers]) {
        cluster.dueAtMs = nowMs + state.durations.pendingDeleteMs;
        state.changed(cluster);
      }
    }
  }
  state.changed(record);
  return headlineOf(record);
}
