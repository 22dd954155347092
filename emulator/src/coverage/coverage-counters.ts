/** Counts what has decided. Everything that is counted stands in the decisions themselves. */
import type { ConnectionDecision } from "../auth/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { Decision } from "../iam/index.ts";
import { statementKey } from "../review/index.ts";

/** How often a statement covered a request, and how often it was among those that decided. */
export interface StatementCount {
  matched: number;
  decided: number;
}

/** Keeps counts until they are reset. */
export class CoverageCounters {
  readonly #statements = new Map<string, StatementCount>();
  readonly #failures = new Map<string, number>();
  readonly #mappings = new Map<string, number>();
  #decisions = 0;
  #since: Date;

  constructor(now: Date) {
    this.#since = now;
  }

  /** When counting began. */
  get since(): Date {
    return this.#since;
  }

  /** Decisions of IAM that were counted. */
  get decisions(): number {
    return this.#decisions;
  }

  /** A decision on a connection, with the mapping that let it in. */
  recordConnection({ trace, cluster }: ConnectionDecision): void {
    for (const { step, outcome, saw } of trace) {
      if (step === "iam") {
        const decision = saw["decision"] as Decision | undefined;
        if (decision !== undefined) this.recordDecision(decision);
      } else if (step === "role-mapping" && outcome === "passed" && cluster !== undefined) {
        const { principal, databaseRole } = saw as Record<string, string>;
        if (principal === undefined || databaseRole === undefined) continue;
        if (databaseRole !== ADMIN_ROLE) {
          increment(this.#mappings, mappingKey(cluster.arn, principal, databaseRole));
        }
      }
    }
  }

  /** A decision of IAM on anything. */
  recordDecision({ matched, deciding, nearMisses }: Decision): void {
    this.#decisions += 1;
    for (const statement of matched) this.#statement(statementKey(statement)).matched += 1;
    for (const statement of deciding) this.#statement(statementKey(statement)).decided += 1;
    for (const { condition, ...statement } of nearMisses) {
      if (condition === undefined) continue;
      const { operator, key } = condition;
      increment(this.#failures, conditionKey(statementKey(statement), operator, key));
    }
  }

  /** Counts of a statement, by its `statementKey`. */
  ofStatement(key: string): Readonly<StatementCount> {
    return this.#statements.get(key) ?? { matched: 0, decided: 0 };
  }

  /** How often a condition was the first of its statement that failed. */
  failuresOf(statement: string, operator: string, key: string): number {
    return this.#failures.get(conditionKey(statement, operator, key)) ?? 0;
  }

  /** How often a mapping let somebody in. */
  ofMapping(cluster: string, principal: string, databaseRole: string): number {
    return this.#mappings.get(mappingKey(cluster, principal, databaseRole)) ?? 0;
  }

  /** Begins anew. */
  reset(now: Date): void {
    this.#since = now;
    this.#decisions = 0;
    for (const counts of [this.#statements, this.#failures, this.#mappings]) counts.clear();
  }

  #statement(key: string): StatementCount {
    const known = this.#statements.get(key);
    if (known !== undefined) return known;
    const fresh = { matched: 0, decided: 0 };
    this.#statements.set(key, fresh);
    return fresh;
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function conditionKey(statement: string, operator: string, key: string): string {
  return `${statement}\n${operator}\n${key}`;
}

function mappingKey(cluster: string, principal: string, databaseRole: string): string {
  return `${cluster}\n${principal}\n${databaseRole}`;
}
