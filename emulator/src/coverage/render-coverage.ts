/** The coverage report as text. */
import { shortName } from "../review/index.ts";
import type {
  ConditionCoverage,
  CoverageReport,
  CoveredPart,
  StatementCoverage,
} from "./report-coverage.ts";

/** The percentages, and below them what never decided. */
export function renderCoverage(report: CoverageReport): string {
  const { summary, statements, mappings, problems } = report;
  const counted = statements.filter(({ leftOut }) => leftOut === null);
  const never = counted.filter(({ matched }) => matched === 0);
  const undecided = counted.filter(({ matched, decided }) => matched > 0 && decided === 0);
  const conditions = counted.flatMap((statement) =>
    statement.conditions.flatMap((condition) => conditionLine(statement, condition)),
  );
  const unused = mappings.filter(({ used }) => used === 0);
  const lines = [
    `${summary.percent} % covered in ${decisionsText(report)} since ${report.since}`,
    `  statements  ${partText(summary.statements)}`,
    `  conditions  ${partText(summary.conditions)}`,
    `  mappings    ${partText(summary.mappings)}`,
    ...section("statements that never matched", never.map(statementName)),
    ...section("statements that matched and never decided", undecided.map(statementName)),
    ...section("conditions that were seen from one side only", conditions),
    ...section(
      "mappings that let nobody in",
      unused.map(
        ({ cluster, principal, databaseRole }) =>
          `${shortName(principal)} to ${databaseRole} of ${shortName(cluster)}`,
      ),
    ),
    ...section(
      "clusters whose mappings are unknown",
      problems.map(({ cluster, problem }) => `${shortName(cluster)}: ${problem}`),
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** How many decisions were counted. */
export function decisionsText({ decisions }: Pick<CoverageReport, "decisions">): string {
  return decisions === 1 ? "1 decision" : `${decisions} decisions`;
}

function section(title: string, entries: readonly string[]): readonly string[] {
  return entries.length === 0 ? [] : ["", title, ...entries.map((entry) => `  ${entry}`)];
}

function partText({ covered, total }: CoveredPart): string {
  return `${covered} of ${total}`;
}

function statementName(statement: StatementCoverage): string {
  const { effect, policyType, policy, attachedTo, sid } = statement;
  const name = sid === null ? `statement ${statement.statement}` : `statement \`${sid}\``;
  return `${effect} ${name} of ${policyType} policy \`${policy}\` of ${attachedTo.map(shortName).join(", ")}`;
}

function conditionLine(
  statement: StatementCoverage,
  { operator, key, held, failed }: ConditionCoverage,
): readonly string[] {
  if (held > 0 === failed > 0 && held > 0) return [];
  const seen = held > 0 ? "never failed" : failed > 0 ? "never held" : "never looked at";
  return [`${operator} ${key}: ${seen}: ${statementName(statement)}`];
}
