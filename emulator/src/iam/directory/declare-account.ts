/** From a declaration to what a directory holds, over what it held before. */
import type {
  DeclaredAccount,
  DeclaredEntity,
  DeclaredManagedPolicy,
  DeclaredOidcProvider,
  DeclaredRole,
  DeclaredTags,
  DeclaredUser,
} from "./declared-account.ts";
import type {
  AccessKeyRecord,
  EntityRecord,
  GroupRecord,
  IamSnapshot,
  OpenIdConnectProviderRecord,
  PolicyRecord,
  RoleRecord,
  UserRecord,
} from "./iam-snapshot.ts";
import type { IdPrefix } from "./identity-source.ts";
import type { Tag } from "./tags.ts";

/** ARNs of what a declaration names, so that the next one can take away what it no longer names. */
export type DeclaredArns = readonly string[];

/** What a declaration is applied with. */
export interface DeclarationOptions {
  /** Time of making of what is new. */
  readonly now: Date;
  /** The id of a declared entity: the same for the same ARN, whenever it is declared. */
  readonly idFor: (prefix: IdPrefix, arn: string) => string;
  /** What the account held, if it held anything. */
  readonly stored?: IamSnapshot | undefined;
  /** ARNs of the declaration that `stored` was made with. */
  readonly declaredBefore?: DeclaredArns | undefined;
}

/**
 * The account as it is declared: what the declaration names is as it says and keeps its id and age;
 * what an earlier declaration named and this one does not is gone; what the API made stays.
 */
export function declareAccount(
  declared: DeclaredAccount,
  options: DeclarationOptions,
): { readonly snapshot: IamSnapshot; readonly arns: DeclaredArns } {
  const { accountId } = declared;
  const arns = arnsOf(declared);
  const named = new Set(
    [...arns, ...(options.declaredBefore ?? [])].map((arn) => arn.toLowerCase()),
  );
  const stored = options.stored ?? emptySnapshot(accountId);
  const keptOf = <Entity extends EntityRecord>(
    kind: "user" | "group" | "role",
    records: readonly Entity[],
  ): readonly Entity[] => {
    const names = new Set(declared[`${kind}s`].map(({ name }) => name.toLowerCase()));
    // One that the API has renamed or moved is declared all the same: it gets its name back.
    const ids = new Set(
      declared[`${kind}s`].map((one) =>
        options.idFor(PREFIXES[kind], entityArn(accountId, kind, one)),
      ),
    );
    return records.filter(
      (record) =>
        !named.has(entityArn(accountId, kind, record).toLowerCase()) &&
        !names.has(record.name.toLowerCase()) &&
        !ids.has(record.id),
    );
  };
  const policyNames = new Set(
    declared.policies.flatMap(({ name, isOfAws }) => (isOfAws === true ? [] : name.toLowerCase())),
  );
  const keyIds = new Set(
    declared.users.flatMap(({ accessKeys }) => accessKeys.map(({ id }) => id)),
  );
  const maker = new RecordMaker(accountId, stored, options);

  const groups = [
    ...keptOf("group", stored.groups),
    ...declared.groups.map((one) => maker.group(one)),
  ];
  const users = [
    ...keptOf("user", stored.users),
    ...declared.users.map((one) => maker.user(one, groups)),
  ];
  const roles = [...keptOf("role", stored.roles), ...declared.roles.map((one) => maker.role(one))];
  const policies = [
    ...stored.policies.filter(
      ({ arn, name }) => !named.has(arn.toLowerCase()) && !policyNames.has(name.toLowerCase()),
    ),
    ...declared.policies.map((one) => maker.policy(one)),
  ];
  const snapshot: IamSnapshot = {
    ...stored,
    users,
    groups,
    roles,
    policies,
    accessKeys: [
      ...keysOf(keptOf("user", stored.users), stored.accessKeys).filter(
        ({ accessKeyId }) => !keyIds.has(accessKeyId),
      ),
      ...declared.users.flatMap((user) => maker.keys(user, users)),
    ],
    openIdConnectProviders: [
      ...stored.openIdConnectProviders.filter(({ arn }) => !named.has(arn.toLowerCase())),
      ...declared.oidcProviders.map((one) => maker.provider(one)),
    ],
  };
  return { snapshot: withoutDangling(snapshot), arns };
}

