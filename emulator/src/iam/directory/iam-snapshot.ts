/** The whole state of a directory as plain JSON. Times are ISO 8601. */
import type { DeclaredMfaDevice, DeclaredOidcKeys } from "./declared-account.ts";
import type { Tag } from "./tags.ts";

/** An inline policy; the document is the text that was given. */
export interface InlinePolicyRecord {
  readonly policyName: string;
  readonly policyDocument: string;
}

/** What users, groups and roles have in common. */
export interface EntityRecord {
  name: string;
  path: string;
  readonly id: string;
  readonly createDate: string;
  inlinePolicies: readonly InlinePolicyRecord[];
  /** ARNs, in the order of attachment. */
  attachedPolicies: readonly string[];
}

/** A user. */
export interface UserRecord extends EntityRecord {
  tags: readonly Tag[];
  /** ARN. */
  permissionsBoundary?: string;
  /** Ids, in the order of joining. */
  groupIds: readonly string[];
  readonly mfaDevices?: readonly DeclaredMfaDevice[];
}

/** A group. */
export type GroupRecord = EntityRecord;

/** A role. */
export interface RoleRecord extends EntityRecord {
  tags: readonly Tag[];
  /** ARN. */
  permissionsBoundary?: string;
  /** The text that was given. */
  trustPolicy: string;
  description?: string;
  maxSessionDurationSeconds: number;
  lastUsed?: { readonly date: string; readonly region: string };
  /** Service principal of a service-linked role. */
  readonly linkedService?: string;
}

/** A version of a managed policy. */
export interface PolicyVersionRecord {
  /** `v1`, `v2`, … */
  readonly versionId: string;
  readonly document: string;
  readonly createDate: string;
}

/** A managed policy. */
export interface PolicyRecord {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly description?: string;
  readonly createDate: string;
  updateDate: string;
  tags: readonly Tag[];
  defaultVersionId: string;
  /** Oldest first. */
  versions: readonly PolicyVersionRecord[];
  /** Number of the next version: that of a deleted one is not used again. */
  nextVersion: number;
}

/** An access key of a user. */
export interface AccessKeyRecord {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userId: string;
  status: "Active" | "Inactive";
  readonly createDate: string;
  lastUsed?: { readonly date: string; readonly service: string; readonly region: string };
}

/** An OpenID Connect provider. */
export interface OpenIdConnectProviderRecord {
  readonly arn: string;
  /** Without `https://`. */
  readonly url: string;
  clientIds: readonly string[];
  thumbprints: readonly string[];
  readonly createDate: string;
  tags: readonly Tag[];
  /** Only from a declaration: the API has no place for it. */
  readonly keys?: DeclaredOidcKeys;
}

/** All that a directory holds but the policies of AWS, which are always there. */
export interface IamSnapshot {
  readonly formatVersion: 1;
  readonly accountId: string;
  readonly users: readonly UserRecord[];
  readonly groups: readonly GroupRecord[];
  readonly roles: readonly RoleRecord[];
  readonly policies: readonly PolicyRecord[];
  readonly accessKeys: readonly AccessKeyRecord[];
  readonly openIdConnectProviders: readonly OpenIdConnectProviderRecord[];
  /** Ids of finished deletions of service-linked roles. */
  readonly deletionTasks: readonly string[];
}
