export { CoverageCounters, type StatementCount } from "./coverage-counters.ts";
export { renderCoverage } from "./render-coverage.ts";
export { renderCoverageHtml } from "./render-coverage-html.ts";
export {
  type ConditionCoverage,
  type CoverageReport,
  type CoveredPart,
  isCoverageReport,
  type MappingCoverage,
  reportCoverage,
  type StatementCoverage,
} from "./report-coverage.ts";
