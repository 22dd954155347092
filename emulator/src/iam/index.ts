export type {
  Decision,
  FailedCondition,
  NearMiss,
  PolicyType,
  StatementReference,
} from "./decision.ts";
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
