/** The coverage report as one page of HTML, with nothing from elsewhere and no script. */
import { shortName } from "../review/index.ts";
import { decisionsText } from "./render-coverage.ts";
import type {
  ConditionCoverage,
  CoverageReport,
  CoveredPart,
  MappingCoverage,
  StatementCoverage,
} from "./report-coverage.ts";

const STYLE = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c2733; background: #fff }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8dee4; overflow-wrap: anywhere }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
tr.never td:first-child { border-left: 4px solid #c62828 }
tr.part td:first-child { border-left: 4px solid #ef9a00 }
tr.full td:first-child { border-left: 4px solid #2e7d32 }
tr.out td { color: #5b6773 }
tr.condition td:first-child { padding-left: 2rem }
code { font-size: .9em }
.total { font-size: 2rem; font-weight: 600 }
@media (prefers-color-scheme: dark) { body { color: #e3e8ed; background: #14181d } th, td { border-color: #323a43 } tr.out td { color: #96a1ac } }
`;

/** Every text of the report is escaped. */
export function renderCoverageHtml(report: CoverageReport): string {
  const { summary, since, statements, mappings, problems } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coverage of authorization: ${summary.percent} %</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Coverage of authorization</h1>
<p class="total">${summary.percent} %</p>
<p>${decisionsText(report)} since ${escape(since)}: ${partText("statements", summary.statements)}, ${partText("conditions", summary.conditions)}, ${partText("mappings", summary.mappings)}.</p>
${problems.map(({ cluster, problem }) => `<p>Mappings of ${escape(cluster)} are unknown: ${escape(problem)}</p>\n`).join("")}<h2>Policies</h2>
<table>
<tr><th>statement</th><th>policy</th><th>attached to</th><th class="n">matched</th><th class="n">decided</th></tr>
${statements.map(statementRows).join("\n")}
</table>
<h2>Mappings</h2>
<table>
<tr><th>principal</th><th>role</th><th>cluster</th><th class="n">let in</th></tr>
${mappings.map(mappingRow).join("\n")}
</table>
</body>
</html>
`;
}

function partText(name: string, { covered, total }: CoveredPart): string {
  return `${covered} of ${total} ${name}`;
}

function statementRows(statement: StatementCoverage): string {
  const { effect, sid, policyType, policy, attachedTo, actions, matched, decided } = statement;
  const { conditions, leftOut } = statement;
  const className =
    leftOut !== null ? "out" : matched === 0 ? "never" : decided === 0 ? "part" : "full";
  const note = leftOut === null ? "" : ` <em>(${leftOut}, does not count)</em>`;
  const name = sid ?? `statement ${statement.statement}`;
  return [
    `<tr class="${className}"><td>${effect} <strong>${escape(name)}</strong>${note}<br><code>${escape(actions.join(", "))}</code></td><td>${escape(policy)}<br>${escape(policyType)}</td><td>${escape(attachedTo.map(shortName).join(", "))}</td><td class="n">${matched}</td><td class="n">${decided}</td></tr>`,
    ...conditions.map((condition) => conditionRow(condition, leftOut !== null)),
  ].join("\n");
}

function conditionRow(
  { operator, key, values, held, failed }: ConditionCoverage,
  isOut: boolean,
): string {
  const sides = (held > 0 ? 1 : 0) + (failed > 0 ? 1 : 0);
  const className = isOut ? "out" : (["never", "part", "full"][sides] ?? "full");
  return `<tr class="condition ${className}"><td colspan="3"><code>${escape(`${operator} ${key}: ${values.join(", ")}`)}</code></td><td class="n">${held} held</td><td class="n">${failed} failed</td></tr>`;
}

function mappingRow({ principal, databaseRole, cluster, used }: MappingCoverage): string {
  return `<tr class="${used === 0 ? "never" : "full"}"><td>${escape(principal)}</td><td>${escape(databaseRole)}</td><td>${escape(cluster)}</td><td class="n">${used}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
