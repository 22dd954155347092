/** From what a directory holds to a declaration of it. */
import type {
  DeclaredAccount,
  DeclaredDocument,
  DeclaredEntity,
  DeclaredManagedPolicy,
  DeclaredTags,
} from "./declared-account.ts";
import type { EntityRecord, IamSnapshot, PolicyRecord } from "./iam-snapshot.ts";
import type { Tag } from "./tags.ts";

/** The declaration that makes an account with this content, secrets of access keys included. */
export function describeAccount(snapshot: IamSnapshot): DeclaredAccount {
  const groupNames = new Map(snapshot.groups.map(({ id, name }) => [id, name]));
  return {
    accountId: snapshot.accountId,
    users: snapshot.users.map((user) => ({
      ...entity(user),
      accessKeys: snapshot.accessKeys
        .filter(({ userId }) => userId === user.id)
        .map(({ accessKeyId, secretAccessKey, status }) => ({
          id: accessKeyId,
          secret: secretAccessKey,
          status,
        })),
      groups: user.groupIds.flatMap((id) => groupNames.get(id) ?? []),
      ...(user.permissionsBoundary === undefined
        ? {}
        : { permissionsBoundary: user.permissionsBoundary }),
      tags: tagsOf(user.tags),
      mfaDevices: user.mfaDevices ?? [],
    })),
    groups: snapshot.groups.map(entity),
    roles: snapshot.roles.map((role) => ({
      ...entity(role),
      trustPolicy: parsed(role.trustPolicy),
      maxSessionDuration: role.maxSessionDurationSeconds,
      tags: tagsOf(role.tags),
      ...(role.description === undefined ? {} : { description: role.description }),
      ...(role.permissionsBoundary === undefined
        ? {}
        : { permissionsBoundary: role.permissionsBoundary }),
      ...(role.linkedService === undefined ? {} : { linkedService: role.linkedService }),
    })),
    policies: snapshot.policies.map(managedPolicy),
    oidcProviders: snapshot.openIdConnectProviders.map(
      ({ url, clientIds, thumbprints, tags, keys }) => ({
        url: `https://${url}`,
        clientIds,
        thumbprints,
        tags: tagsOf(tags),
        ...(keys === undefined ? {} : { keys }),
      }),
    ),
  };
}

function entity({ name, path, inlinePolicies, attachedPolicies }: EntityRecord): DeclaredEntity {
  return {
    name,
    path,
    policies: inlinePolicies.map(({ policyName, policyDocument }) => ({
      name: policyName,
      document: parsed(policyDocument),
    })),
    managedPolicies: attachedPolicies,
  };
}

function managedPolicy(policy: PolicyRecord): DeclaredManagedPolicy {
  const { name, path, arn, description, versions, defaultVersionId, tags } = policy;
  return {
    name,
    path,
    versions: versions.map(({ versionId, document }) => ({
      id: versionId,
      document: parsed(document),
      isDefault: versionId === defaultVersionId,
    })),
    tags: tagsOf(tags),
    ...(description === undefined ? {} : { description }),
    ...(arn.startsWith("arn:aws:iam::aws:") ? { isOfAws: true } : {}),
  };
}

/** INVARIANT: a stored document was parsed when it was taken. */
function parsed(text: string): DeclaredDocument {
  return JSON.parse(text) as DeclaredDocument;
}

function tagsOf(tags: readonly Tag[]): DeclaredTags {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
