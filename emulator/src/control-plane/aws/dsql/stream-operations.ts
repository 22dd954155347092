/** The operations on streams. */
import { kmsAccess, passRoleAccess } from "./dependent-access.ts";
import {
  CLIENT_TOKEN,
  IDENTIFIER,
  PAGE_INPUT,
  STATUS_REASON,
  STREAM_FORMAT,
  STREAM_HEADLINE,
  STREAM_ORDERING,
  TAGS,
  TARGET_DEFINITION,
} from "./member-shapes.ts";
import { clusterAccess, requestTagKeys, streamAccess } from "./needed-access.ts";
import { type DsqlOperation, dsqlOperation } from "./operation.ts";
import { inPath, inQuery, list, optional, required, structure, text } from "./shape.ts";

const STREAM_IDS = {
  clusterIdentifier: inPath(IDENTIFIER),
  streamIdentifier: inPath(IDENTIFIER),
} as const;
const STREAM_OUTPUT = {
  ...STREAM_HEADLINE,
  ordering: required(STREAM_ORDERING),
  format: required(STREAM_FORMAT),
} as const;

/** Operations by name. */
export const STREAM_OPERATIONS: Readonly<Record<string, DsqlOperation>> = {
  CreateStream: dsqlOperation({
    method: "POST",
    path: "/stream/{clusterIdentifier}",
    input: {
      clusterIdentifier: inPath(IDENTIFIER),
      targetDefinition: required(TARGET_DEFINITION),
      ordering: required(STREAM_ORDERING),
      format: required(STREAM_FORMAT),
      tags: optional(TAGS),
      clientToken: optional(CLIENT_TOKEN),
    },
    output: STREAM_OUTPUT,
    access: ({ clusterIdentifier = "", targetDefinition, tags = {} }, call) => {
      const keys = requestTagKeys(tags);
      const cluster = clusterAccess(call, clusterIdentifier, keys);
      const key = call.clusters.findCluster(clusterIdentifier, call.scope.region)?.encryptionDetails
        .kmsKeyArn;
      const newStream = { ...cluster, resource: `${cluster.resource}/stream/*` };
      return [
        cluster,
        ...(Object.keys(tags).length === 0 ? [] : [{ ...newStream, action: "dsql:TagResource" }]),
        ...passRoleAccess(targetDefinition?.kinesis?.roleArn),
        ...kmsAccess(call, key, ["kms:Decrypt"]),
      ];
    },
    run: (input, { clusters, scope }) => clusters.createStream(scope, input),
  }),
  GetStream: dsqlOperation({
    method: "GET",
    path: "/stream/{clusterIdentifier}/{streamIdentifier}",
    input: STREAM_IDS,
    output: {
      ...STREAM_OUTPUT,
      targetDefinition: optional(TARGET_DEFINITION),
      statusReason: optional(STATUS_REASON),
      tags: optional(TAGS),
    },
    access: ({ clusterIdentifier = "", streamIdentifier = "" }, call) => [
      streamAccess(call, clusterIdentifier, streamIdentifier),
    ],
    run: (input, { clusters, scope }) => clusters.getStream(scope, input),
  }),
  ListStreams: dsqlOperation({
    method: "GET",
    path: "/stream/{clusterIdentifier}",
    input: { clusterIdentifier: inPath(IDENTIFIER), ...PAGE_INPUT },
    output: {
      streams: required(list(structure(STREAM_HEADLINE))),
      nextToken: optional(text()),
    },
    access: ({ clusterIdentifier = "" }, call) => [clusterAccess(call, clusterIdentifier)],
    run: (input, { clusters, scope }) => {
      const { items, nextToken } = clusters.listStreams(scope, input);
      return { streams: items, nextToken };
    },
  }),
  DeleteStream: dsqlOperation({
    method: "DELETE",
    path: "/stream/{clusterIdentifier}/{streamIdentifier}",
    input: { ...STREAM_IDS, clientToken: inQuery("client-token", CLIENT_TOKEN) },
    output: STREAM_HEADLINE,
    access: ({ clusterIdentifier = "", streamIdentifier = "" }, call) => [
      streamAccess(call, clusterIdentifier, streamIdentifier),
    ],
    run: (input, { clusters, scope }) => clusters.deleteStream(scope, input),
  }),
};
