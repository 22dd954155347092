/** What authorization asks of a directory: keys, principals, and the policies that apply to them. */
import type { AttachedPolicy, PolicyDocument } from "../policy-document.ts";
import type { PolicyUse } from "../parse-policy-document.ts";
import type { DeclaredOidcKeys } from "./declared-account.ts";
import type { DirectoryState } from "./directory-state.ts";
import { describeRole, describeUser, type Role, type User } from "./entities.ts";
import type { EntityRecord, PolicyRecord, RoleRecord } from "./iam-snapshot.ts";
import { parsePolicyText } from "./parse-policy-text.ts";

/** An access key with its secret and its owner as it is at this moment. */
export interface DirectoryAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly status: "Active" | "Inactive";
  readonly user: User;
}

/** A role that may be assumed. */
export interface FoundRole {
  readonly role: Role;
  readonly trust: AttachedPolicy;
}

/** An OpenID Connect provider. */
export interface FoundProvider {
  readonly arn: string;
  /** Without its scheme. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly keys?: DeclaredOidcKeys;
}

/** The policies of a user with those of its groups, or of a role. */
export interface EffectivePolicies {
  /** Inline before managed, the principal's own before those of its groups. */
  readonly identity: readonly AttachedPolicy[];
  readonly boundary: AttachedPolicy | undefined;
}

/** Where a key or role was used. */
export interface Use {
  readonly service: string;
  readonly region: string;
}

/** The questions. Each takes the same time whatever the directory holds. */
export interface AuthorizationReads {
  findAccessKey(accessKeyId: string): DirectoryAccessKey | undefined;
  /** By ARN, in its exact spelling. */
  findUser(arn: string): User | undefined;
  /** By unique id, `AIDA…`. */
  findUserById(userId: string): User | undefined;
  /** By ARN, in its exact spelling. */
  findRole(arn: string): FoundRole | undefined;
  /** By unique id, `AROA…`: not another role that was made under the same name. */
  findRoleById(roleId: string): FoundRole | undefined;
  /** The provider with this ARN, and where its keys are, if that was declared. */
  findProvider(arn: string): FoundProvider | undefined;
  /** The seed of a device of the user with this id. */
  findMfaSeed(userId: string, serialNumber: string): string | undefined;
  /** Of the user or role with this ARN; `undefined` if there is none. */
  effectivePolicies(principalArn: string): EffectivePolicies | undefined;
  /** The default version of a managed policy, as a session policy of `sessionArn`. */
  findManagedPolicy(policyArn: string, sessionArn: string): AttachedPolicy | undefined;
  /** Does nothing for a key that is not there. */
  recordKeyUse(accessKeyId: string, use: Use): void;
  /** Does nothing for a role that is not there. */
  recordRoleUse(roleArn: string, region: string): void;
}

/** The questions to a directory. */
export function authorizationReads(state: DirectoryState): AuthorizationReads {
  const { users, groups, roles, policies, accessKeys } = state;
  const parsed = new ParsedTexts();

  const managed = (policy: PolicyRecord, attachedTo: string): readonly AttachedPolicy[] => {
    const { name, arn, versions, defaultVersionId } = policy;
    const version = versions.find(({ versionId }) => versionId === defaultVersionId);
    if (version === undefined) return [];
    const document = parsed.documentOf(version, version.document, "identity");
    return [{ document, source: { kind: "managed", name, attachedTo, arn } }];
  };
  const ofEntity = (entity: EntityRecord, attachedTo: string): readonly AttachedPolicy[] => [
    ...entity.inlinePolicies.map((inline): AttachedPolicy => {
      const document = parsed.documentOf(inline, inline.policyDocument, "identity");
      return { document, source: { kind: "inline", name: inline.policyName, attachedTo } };
    }),
    ...entity.attachedPolicies.flatMap((arn) => {
      const policy = policies.get(arn);
      return policy === undefined ? [] : managed(policy, attachedTo);
    }),
  ];
  const boundaryOf = (arn: string | undefined, attachedTo: string): AttachedPolicy | undefined => {
    if (arn === undefined) return undefined;
    const policy = policies.get(arn);
    const [boundary] = policy === undefined ? [] : managed(policy, attachedTo);
    // INVARIANT: a boundary whose policy is gone allows nothing.
    return (
      boundary ?? { document: NOTHING, source: { kind: "managed", name: arn, attachedTo, arn } }
    );
  };

  const withTrust = (role: RoleRecord): FoundRole => {
    const document = parsed.documentOf(role, role.trustPolicy, "trust");
    const attachedTo = roles.arnOf(role);
    const source = { kind: "inline", name: "trust policy", attachedTo } as const;
    return { role: describeRole(state, role), trust: { document, source } };
  };

  return {
    findAccessKey: (accessKeyId) => {
      const key = accessKeys.get(accessKeyId);
      const user = key === undefined ? undefined : users.findById(key.userId);
      if (key === undefined || user === undefined) return undefined;
      const { secretAccessKey, status } = key;
      return { accessKeyId, secretAccessKey, status, user: describeUser(state, user) };
    },

    findUser: (arn) => {
      const user = users.findByArn(arn);
      return user === undefined ? undefined : describeUser(state, user);
    },

    findUserById: (userId) => {
      const user = users.findById(userId);
      return user === undefined ? undefined : describeUser(state, user);
    },

    findRole: (arn) => {
      const role = roles.findByArn(arn);
      return role === undefined ? undefined : withTrust(role);
    },

    findRoleById: (roleId) => {
      const role = roles.findById(roleId);
      return role === undefined ? undefined : withTrust(role);
    },

    findProvider: (arn) => state.openIdConnectProviders.get(arn),

    findMfaSeed: (userId, serialNumber) =>
      users.findById(userId)?.mfaDevices?.find((device) => device.serialNumber === serialNumber)
        ?.seed,

    effectivePolicies: (arn) => {
      const user = users.findByArn(arn);
      if (user !== undefined) {
        const ofGroups = user.groupIds
          .flatMap((id) => groups.findById(id) ?? [])
          .flatMap((group) => ofEntity(group, groups.arnOf(group)));
        return {
          identity: [...ofEntity(user, arn), ...ofGroups],
          boundary: boundaryOf(user.permissionsBoundary, arn),
        };
      }
      const role = roles.findByArn(arn);
      if (role === undefined) return undefined;
      const boundary = boundaryOf(role.permissionsBoundary, arn);
      return { identity: ofEntity(role, arn), boundary };
    },

    findManagedPolicy: (policyArn, sessionArn) => {
      const policy = policies.get(policyArn);
      return policy === undefined ? undefined : managed(policy, sessionArn)[0];
    },

    recordKeyUse: (accessKeyId, { service, region }) => {
      const key = accessKeys.get(accessKeyId);
      if (key !== undefined) key.lastUsed = { date: state.now(), service, region };
    },

    recordRoleUse: (roleArn, region) => {
      const role = roles.findByArn(roleArn);
      if (role !== undefined) role.lastUsed = { date: state.now(), region };
    },
  };
}

const NOTHING: PolicyDocument = { version: "2012-10-17", statements: [] };

/** Parsed texts, by the record that has the text, so that each is parsed once. */
class ParsedTexts {
  readonly #byOwner = new WeakMap<
    object,
    { readonly text: string; readonly document: PolicyDocument }
  >();

  documentOf(owner: object, text: string, use: PolicyUse): PolicyDocument {
    const known = this.#byOwner.get(owner);
    // A role keeps its record when its trust policy changes.
    if (known?.text === text) return known.document;
    const { document } = parsePolicyText(text, use);
    this.#byOwner.set(owner, { text, document });
    return document;
  }
}
