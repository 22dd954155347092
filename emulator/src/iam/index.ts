export {
  type Decision,
  evaluatePolicies,
  type NearMiss,
  type RequestContext,
  type StatementReference,
} from "./evaluate-policies.ts";
export { denialMessage, explainDecision } from "./explain-decision.ts";
export { type GlobPattern, matchesGlob } from "./glob-pattern.ts";
export {
  type ParsedPolicy,
  type PolicyProblem,
  parsePolicyDocument,
} from "./parse-policy-document.ts";
export type {
  AttachedPolicy,
  PatternElement,
  PolicyDocument,
  PolicyStatement,
} from "./policy-document.ts";
