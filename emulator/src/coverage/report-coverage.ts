/** What there is, with how often it has decided. */
import type { PolicyStatement } from "../iam/index.ts";
import {
  type Estate,
  fits,
  type InventoriedPolicy,
  inventoryOf,
  isOfAws,
  statementKey,
} from "../review/index.ts";
import type { CoverageCounters } from "./coverage-counters.ts";

/** A condition of a statement. */
export interface ConditionCoverage {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  /** How often it was looked at and held. */
  readonly held: number;
  /** How often it failed: those behind it were not looked at then. */
  readonly failed: number;
}

/** A statement of a policy. */
export interface StatementCoverage {
  readonly policyType: string;
  readonly policy: string;
  readonly attachedTo: readonly string[];
  /** Position in the document, from 0. */
  readonly statement: number;
  readonly sid: string | null;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** How often it covered a request. */
  readonly matched: number;
  /** How often it was among the statements that decided. */
  readonly decided: number;
  readonly conditions: readonly ConditionCoverage[];
  /** Why it does not count in the percentage; `null` if it does. */
  readonly leftOut: "of AWS" | "built in" | "of another service" | null;
}

/** A mapping of a database. */
export interface MappingCoverage {
  readonly cluster: string;
  readonly principal: string;
  readonly databaseRole: string;
  /** How often it let somebody in. */
  readonly used: number;
}

/** How many of how many. */
export interface CoveredPart {
  readonly covered: number;
  readonly total: number;
}

/** The report. */
export interface CoverageReport {
  readonly version: 1;
  /** When counting began, in emulator time, ISO 8601. */
  readonly since: string;
  /** Decisions of IAM since then. */
  readonly decisions: number;
  readonly statements: readonly StatementCoverage[];
  readonly mappings: readonly MappingCoverage[];
  readonly summary: {
    readonly statements: CoveredPart;
    readonly conditions: CoveredPart;
    readonly mappings: CoveredPart;
    /** Of all three together, rounded down; 100 if there is nothing. */
    readonly percent: number;
  };
  /** Clusters whose mappings are unknown. */
  readonly problems: readonly { readonly cluster: string; readonly problem: string }[];
}

/** Services that decisions of the emulator are about. */
const SERVICES = ["dsql", "iam", "sts"];

/** Makes the report. */
export function reportCoverage(estate: Estate, counters: CoverageCounters): CoverageReport {
  const builtIn = new Set(
    estate.principals.filter(({ isBuiltIn }) => isBuiltIn).map(({ arn }) => arn),
  );
  const statements = inventoryOf(estate).flatMap((inventoried) =>
    inventoried.policy.document.statements.map((statement, index) =>
      coverageOf(inventoried, statement, index, { counters, builtIn }),
    ),
  );
  const mappings = estate.clusters.flatMap(({ cluster: { arn }, database }) =>
    database.mappings.map(({ principalArn, databaseRole }) => {
      const used = counters.ofMapping(arn, principalArn, databaseRole);
      return { cluster: arn, principal: principalArn, databaseRole, used };
    }),
  );
  return {
    version: 1,
    since: counters.since.toISOString(),
    decisions: counters.decisions,
    statements,
    mappings,
    summary: summaryOf(statements, mappings),
    problems: estate.clusters.flatMap(({ cluster, problem }) =>
      problem === undefined ? [] : [{ cluster: cluster.arn, problem }],
    ),
  };
}

/** Whether a value of JSON is a report of this version; what is in its lists is not looked at. */
export function isCoverageReport(json: unknown): json is CoverageReport {
  const { version, statements, mappings, summary } = (json ?? {}) as Partial<CoverageReport>;
  return (
    version === 1 &&
    Array.isArray(statements) &&
    Array.isArray(mappings) &&
    typeof summary?.percent === "number"
  );
}

interface Counted {
  readonly counters: CoverageCounters;
  /** ARNs. */
  readonly builtIn: ReadonlySet<string>;
}

function coverageOf(
  { policyType, policy, attachedTo }: InventoriedPolicy,
  statement: PolicyStatement,
  statementIndex: number,
  { counters, builtIn }: Counted,
): StatementCoverage {
  const { sid, effect, action } = statement;
  const { source } = policy;
  const key = statementKey({ policyType, policy: source, statementIndex, sid, effect });
  const { matched, decided } = counters.ofStatement(key);
  return {
    policyType,
    policy: source.name,
    attachedTo,
    statement: statementIndex,
    sid: sid ?? null,
    effect,
    actions: action.written.patterns.map(({ text }) => text),
    matched,
    decided,
    conditions: conditionsOf(statement, matched, (operator, name) =>
      counters.failuresOf(key, operator, name),
    ),
    leftOut: isOfAws(policyType, source)
      ? "of AWS"
      : attachedTo.every((arn) => builtIn.has(arn))
        ? "built in"
        : isOfAnotherService(statement)
          ? "of another service"
          : null,
  };
}

/** A condition held whenever the statement matched, or failed by a condition behind it. */
function conditionsOf(
  { conditions }: PolicyStatement,
  matched: number,
  failuresOf: (operator: string, key: string) => number,
): readonly ConditionCoverage[] {
  let held = matched;
  const reversed = conditions.toReversed().map(({ operator, key, values }) => {
    const failed = failuresOf(operator, key);
    const covered = { operator, key, values, held, failed };
    held += failed;
    return covered;
  });
  return reversed.toReversed();
}

function isOfAnotherService({ action }: PolicyStatement): boolean {
  const { isNegated, patterns } = action.written;
  if (isNegated) return false;
  return !patterns.some(({ text }) =>
    fits((text.split(":")[0] ?? "").toLowerCase().replaceAll("?", "*"), SERVICES),
  );
}

function summaryOf(
  all: readonly StatementCoverage[],
  mappings: readonly MappingCoverage[],
): CoverageReport["summary"] {
  const counted = all.filter(({ leftOut }) => leftOut === null);
  const conditions = counted.flatMap((statement) => statement.conditions);
  const parts = {
    statements: part(counted, ({ matched }) => matched > 0),
    conditions: part(conditions, ({ held, failed }) => held + failed > 0),
    mappings: part(mappings, ({ used }) => used > 0),
  };
  const total = Object.values(parts).reduce((sum, one) => sum + one.total, 0);
  const covered = Object.values(parts).reduce((sum, one) => sum + one.covered, 0);
  return { ...parts, percent: total === 0 ? 100 : Math.floor((covered * 100) / total) };
}

function part<Item>(items: readonly Item[], isCovered: (item: Item) => boolean): CoveredPart {
  return { covered: items.filter(isCovered).length, total: items.length };
}
