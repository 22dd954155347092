/**
 * What the operations of IAM are about: ARNs and condition keys that policies on `iam:…` actions see.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
import { type IamDirectory, IamError, type Tag } from "../../../iam/index.ts";
import type { QueryCall } from "../query/answer-query.ts";
import type { NeededAccess } from "../query/query-operation.ts";
import { QueryError } from "../query/query-error.ts";

type Keys = readonly (readonly [string, readonly string[]])[];

interface Existing {
  readonly arn: string;
  readonly tags?: readonly Tag[];
}

/** The user of this name; one that is not there has the root path. */
export function userAccess(
  { directory }: QueryCall,
  userName: string,
  keys: Keys = [],
): NeededAccess {
  const user = existing(() => directory.getUser({ userName }));
  return access(user ?? { arn: arnOf(directory, "user", "/", userName) }, keys);
}

/** The role of this name; one that is not there has the root path. */
export function roleAccess(
  { directory }: QueryCall,
  roleName: string,
  keys: Keys = [],
): NeededAccess {
  const role = existing(() => directory.getRole({ roleName }));
  return access(role ?? { arn: arnOf(directory, "role", "/", roleName) }, keys);
}

/** The group of this name; one that is not there has the root path. */
export function groupAccess(
  { directory }: QueryCall,
  groupName: string,
  keys: Keys = [],
): NeededAccess {
  const group = existing(() => directory.getGroup({ groupName }).group);
  return access(group ?? { arn: arnOf(directory, "group", "/", groupName) }, keys);
}

/** The managed policy with this ARN. */
export function policyAccess(
  { directory }: QueryCall,
  policyArn: string,
  keys: Keys = [],
): NeededAccess {
  const policy = existing(() => directory.getPolicy({ policyArn }));
  return access({ arn: policyArn, tags: policy?.tags ?? [] }, keys);
}

/** The OpenID Connect provider with this ARN. */
export function providerAccess(
  { directory }: QueryCall,
  openIDConnectProviderArn: string,
  keys: Keys = [],
): NeededAccess {
  const provider = existing(() => directory.getOpenIDConnectProvider({ openIDConnectProviderArn }));
  return access({ arn: openIDConnectProviderArn, tags: provider?.tags ?? [] }, keys);
}

/** Something that is about to be made, or the beginning of the names of a list. */
export function newAccess(
  { directory }: QueryCall,
  kind: "user" | "role" | "group" | "policy" | "oidc-provider",
  path: string,
  name: string,
  keys: Keys = [],
): NeededAccess {
  return access({ arn: arnOf(directory, kind, path, name) }, keys);
}

/** Keys of the tags that a request brings. */
export function tagKeys(tags: readonly Tag[] = []): Keys {
  if (tags.length === 0) return [];
  return [
    ["aws:tagkeys", tags.map(({ key }) => key)],
    ...tags.map(({ key, value }) => [`aws:requesttag/${key.toLowerCase()}`, [value]] as const),
  ];
}

/** A key with the value that a request brings, if it does. */
export function maybeKey(name: string, value: string | undefined): Keys {
  return value === undefined ? [] : [[name, [value]]];
}

/**
 * The user that an operation is about: the caller, unless another is named.
 *
 * @throws QueryError `ValidationError` when a caller that is no user names none
 */
export function userNameOf(userName: string | undefined, { caller }: QueryCall): string {
  const name = userName ?? caller.userName;
  if (name !== undefined) return name;
  const message = "Must specify userName when calling with non-User credentials";
  throw new QueryError("ValidationError", 400, message);
}

function arnOf({ accountId }: IamDirectory, kind: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:${kind}${path}${name}`;
}

function access({ arn, tags = [] }: Existing, keys: Keys): NeededAccess {
  const ofResource = tags.flatMap(({ key, value }) =>
    ["aws", "iam"].map(
      (prefix) => [`${prefix}:resourcetag/${key.toLowerCase()}`, [value]] as const,
    ),
  );
  return { resource: arn, keys: new Map([...ofResource, ...keys]) };
}

/** What a look-up finds; authorization comes before the answer that there is nothing. */
function existing<Found>(lookUp: () => Found): Found | undefined {
  try {
    return lookUp();
  } catch (error) {
    if (error instanceof IamError) return undefined;
    throw error;
  }
}
