/**
 * DSQL's rule of one DDL statement in a transaction, which then has nothing but it.
 *
 * FIDELITY: recorded are a second DDL statement, and DML behind DDL, in explicit transactions and in
 * texts of several statements; DDL behind DML is inferred to get the same text.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-ddl.html
 * @see https://github.com/Dreamescaper/dsql-emulator
 */

import { type Refusal, type ReplacedStatement, unsupported } from "./refusal.ts";
import type { QueryFacts } from "./inspect-query.ts";
import type { StatementWork } from "./work-finder.ts";

/** What a transaction has had so far. */
export type TransactionWork = "none" | "ddl" | "dml";

const MULTIPLE_DDL = unsupported(
  "multiple ddl statements not supported in a transaction",
  "observed",
);
const DML_BEHIND_DDL = unsupported(
  "ddl and dml are not supported in the same transaction",
  "observed",
);
const DDL_BEHIND_DML: Refusal = { ...DML_BEHIND_DDL, confidence: "inferred" };

/** The refusal of a statement in a transaction that has had this. */
export function workRefusal(before: TransactionWork, work: StatementWork): Refusal | undefined {
  if (work === "end" || before === "none") return undefined;
  if (before === "ddl") return work === "ddl" ? MULTIPLE_DDL : DML_BEHIND_DDL;
  return work === "ddl" ? DDL_BEHIND_DML : undefined;
}

/** What a transaction has had behind a statement that has run. */
export function workAfter(before: TransactionWork, work: StatementWork): TransactionWork {
  if (work === "end") return "none";
  return before === "none" ? work : before;
}

/** A text under the rule. */
export interface RuledText {
  /** What is replaced in it: also the statement that breaks the rule, if there is one. */
  readonly replaced: readonly ReplacedStatement[];
  /** What the transaction has had that is open behind the text, if none of its statements fails. */
  readonly after: TransactionWork;
}

/**
 * Applies the rule to the text of a Query. Behind the first statement that breaks it nothing runs.
 *
 * @param before what the transaction has had in which the text begins
 */
export function ruleText(facts: QueryFacts, before: TransactionWork): RuledText {
  let after = before;
  for (const { work, start, end } of facts.work) {
    const refusal = workRefusal(after, work);
    if (refusal !== undefined) {
      // The text of a Query has no parameters.
      const refused = { ...refusal, start, end, parameterCount: 0 };
      const others = facts.replaced.filter((statement) => statement.start !== start);
      return { replaced: [...others, refused], after };
    }
    after = workAfter(after, work);
  }
  return { replaced: facts.replaced, after };
}
