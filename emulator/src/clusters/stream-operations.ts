/**
 * Streams of changes, as far as the API shows them; no change is sent.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cdc-setup.html
 */
import type { ClusterScope, KinesisTarget, StreamRecord, TagMap } from "./cluster-records.ts";
import type { StreamFailure } from "./cluster-status.ts";
import {
  type StreamHeadline,
  streamHeadlineOf,
  type StreamView,
  streamViewOf,
} from "./cluster-view.ts";
import { conflict, invalid } from "./clusters-error.ts";
import type { ClustersState } from "./clusters-state.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { withTags } from "./tags.ts";

/** Names a cluster. */
export interface StreamsInput {
  readonly clusterIdentifier: string;
}

/** Names a stream. */
export interface StreamInput extends StreamsInput {
  readonly streamIdentifier: string;
}

/** Request of `createStream`. */
export interface CreateStreamInput extends StreamsInput {
  readonly targetDefinition: { readonly kinesis: KinesisTarget };
  readonly ordering: string;
  readonly format: string;
  readonly tags?: TagMap | undefined;
  readonly clientToken?: string | undefined;
}

/** How a stream is from now on. */
export type StreamHealth =
  | { readonly status: "ACTIVE" }
  | { readonly status: "FAILED" | "IMPAIRED"; readonly error: StreamFailure };

/** The operations; each throws `ClustersError`. */
export interface StreamOperations {
  createStream(scope: ClusterScope, input: CreateStreamInput): StreamView;
  getStream(scope: ClusterScope, input: StreamInput): StreamView;
  deleteStream(
    scope: ClusterScope,
    input: StreamInput & { readonly clientToken?: string | undefined },
  ): StreamHeadline;
  /** In the order in which they were made; 10 a page unless the request says otherwise. */
  listStreams(scope: ClusterScope, input: StreamsInput & PageInput): Page<StreamHeadline>;
  /** Makes a stream fail or recover; no operation of the service, but what happens to its streams. */
  setStreamHealth(scope: ClusterScope, input: StreamInput, health: StreamHealth): StreamView;
}

const DEFAULT_PAGE = 10;

/** The operations on the streams of a state. */
export function streamOperations(state: ClustersState): StreamOperations {
  return {
    createStream: (scope, input) => {
      state.settle();
      const request = { scope, operation: "CreateStream", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () => create(state, scope, input));
    },

    getStream: (scope, { clusterIdentifier, streamIdentifier }) => {
      state.settle();
      const cluster = state.require(scope, clusterIdentifier);
      return streamViewOf(cluster, state.requireStream(cluster, streamIdentifier));
    },

    deleteStream: (scope, input) => {
      state.settle();
      const request = { scope, operation: "DeleteStream", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () => {
        const cluster = state.require(scope, input.clusterIdentifier);
        const stream = state.requireStream(cluster, input.streamIdentifier);
        const { status, streamIdentifier } = stream;
        if (status === "CREATING" || status === "DELETING") {
          // Chosen, as for clusters.
          throw conflict("stream", streamIdentifier, `The stream is ${status}.`);
        }
        stream.status = "DELETING";
        stream.dueAtMs = state.nowMs() + state.durations.streamDeletingMs;
        state.changed(cluster);
        return streamHeadlineOf(cluster, stream);
      });
    },

    listStreams: (scope, { clusterIdentifier, ...page }) => {
      state.settle();
      const cluster = state.require(scope, clusterIdentifier);
      const list = `streams:${scope.accountId}:${scope.region}:${clusterIdentifier}`;
      const { items, ...rest } = paginate(cluster.streams, list, page, DEFAULT_PAGE);
      return { items: items.map((stream) => streamHeadlineOf(cluster, stream)), ...rest };
    },

    setStreamHealth: (scope, { clusterIdentifier, streamIdentifier }, health) => {
      state.settle();
      const cluster = state.require(scope, clusterIdentifier);
      const stream = state.requireStream(cluster, streamIdentifier);
      stream.status = health.status;
      stream.dueAtMs = undefined;
      stream.failure =
        health.status === "ACTIVE"
          ? undefined
          : { error: health.error, updatedAtMs: state.nowMs() };
      state.changed(cluster);
      return streamViewOf(cluster, stream);
    },
  };
}

function create(state: ClustersState, scope: ClusterScope, input: CreateStreamInput): StreamView {
  const cluster = state.require(scope, input.clusterIdentifier);
  const { targetDefinition, ordering, format } = input;
  if (cluster.status !== "ACTIVE") {
    // Documented that it is a validation error; the text is chosen.
    throw invalid(`The cluster must be ACTIVE and is ${cluster.status}.`, "clusterIdentifier");
  }
  checkTarget(scope, targetDefinition.kinesis);
  const streamIdentifier = state.newIdentifier();
  const resource = { resourceId: streamIdentifier, resourceType: "stream" } as const;
  const nowMs = state.nowMs();
  const stream: StreamRecord = {
    streamIdentifier,
    createdAtMs: nowMs,
    sequence: state.newSequence(),
    ordering,
    format,
    target: targetDefinition.kinesis,
    status: "CREATING",
    dueAtMs: nowMs + state.durations.streamCreatingMs,
    tags: withTags({}, input.tags ?? {}, resource, state.quotas),
  };
  cluster.streams.push(stream);
  state.changed(cluster);
  return streamViewOf(cluster, stream);
}

const KINESIS_STREAM =
  /^arn:aws(?:-[^:]+)?:kinesis:(?<region>[^:]+):(?<account>\d{12}):stream\/[a-zA-Z0-9_.-]{1,128}$/;

/** Documented: the Kinesis stream is of the same account and Region. Chosen: the role is too; all texts. */
function checkTarget({ region, accountId }: ClusterScope, target: KinesisTarget): void {
  const path = "targetDefinition.kinesis";
  const stream = KINESIS_STREAM.exec(target.streamArn)?.groups;
  if (stream === undefined) {
    throw invalid("The ARN is not that of a Kinesis data stream.", `${path}.streamArn`);
  }
  if (stream["region"] !== region || stream["account"] !== accountId) {
    const message = "The Kinesis data stream must be in the account and Region of the cluster.";
    throw invalid(message, `${path}.streamArn`);
  }
  if (target.roleArn.split(":")[4] !== accountId) {
    throw invalid("The role must be in the account of the cluster.", `${path}.roleArn`);
  }
}
