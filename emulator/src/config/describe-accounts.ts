/** From accounts as they are to the file that declares them. */
import type {
  DeclaredAccount,
  DeclaredEntity,
  DeclaredManagedPolicy,
  DeclaredOidcProvider,
  DeclaredRole,
  DeclaredUser,
} from "../iam/index.ts";
import type { JsonObject } from "./json-value.ts";

/** How much is told. */
export interface DescribeOptions {
  /** Whether secrets of access keys and seeds of devices are in it. */
  readonly withSecrets: boolean;
}

const USUAL_SESSION_SECONDS = 3600;

/** An account in the form of the configuration file; what is as by default is left out. */
export function describeInFile(account: DeclaredAccount, options: DescribeOptions): JsonObject {
  const { accountId, users, groups, roles, policies, oidcProviders } = account;
  return without({
    id: accountId,
    users: users.map((user) => describeUser(user, options)),
    groups: groups.map((group) => without(describeEntity(group))),
    roles: roles.map(describeRole),
    policies: policies.map(describePolicy),
    oidcProviders: oidcProviders.map(describeProvider),
  });
}

function describeEntity({ name, path, policies, managedPolicies }: DeclaredEntity): JsonObject {
  return { name, path: path === "/" ? undefined : path, policies, managedPolicies };
}

function describeUser(user: DeclaredUser, { withSecrets }: DescribeOptions): JsonObject {
  const { accessKeys, groups, permissionsBoundary, tags, mfaDevices } = user;
  return without({
    ...describeEntity(user),
    accessKeys: accessKeys.map(({ id, secret, status }) =>
      without({
        id,
        secret: withSecrets ? secret : undefined,
        status: status === "Active" ? undefined : status,
      }),
    ),
    groups,
    permissionsBoundary,
    tags,
    mfaDevices: mfaDevices.map(({ serialNumber, seed }) =>
      without({ serialNumber, seed: withSecrets ? seed : undefined }),
    ),
  });
}

function describeRole(role: DeclaredRole): JsonObject {
  const { trustPolicy, description, maxSessionDuration, permissionsBoundary, tags } = role;
  return without({
    ...describeEntity(role),
    trustPolicy,
    description,
    maxSessionDuration:
      maxSessionDuration === USUAL_SESSION_SECONDS ? undefined : maxSessionDuration,
    permissionsBoundary,
    tags,
    linkedService: role.linkedService,
  });
}

function describePolicy(policy: DeclaredManagedPolicy): JsonObject {
  const { name, path, description, versions, tags, isOfAws } = policy;
  const [first] = versions;
  const isPlain = versions.length === 1 && first?.id === "v1";
  return without({
    name,
    path: path === "/" ? undefined : path,
    description,
    ...(isPlain
      ? { document: first.document }
      : {
          versions: versions.map(({ id, document, isDefault }) =>
            without({ id, document, isDefault: isDefault || undefined }),
          ),
        }),
    tags,
    isOfAws,
  });
}

function describeProvider(provider: DeclaredOidcProvider): JsonObject {
  const { url, clientIds, thumbprints, tags, keys } = provider;
  // The file must say for whom a provider is, be it for nobody.
  return { ...without({ url, thumbprints, tags, ...keys }), clientIds };
}

/** Without what says nothing: `undefined`, empty lists and empty mappings. */
function without(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) =>
        value !== undefined &&
        (typeof value !== "object" || value === null || Object.keys(value).length > 0),
    ),
  );
}
