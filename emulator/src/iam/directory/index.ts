export type { AccessKeyUse } from "./access-key-operations.ts";
export type { AttachedManagedPolicy } from "./attachment-operations.ts";
export {
  type ParsedAuthorizationDetails,
  parseAuthorizationDetails,
} from "./authorization-details.ts";
export type {
  AuthorizationReads,
  DirectoryAccessKey,
  EffectivePolicies,
  FoundProvider,
  FoundRole,
} from "./authorization-reads.ts";
export type {
  AccessKeyMetadata,
  AttachedPermissionsBoundary,
  CreatedAccessKey,
  Group,
  Policy,
  PolicyVersion,
  Role,
  User,
} from "./entities.ts";
export { AWS_MANAGED_POLICY_ARNS } from "./aws-managed-policies.ts";
export { declareAccount, type DeclaredArns } from "./declare-account.ts";
export type {
  DeclaredAccessKey,
  DeclaredAccount,
  DeclaredDocument,
  DeclaredEntity,
  DeclaredGroup,
  DeclaredInlinePolicy,
  DeclaredManagedPolicy,
  DeclaredMfaDevice,
  DeclaredOidcKeys,
  DeclaredOidcProvider,
  DeclaredPolicyVersion,
  DeclaredRole,
  DeclaredTags,
  DeclaredUser,
} from "./declared-account.ts";
export { describeAccount } from "./describe-account.ts";
export {
  EXCLUDED_POLICY_TYPES,
  excludePolicies,
  type PolicyIdentifier,
} from "./exclude-policies.ts";
export type { GroupWithUsers } from "./group-operations.ts";
export {
  createIamDirectory,
  type IamDirectory,
  type IamOperations,
  restoreIamDirectory,
} from "./iam-directory.ts";
export { IamError, type IamErrorCode } from "./iam-error.ts";
export { IAM_QUOTAS } from "./iam-quotas.ts";
export type { IamSnapshot } from "./iam-snapshot.ts";
export type { IamIdentitySource, IdPrefix } from "./identity-source.ts";
export type { InlinePolicy } from "./inline-policy-operations.ts";
export type { OpenIdConnectProvider } from "./openid-connect-operations.ts";
export { type Page, type PageInput, paginate } from "./paginate.ts";
export { type ParsedText, parsePolicyText } from "./parse-policy-text.ts";
export type { PolicyEntities } from "./policy-entities.ts";
export type { PolicyText, PrincipalPolicyTexts } from "./policy-texts.ts";
export type { Tag } from "./tags.ts";
