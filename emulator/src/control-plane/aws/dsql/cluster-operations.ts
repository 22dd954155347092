/** The operations on clusters. */
import { clusterAccess, newClusterAccess, requestTagKeys, witnessKeys } from "./needed-access.ts";
import {
  DSQL_SERVICE,
  kmsAccess,
  multiRegionAccess,
  serviceLinkedRoleAccess,
} from "./dependent-access.ts";
import { refuseLockout } from "./lockout.ts";
import {
  CLIENT_TOKEN,
  CLUSTER_ARN,
  CLUSTER_HEADLINE,
  CLUSTER_OUTPUT,
  ENDPOINT,
  IDENTIFIER,
  KMS_KEY,
  MULTI_REGION,
  PAGE_INPUT,
  POLICY,
  TAGS,
} from "./member-shapes.ts";
import { type DsqlOperation, dsqlOperation } from "./operation.ts";
import { BOOLEAN, inPath, inQuery, list, optional, required, structure, text } from "./shape.ts";

/** Operations by name. */
export const CLUSTER_OPERATIONS: Readonly<Record<string, DsqlOperation>> = {
  CreateCluster: dsqlOperation({
    method: "POST",
    path: "/cluster",
    input: {
      deletionProtectionEnabled: optional(BOOLEAN),
      kmsEncryptionKey: optional(KMS_KEY),
      tags: optional(TAGS),
      clientToken: optional(CLIENT_TOKEN),
      multiRegionProperties: optional(MULTI_REGION),
      policy: optional(POLICY),
      bypassPolicyLockoutSafetyCheck: optional(BOOLEAN),
    },
    output: CLUSTER_OUTPUT,
    access: ({ tags = {}, multiRegionProperties, policy, kmsEncryptionKey }, call) => {
      const witness = witnessKeys(multiRegionProperties?.witnessRegion);
      const keys = new Map([...requestTagKeys(tags), ...witness]);
      const own = (action: string) => newClusterAccess(call, keys, action);
      const hasPeers = multiRegionProperties?.clusters !== undefined;
      return [
        newClusterAccess(call, keys),
        ...(Object.keys(tags).length === 0 ? [] : [own("dsql:TagResource")]),
        ...(hasPeers ? [own("dsql:AddPeerCluster")] : []),
        ...multiRegionAccess(call, multiRegionProperties, own),
        ...(policy === undefined
          ? []
          : [own("dsql:PutClusterPolicy"), own("dsql:DeleteClusterPolicy")]),
        ...kmsAccess(call, kmsEncryptionKey),
        ...serviceLinkedRoleAccess(call),
      ];
    },
    run: async ({ bypassPolicyLockoutSafetyCheck, ...input }, call) => {
      const { policy } = input;
      if (policy !== undefined && bypassPolicyLockoutSafetyCheck !== true) {
        await refuseLockout(call, newClusterAccess(call), { text: policy });
      }
      // Kept first: when that fails, there is no cluster whose creation was answered with an error.
      if (serviceLinkedRoleAccess(call).length > 0) {
        call.directory.createServiceLinkedRole({ awsServiceName: DSQL_SERVICE });
        await call.keepAccounts();
      }
      return call.clusters.createCluster(call.scope, input);
    },
  }),
  GetCluster: dsqlOperation({
    method: "GET",
    path: "/cluster/{identifier}",
    input: { identifier: inPath(IDENTIFIER) },
    output: { ...CLUSTER_OUTPUT, tags: optional(TAGS) },
    access: ({ identifier = "" }, call) => [clusterAccess(call, identifier)],
    run: (input, { clusters, scope }) => clusters.getCluster(scope, input),
  }),
  UpdateCluster: dsqlOperation({
    method: "POST",
    path: "/cluster/{identifier}",
    input: {
      identifier: inPath(IDENTIFIER),
      deletionProtectionEnabled: optional(BOOLEAN),
      kmsEncryptionKey: optional(KMS_KEY),
      clientToken: optional(CLIENT_TOKEN),
      multiRegionProperties: optional(MULTI_REGION),
    },
    output: CLUSTER_HEADLINE,
    access: ({ identifier = "", multiRegionProperties, kmsEncryptionKey }, call) => {
      const keys = witnessKeys(multiRegionProperties?.witnessRegion);
      const own = (action: string) => clusterAccess(call, identifier, new Map(), action);
      const cluster = call.clusters.findCluster(identifier, call.scope.region);
      const isOwn = cluster?.accountId === call.scope.accountId;
      const peers = isOwn ? (cluster.multiRegionProperties?.clusters ?? []) : [];
      return [
        clusterAccess(call, identifier, keys),
        ...(multiRegionProperties === undefined ? [] : [own("dsql:GetCluster")]),
        ...multiRegionAccess(
          call,
          multiRegionProperties,
          own,
          peers.filter((arn) => arn !== cluster?.arn),
        ),
        ...kmsAccess(call, kmsEncryptionKey),
      ];
    },
    run: (input, { clusters, scope }) => clusters.updateCluster(scope, input),
  }),
  DeleteCluster: dsqlOperation({
    method: "DELETE",
    path: "/cluster/{identifier}",
    input: {
      identifier: inPath(IDENTIFIER),
      clientToken: inQuery("client-token", CLIENT_TOKEN),
    },
    output: CLUSTER_HEADLINE,
    access: ({ identifier = "" }, call) => [clusterAccess(call, identifier)],
    run: (input, { clusters, scope }) => clusters.deleteCluster(scope, input),
  }),
  ListClusters: dsqlOperation({
    method: "GET",
    path: "/cluster",
    input: PAGE_INPUT,
    output: {
      clusters: required(
        list(structure({ identifier: required(IDENTIFIER), arn: required(CLUSTER_ARN) })),
      ),
      nextToken: optional(text()),
    },
    access: () => [{ resource: "*" }],
    run: (input, { clusters, scope }) => {
      const { items, nextToken } = clusters.listClusters(scope, input);
      return { clusters: items, nextToken };
    },
  }),
  GetVpcEndpointServiceName: dsqlOperation({
    method: "GET",
    path: "/clusters/{identifier}/vpc-endpoint-service-name",
    input: { identifier: inPath(IDENTIFIER) },
    output: {
      serviceName: required(
        text({
          minCharacters: 1,
          maxCharacters: 128,
          pattern: "^com\\.amazonaws\\.[a-z0-9-]+\\.dsql[a-z0-9-]*$",
        }),
      ),
      // Left out, as in the documentation's example: the real value is not published.
      clusterVpcEndpoint: optional(ENDPOINT),
    },
    access: ({ identifier = "" }, call) => [clusterAccess(call, identifier)],
    run: ({ identifier }, { clusters, scope }) => ({
      serviceName: clusters.vpcEndpointServiceName(scope, identifier),
    }),
  }),
};
