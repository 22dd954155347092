export {
  type Access,
  type AccessCell,
  type AccessMatrix,
  fits,
  isAccessMatrix,
  type MatrixCluster,
  type MatrixFilter,
  type MatrixPrincipal,
  type NamedStatement,
  type RoleAssumption,
  shortName,
} from "./access-matrix.ts";
export { buildMatrix, type MatrixQuestion, type MatrixSources } from "./build-matrix.ts";
export type { Circumstances } from "./circumstances.ts";
export type {
  DatabaseRoles,
  Estate,
  PrincipalPolicies,
  ReviewedCluster,
  ReviewedMapping,
  ReviewedPrincipal,
} from "./estate.ts";
export { renderMatrix } from "./render-matrix.ts";
export {
  type AccessChange,
  type AccessDifference,
  type AssumptionChange,
  diffAccess,
  isSameAccess,
} from "./diff-access.ts";
export { renderDifference, renderDifferenceMarkdown } from "./render-difference.ts";
export {
  inventoryOf,
  type InventoriedPolicy,
  isOfAws,
  policyKey,
  statementKey,
} from "./policy-inventory.ts";
export { withSomeRole } from "./check-mappings.ts";
export type { ReviewedConnection } from "./check-connections.ts";
export { examine, type Examined } from "./examine.ts";
export { type Finding, isFindingList, renderFindings, type Severity } from "./finding.ts";