const PREFIXES = { user: "AIDA", group: "AGPA", role: "AROA" } as const;

/** Every entity that a declaration names, by ARN. */
function arnsOf(declared: DeclaredAccount): DeclaredArns {
  const { accountId } = declared;
  return [
    ...declared.users.map((one) => entityArn(accountId, "user", one)),
    ...declared.groups.map((one) => entityArn(accountId, "group", one)),
    ...declared.roles.map((one) => entityArn(accountId, "role", one)),
    ...declared.policies.map((one) => managedPolicyArn(accountId, one)),
    ...declared.oidcProviders.map(({ url }) => providerArn(accountId, url)),
  ];
}

/** Makes records, each with the id and age of the one that was there under its name. */
class RecordMaker {
  readonly #accountId: string;
  readonly #stored: IamSnapshot;
  readonly #options: DeclarationOptions;

  constructor(accountId: string, stored: IamSnapshot, options: DeclarationOptions) {
    this.#accountId = accountId;
    this.#stored = stored;
    this.#options = options;
  }

  group(declared: DeclaredEntity): GroupRecord {
    return this.#entity("group", "AGPA", declared, this.#stored.groups);
  }

  user(declared: DeclaredUser, groups: readonly GroupRecord[]): UserRecord {
    const { permissionsBoundary, mfaDevices } = declared;
    return {
      ...this.#entity("user", "AIDA", declared, this.#stored.users),
      tags: tagList(declared.tags),
      groupIds: declared.groups.flatMap((name) => find(name, groups)?.id ?? []),
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      ...(mfaDevices.length === 0 ? {} : { mfaDevices }),
    };
  }

