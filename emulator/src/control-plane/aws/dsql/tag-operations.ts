/** The operations on the tags of clusters and streams. */
import { RESOURCE_ARN, TAG_KEYS, TAGS } from "./member-shapes.ts";
import { requestTagKeys, resourceAccess } from "./needed-access.ts";
import { type DsqlOperation, dsqlOperation } from "./operation.ts";
import { inPath, optional, required, requiredInQuery } from "./shape.ts";

/** Operations by name. */
export const TAG_OPERATIONS: Readonly<Record<string, DsqlOperation>> = {
  TagResource: dsqlOperation({
    method: "POST",
    path: "/tags/{resourceArn}",
    input: { resourceArn: inPath(RESOURCE_ARN), tags: required(TAGS) },
    output: {},
    access: ({ resourceArn = "", tags }, call) => [
      resourceAccess(call, resourceArn, requestTagKeys(tags)),
    ],
    run: (input, { clusters, scope }) => {
      clusters.tagResource(scope, input);
      return {};
    },
  }),
  UntagResource: dsqlOperation({
    method: "DELETE",
    path: "/tags/{resourceArn}",
    input: { resourceArn: inPath(RESOURCE_ARN), tagKeys: requiredInQuery("tagKeys", TAG_KEYS) },
    output: {},
    access: ({ resourceArn = "", tagKeys = [] }, call) => [
      resourceAccess(
        call,
        resourceArn,
        new Map(tagKeys.length === 0 ? [] : [["aws:tagkeys", tagKeys]]),
      ),
    ],
    run: (input, { clusters, scope }) => {
      clusters.untagResource(scope, input);
      return {};
    },
  }),
  ListTagsForResource: dsqlOperation({
    method: "GET",
    path: "/tags/{resourceArn}",
    input: { resourceArn: inPath(RESOURCE_ARN) },
    output: { tags: optional(TAGS) },
    access: ({ resourceArn = "" }, call) => [resourceAccess(call, resourceArn)],
    run: (input, { clusters, scope }) => clusters.listTagsForResource(scope, input),
  }),
};
