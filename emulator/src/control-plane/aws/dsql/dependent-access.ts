/**
 * What callers need besides the action itself.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
 */
import { kmsKeyArn, type MultiRegionProperties } from "../../../clusters/index.ts";
import { contextKeys } from "../../../iam/index.ts";
import { resourceAccess, witnessKeys } from "./needed-access.ts";
import type { DsqlCall, NeededAccess } from "./operation.ts";

/** Service principal of Aurora DSQL. */
export const DSQL_SERVICE = "dsql.amazonaws.com";

/** The role that the service makes for itself with the first cluster of an account. */
export function serviceLinkedRoleArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/aws-service-role/${DSQL_SERVICE}/AWSServiceRoleForAuroraDsql`;
}

/** The right to make the service-linked role, if there is none. */
export function serviceLinkedRoleAccess({ scope, directory }: DsqlCall): readonly NeededAccess[] {
  const resource = serviceLinkedRoleArn(scope.accountId);
  if (directory.findRole(resource) !== undefined) return [];
  const keys = contextKeys({ "iam:awsservicename": DSQL_SERVICE });
  return [{ action: "iam:CreateServiceLinkedRole", resource, keys }];
}

const KMS_ACTIONS = ["kms:DescribeKey", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"];

/**
 * The rights on a key of the user. Chosen: the policy of the key is not known here, so that the
 * caller's own policies must allow.
 */
export function kmsAccess(
  { scope }: DsqlCall,
  kmsEncryptionKey: string | undefined,
  actions: readonly string[] = KMS_ACTIONS,
): readonly NeededAccess[] {
  const resource = kmsKeyArn(scope, kmsEncryptionKey);
  if (resource === undefined) return [];
  const keys = contextKeys({ "kms:viaservice": `dsql.${scope.region}.amazonaws.com` });
  return actions.map((action) => ({ action, resource, keys }));
}

/** The right to hand a role to the service. */
export function passRoleAccess(roleArn: string | undefined): readonly NeededAccess[] {
  if (roleArn === undefined) return [];
  const keys = contextKeys({ "iam:passedtoservice": DSQL_SERVICE });
  return [{ action: "iam:PassRole", resource: roleArn, keys }];
}

/**
 * The rights for the properties of a multi-Region cluster. `own` stands for the cluster itself, and
 * `present` are the peers that it has. The witness Region is named in two decisions: in the Region of
 * the cluster and in the witness Region.
 */
export function multiRegionAccess(
  call: DsqlCall,
  properties: MultiRegionProperties | undefined,
  own: (action: string) => NeededAccess,
  present: readonly string[] = [],
): readonly NeededAccess[] {
  if (properties === undefined) return [];
  const { witnessRegion, clusters } = properties;
  const ownArn = own("dsql:GetCluster").resource;
  const named = clusters?.filter((arn) => arn !== ownArn);
  const removed = named === undefined ? [] : present.filter((arn) => !named.includes(arn));
  return [
    own("dsql:PutMultiRegionProperties"),
    ...(named ?? []).map((arn) => resourceAccess(call, arn, new Map(), "dsql:AddPeerCluster")),
    ...removed.map((arn) => resourceAccess(call, arn, new Map(), "dsql:RemovePeerCluster")),
    ...(witnessRegion === undefined ? [] : witnessAccess(own, witnessRegion)),
  ];
}

function witnessAccess(
  own: (action: string) => NeededAccess,
  witnessRegion: string,
): readonly NeededAccess[] {
  const here = own("dsql:PutWitnessRegion");
  const keys = new Map([...(here.keys ?? []), ...witnessKeys(witnessRegion)]);
  const [arn, partition, service, , account] = here.resource.split(":");
  const there = [arn, partition, service, witnessRegion, account, "cluster/*"].join(":");
  return [
    { ...here, keys },
    // Chosen: in the witness Region there is no cluster, so that the resource is all of them.
    {
      action: "dsql:PutWitnessRegion",
      resource: there,
      keys: witnessKeys(witnessRegion),
      region: witnessRegion,
    },
  ];
}