  role(declared: DeclaredRole): RoleRecord {
    const { permissionsBoundary, description, linkedService, maxSessionDuration } = declared;
    const lastUsed = find(declared.name, this.#stored.roles)?.lastUsed;
    return {
      ...this.#entity("role", "AROA", declared, this.#stored.roles),
      tags: tagList(declared.tags),
      trustPolicy: JSON.stringify(declared.trustPolicy),
      maxSessionDurationSeconds: maxSessionDuration,
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      ...(description === undefined ? {} : { description }),
      ...(linkedService === undefined ? {} : { linkedService }),
      ...(lastUsed === undefined ? {} : { lastUsed }),
    };
  }

  policy(declared: DeclaredManagedPolicy): PolicyRecord {
    const { name, path, description, versions, tags } = declared;
    const arn = managedPolicyArn(this.#accountId, declared);
    const stored = this.#stored.policies.find((policy) => policy.arn === arn);
    const createDate = stored?.createDate ?? this.#now();
    const numbers = versions.map(({ id }) => Number(id.slice(1)));
    return {
      name,
      path,
      arn,
      id: stored?.id ?? this.#options.idFor("ANPA", arn),
      createDate,
      updateDate: createDate,
      tags: tagList(tags),
      defaultVersionId: versions.find(({ isDefault }) => isDefault)?.id ?? "v1",
      versions: versions.map(({ id, document }) => ({
        versionId: id,
        document: JSON.stringify(document),
        createDate,
      })),
      nextVersion: Math.max(0, ...numbers) + 1,
      ...(description === undefined ? {} : { description }),
    };
  }

  provider({
    url,
    clientIds,
    thumbprints,
    tags,
    keys,
  }: DeclaredOidcProvider): OpenIdConnectProviderRecord {
    const arn = providerArn(this.#accountId, url);
    const stored = this.#stored.openIdConnectProviders.find((provider) => provider.arn === arn);
    return {
      arn,
      url: bareUrl(url),
      clientIds,
      thumbprints,
      createDate: stored?.createDate ?? this.#now(),
      tags: tagList(tags),
      ...(keys === undefined ? {} : { keys }),
    };
  }

  keys(
    { name, accessKeys }: DeclaredUser,
    users: readonly UserRecord[],
  ): readonly AccessKeyRecord[] {
    const userId = find(name, users)?.id;
    if (userId === undefined) return [];
    return accessKeys.map(({ id, secret, status }) => {
      const stored = this.#stored.accessKeys.find(({ accessKeyId }) => accessKeyId === id);
      return {
        accessKeyId: id,
        secretAccessKey: secret,
        userId,
        status,
        createDate: stored?.createDate ?? this.#now(),
        ...(stored?.lastUsed === undefined ? {} : { lastUsed: stored.lastUsed }),
      };
    });
  }

  #entity(
    kind: string,
    prefix: IdPrefix,
    declared: DeclaredEntity,
    stored: readonly EntityRecord[],
  ): EntityRecord {
    const { name, path, policies, managedPolicies } = declared;
    const usualId = this.#options.idFor(prefix, entityArn(this.#accountId, kind, declared));
    const before = find(name, stored) ?? stored.find(({ id }) => id === usualId);
    return {
      name,
      path,
      id: before?.id ?? usualId,
      createDate: before?.createDate ?? this.#now(),
      inlinePolicies: policies.map((policy) => ({
        policyName: policy.name,
        policyDocument: JSON.stringify(policy.document),
      })),
      attachedPolicies: managedPolicies,
    };
  }

  #now(): string {
    return `${this.#options.now.toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length)}.000Z`;
  }
}

/**
 * Takes out what refers to something that is no longer there, but for a boundary: without it its
 * principal could do more than before, with it nothing.
 */
function withoutDangling(snapshot: IamSnapshot): IamSnapshot {
  const policies = new Set(snapshot.policies.map(({ arn }) => arn));
  const groups = new Set(snapshot.groups.map(({ id }) => id));
  const isThere = (arn: string): boolean => policies.has(arn) || arn.startsWith(AWS_POLICIES);
  const attached = <Entity extends EntityRecord>(entity: Entity): Entity => ({
    ...entity,
    attachedPolicies: entity.attachedPolicies.filter(isThere),
  });
  return {
    ...snapshot,
    users: snapshot.users.map((user) => ({
      ...attached(user),
      groupIds: user.groupIds.filter((id) => groups.has(id)),
    })),
    groups: snapshot.groups.map(attached),
    roles: snapshot.roles.map(attached),
  };
}

const AWS_POLICIES = "arn:aws:iam::aws:policy/";

/** ARN of a managed policy. */
function managedPolicyArn(accountId: string, policy: DeclaredManagedPolicy): string {
  return `arn:aws:iam::${policy.isOfAws === true ? "aws" : accountId}:policy${policy.path}${policy.name}`;
}

function entityArn(
  accountId: string,
  kind: string,
  { path, name }: { readonly path: string; readonly name: string },
): string {
  return `arn:aws:iam::${accountId}:${kind}${path}${name}`;
}

function providerArn(accountId: string, url: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${bareUrl(url)}`;
}

/** A provider's URL as its ARN has it: without its scheme. */
function bareUrl(url: string): string {
  return url.replace(/^https?:\/\//, "");
}

/** Names are unique without regard to case. */
function find<Entity extends EntityRecord>(
  name: string,
  records: readonly Entity[],
): Entity | undefined {
  return records.find((record) => record.name.toLowerCase() === name.toLowerCase());
}

function keysOf(
  users: readonly UserRecord[],
  keys: readonly AccessKeyRecord[],
): readonly AccessKeyRecord[] {
  const ids = new Set(users.map(({ id }) => id));
  return keys.filter(({ userId }) => ids.has(userId));
}

function tagList(tags: DeclaredTags): readonly Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function emptySnapshot(accountId: string): IamSnapshot {
  return {
    formatVersion: 1,
    accountId,
    users: [],
    groups: [],
    roles: [],
    policies: [],
    accessKeys: [],
    openIdConnectProviders: [],
    deletionTasks: [],
  };
}
