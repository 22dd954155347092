/** Tags of clusters and streams, by ARN. */
import type { ClusterRecord, ClusterScope, StreamRecord, TagMap } from "./cluster-records.ts";
import { invalid, notFound } from "./clusters-error.ts";
import type { ClustersState } from "./clusters-state.ts";
import { parseDsqlArn } from "./resource-arn.ts";
import { withoutTags, withTags } from "./tags.ts";

/** Names a cluster or stream. */
export interface ResourceInput {
  readonly resourceArn: string;
}

/** The operations; each throws `ClustersError`. */
export interface TagOperations {
  tagResource(scope: ClusterScope, input: ResourceInput & { readonly tags: TagMap }): void;
  /** Names that the resource does not have do not matter. */
  untagResource(
    scope: ClusterScope,
    input: ResourceInput & { readonly tagKeys: readonly string[] },
  ): void;
  listTagsForResource(scope: ClusterScope, input: ResourceInput): { readonly tags: TagMap };
}

interface Tagged {
  readonly cluster: ClusterRecord;
  readonly target: ClusterRecord | StreamRecord;
  readonly resourceType: "cluster" | "stream";
}

/** The operations on the tags of a state. */
export function tagOperations(state: ClustersState): TagOperations {
  return {
    tagResource: (scope, { resourceArn, tags }) => {
      state.settle();
      const { cluster, target, resourceType } = requireTagged(state, scope, resourceArn);
      const resource = { resourceId: resourceArn, resourceType };
      target.tags = withTags(target.tags, tags, resource, state.quotas);
      state.changed(cluster);
    },

    untagResource: (scope, { resourceArn, tagKeys }) => {
      state.settle();
      const { cluster, target } = requireTagged(state, scope, resourceArn);
      target.tags = withoutTags(target.tags, tagKeys);
      state.changed(cluster);
    },

    listTagsForResource: (scope, { resourceArn }) => {
      state.settle();
      return { tags: requireTagged(state, scope, resourceArn).target.tags };
    },
  };
}

/** Chosen: what is in another account or region is not found, what is no ARN of the service is not valid. */
function requireTagged(state: ClustersState, scope: ClusterScope, arn: string): Tagged {
  const named = parseDsqlArn(arn);
  if (named === undefined) {
    throw invalid("The ARN is not that of a cluster or a stream.", "resourceArn");
  }
  const { accountId, region, streamIdentifier } = named;
  const resourceType = streamIdentifier === undefined ? "cluster" : "stream";
  const isHere = accountId === scope.accountId && region === scope.region;
  const cluster = isHere ? state.find(scope, named.cluster) : undefined;
  if (cluster === undefined) throw notFound(resourceType, arn);
  if (streamIdentifier === undefined) return { cluster, target: cluster, resourceType };
  const target = cluster.streams.find((known) => known.streamIdentifier === streamIdentifier);
  if (target === undefined) throw notFound(resourceType, arn);
  return { cluster, target, resourceType };
}
