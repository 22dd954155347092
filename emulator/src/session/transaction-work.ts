/**
 * What a session remembers for DSQL's rule of one DDL statement in a transaction (`ruleText`).
 *
 * A statement that is prepared by Parse may be executed in any later transaction, so the rule is
 * applied to it at Execute. Which of these moments DSQL takes is not recorded: our choice. Several
 * statements up to one Sync are one transaction, as in a text of several statements: inferred.
 */
import type { QueryFacts, StatementWork, TransactionWork } from "../sql/index.ts";
import type { TransactionStatus } from "./ports.ts";

/** What has run, and what may be run by name; immutable. */
export interface WorkMemory {
  /** What the open transaction has had. */
  readonly transaction: TransactionWork;
  /** Prepared statements that do something, by name. */
  readonly statements: ReadonlyMap<string, StatementWork>;
  /** Portals of them, by name; they end with the transaction. */
  readonly portals: ReadonlyMap<string, StatementWork>;
}

const NOTHING: ReadonlyMap<string, StatementWork> = new Map();

/** Of a session that has just been opened. */
export const NO_WORK: WorkMemory = { transaction: "none", statements: NOTHING, portals: NOTHING };

/**
 * Names that are remembered, of statements and of portals. Our choice; drivers keep some hundred
 * statements. A statement beyond it is run without the rule.
 */
const MAX_NAMES = 1000;

/** The memory when the open transaction has had this. */
export function withTransactionWork(memory: WorkMemory, transaction: TransactionWork): WorkMemory {
  return memory.transaction === transaction ? memory : { ...memory, transaction };
}

/** The memory behind a Parse. */
export function withParsed(memory: WorkMemory, name: string, { work }: QueryFacts): WorkMemory {
  // A Parse has one statement; the engine refuses others.
  const statements = withName(memory.statements, name, work[0]?.work);
  return statements === memory.statements ? memory : { ...memory, statements };
}

/** The memory behind a Bind. */
export function withBound(memory: WorkMemory, portal: string, statement: string): WorkMemory {
  const portals = withName(memory.portals, portal, memory.statements.get(statement));
  return portals === memory.portals ? memory : { ...memory, portals };
}

/** The memory behind ReadyForQuery. In a failed transaction nothing runs. */
export function workAfterReady(memory: WorkMemory, status: TransactionStatus): WorkMemory {
  if (status === "in-transaction") return memory;
  if (memory.transaction === "none" && memory.portals.size === 0) return memory;
  return { ...memory, transaction: "none", portals: NOTHING };
}

function withName(
  known: ReadonlyMap<string, StatementWork>,
  name: string,
  work: StatementWork | undefined,
): ReadonlyMap<string, StatementWork> {
  if (known.get(name) === work) return known;
  const changed = new Map(known);
  changed.delete(name);
  if (work !== undefined && changed.size < MAX_NAMES) changed.set(name, work);
  return changed;
}
