/** What the operations answer with; members are named as in the API, with a small first letter. */
import type { DirectoryState } from "./directory-state.ts";
import type {
  AccessKeyRecord,
  GroupRecord,
  PolicyRecord,
  PolicyVersionRecord,
  RoleRecord,
  UserRecord,
} from "./iam-snapshot.ts";
import type { Tag } from "./tags.ts";

/** The permissions boundary of a user or role. */
export interface AttachedPermissionsBoundary {
  readonly permissionsBoundaryType: "Policy";
  readonly permissionsBoundaryArn: string;
}

/** A user. */
export interface User {
  readonly path: string;
  readonly userName: string;
  readonly userId: string;
  readonly arn: string;
  readonly createDate: Date;
  readonly permissionsBoundary?: AttachedPermissionsBoundary;
  readonly tags: readonly Tag[];
}

/** A group. */
export interface Group {
  readonly path: string;
  readonly groupName: string;
  readonly groupId: string;
  readonly arn: string;
  readonly createDate: Date;
}

/** A role. */
export interface Role {
  readonly path: string;
  readonly roleName: string;
  readonly roleId: string;
  readonly arn: string;
  readonly createDate: Date;
  /** As it was given, not URL-encoded. */
  readonly assumeRolePolicyDocument: string;
  readonly description?: string;
  /** In seconds. */
  readonly maxSessionDuration: number;
  readonly permissionsBoundary?: AttachedPermissionsBoundary;
  readonly tags: readonly Tag[];
  readonly roleLastUsed?: { readonly lastUsedDate: Date; readonly region: string };
}

/** A managed policy. */
export interface Policy {
  readonly policyName: string;
  readonly policyId: string;
  readonly arn: string;
  readonly path: string;
  readonly defaultVersionId: string;
  readonly attachmentCount: number;
  readonly permissionsBoundaryUsageCount: number;
  readonly isAttachable: true;
  readonly description?: string;
  readonly createDate: Date;
  readonly updateDate: Date;
  readonly tags: readonly Tag[];
}

/** A version of a managed policy. */
export interface PolicyVersion {
  /** As it was given, not URL-encoded. */
  readonly document: string;
  readonly versionId: string;
  readonly isDefaultVersion: boolean;
  readonly createDate: Date;
}

/** An access key without its secret. */
export interface AccessKeyMetadata {
  readonly userName: string;
  readonly accessKeyId: string;
  readonly status: "Active" | "Inactive";
  readonly createDate: Date;
}

/** An access key with its secret: only `CreateAccessKey` shows it. */
export interface CreatedAccessKey extends AccessKeyMetadata {
  readonly secretAccessKey: string;
}

function boundaryOf(arn: string | undefined): {
  readonly permissionsBoundary?: AttachedPermissionsBoundary;
} {
  if (arn === undefined) return {};
  return {
    permissionsBoundary: { permissionsBoundaryType: "Policy", permissionsBoundaryArn: arn },
  };
}

/** What the API shows of a user. */
export function describeUser(state: DirectoryState, user: UserRecord): User {
  return {
    path: user.path,
    userName: user.name,
    userId: user.id,
    arn: state.users.arnOf(user),
    createDate: new Date(user.createDate),
    ...boundaryOf(user.permissionsBoundary),
    tags: user.tags,
  };
}

/** What the API shows of a group. */
export function describeGroup(state: DirectoryState, group: GroupRecord): Group {
  return {
    path: group.path,
    groupName: group.name,
    groupId: group.id,
    arn: state.groups.arnOf(group),
    createDate: new Date(group.createDate),
  };
}

/** What the API shows of a role. */
export function describeRole(state: DirectoryState, role: RoleRecord): Role {
  const { description, lastUsed } = role;
  return {
    path: role.path,
    roleName: role.name,
    roleId: role.id,
    arn: state.roles.arnOf(role),
    createDate: new Date(role.createDate),
    assumeRolePolicyDocument: role.trustPolicy,
    ...(description === undefined ? {} : { description }),
    maxSessionDuration: role.maxSessionDurationSeconds,
    ...boundaryOf(role.permissionsBoundary),
    tags: role.tags,
    ...(lastUsed === undefined
      ? {}
      : { roleLastUsed: { lastUsedDate: new Date(lastUsed.date), region: lastUsed.region } }),
  };
}

/** What the API shows of a managed policy. */
export function describePolicy(state: DirectoryState, policy: PolicyRecord): Policy {
  const { description } = policy;
  return {
    policyName: policy.name,
    policyId: policy.id,
    arn: policy.arn,
    path: policy.path,
    defaultVersionId: policy.defaultVersionId,
    attachmentCount: state.attachments.countOf(policy.arn),
    permissionsBoundaryUsageCount: state.boundaries.countOf(policy.arn),
    isAttachable: true,
    ...(description === undefined ? {} : { description }),
    createDate: new Date(policy.createDate),
    updateDate: new Date(policy.updateDate),
    tags: policy.tags,
  };
}

/** What the API shows of a version. */
export function describeVersion(policy: PolicyRecord, version: PolicyVersionRecord): PolicyVersion {
  return {
    document: version.document,
    versionId: version.versionId,
    isDefaultVersion: version.versionId === policy.defaultVersionId,
    createDate: new Date(version.createDate),
  };
}

/** What the API shows of an access key of a user. */
export function describeAccessKey(user: UserRecord, key: AccessKeyRecord): AccessKeyMetadata {
  return {
    userName: user.name,
    accessKeyId: key.accessKeyId,
    status: key.status,
    createDate: new Date(key.createDate),
  };
}
