export type {
  Decision,
  FailedCondition,
  NearMiss,
  PolicyType,
  StatementReference,
} from "./decision.ts";
export {
  type AccessKeyMetadata,
  type AccessKeyUse,
  type AttachedManagedPolicy,
  type AttachedPermissionsBoundary,
  type AuthorizationReads,
  type CreatedAccessKey,
  createIamDirectory,
  type EffectivePolicies,
  type FoundAccessKey,
  type FoundRole,
  type Group,
  type GroupWithUsers,
  IAM_QUOTAS,
  type IamDirectory,
  IamError,
  type IamErrorCode,
  type IamIdentitySource,
  type IamOperations,
  type IamSnapshot,
  type IdPrefix,
  type InlinePolicy,
  type OpenIdConnectProvider,
  type Page,
  type PageInput,
  type ParsedText,
  parsePolicyText,
  type Policy,
  type PolicyEntities,
  type PolicyVersion,
  restoreIamDirectory,
  type Role,
  type Tag,
  type User,
} from "./directory/index.ts";
export { type Denial, denialMessage, policyTypeName } from "./denial-message.ts";
export { type AccessQuestion, evaluateAccess, type PolicyLevel } from "./evaluate-access.ts";
export { explainDecision } from "./explain-decision.ts";
export {
  type ParsedPolicy,
  type ParseOptions,
  parsePolicyDocument,
  type PolicyUse,
} from "./parse-policy-document.ts";
export type {
  AttachedPolicy,
  ElementText,
  PolicyDocument,
  PolicyStatement,
} from "./policy-document.ts";
export type { PolicyProblem } from "./policy-problem.ts";
export { POLICY_SIZE_LIMITS } from "./policy-size.ts";
export type { ContextKeys, RequestContext, RequestPrincipal } from "./request-context.ts";
