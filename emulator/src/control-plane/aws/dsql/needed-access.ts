/**
 * What calls are about: ARNs, condition keys and policies of clusters and streams.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
 */
import { type ClusterView, newClusterArn, parseDsqlArn } from "../../../clusters/index.ts";
import { type ContextKeys, contextKeys, tagKeys } from "../../../iam/index.ts";
import type { DsqlCall, NeededAccess } from "./operation.ts";

/** A new cluster, which has no id yet. */
export function newClusterAccess(
  { scope }: DsqlCall,
  keys: ContextKeys = new Map(),
  action?: string,
): NeededAccess {
  return { ...actionOf(action), resource: newClusterArn(scope), keys };
}

/** A cluster of the caller's account, whether or not it is there; its policy counts. */
export function clusterAccess(
  call: DsqlCall,
  identifier: string,
  keys: ContextKeys = new Map(),
  action?: string,
): NeededAccess {
  const { region, accountId } = call.scope;
  const arn = `arn:aws:dsql:${region}:${accountId}:cluster/${identifier}`;
  return resourceAccess(call, arn, keys, action);
}

/** A stream; chosen for its own actions as documented: the policy of its cluster does not count. */
export function streamAccess(
  call: DsqlCall,
  clusterIdentifier: string,
  streamIdentifier: string,
): NeededAccess {
  const { region, accountId } = call.scope;
  const arn = `arn:aws:dsql:${region}:${accountId}:cluster/${clusterIdentifier}/stream/${streamIdentifier}`;
  return { ...resourceAccess(call, arn), resourcePolicy: undefined };
}

/** Whatever an ARN names. What is not there, or not the caller's, has neither tags nor a policy. */
export function resourceAccess(
  call: DsqlCall,
  arn: string,
  keys: ContextKeys = new Map(),
  action?: string,
): NeededAccess {
  const named = parseDsqlArn(arn);
  const cluster = named === undefined ? undefined : ownCluster(call, named.cluster, named.region);
  const { streamIdentifier } = named ?? {};
  const tags =
    streamIdentifier === undefined
      ? cluster?.tags
      : cluster && call.clusters.findStream(cluster.identifier, streamIdentifier)?.tags;
  return {
    ...actionOf(action),
    resource: arn,
    resourceAccountId: named?.accountId,
    keys: new Map([...contextKeys(tagKeys("aws:resourcetag", tags)), ...keys]),
    resourcePolicy:
      cluster === undefined
        ? undefined
        : call.clusters.policyOf(cluster.identifier, cluster.region),
  };
}

function ownCluster(
  { clusters, scope }: DsqlCall,
  identifier: string,
  region: string,
): ClusterView | undefined {
  const found = clusters.findCluster(identifier, region);
  return found?.accountId === scope.accountId ? found : undefined;
}

function actionOf(action: string | undefined): { readonly action?: string } {
  return action === undefined ? {} : { action };
}

/** Keys of the tags that a request brings. */
export function requestTagKeys(tags: Readonly<Record<string, string>> | undefined): ContextKeys {
  const names = Object.keys(tags ?? {});
  if (names.length === 0) return new Map();
  return new Map([["aws:tagkeys", names], ...contextKeys(tagKeys("aws:requesttag", tags))]);
}

/** The key of the witness Region, if the request names one. */
export function witnessKeys(witnessRegion: string | undefined): ContextKeys {
  return contextKeys({ "dsql:witnessregion": witnessRegion });
}
