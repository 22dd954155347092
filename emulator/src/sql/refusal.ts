/** How Aurora DSQL's refusal of a statement is described, and how sure we are of it. */

/**
 * How well the text of a refusal is known: recorded on a real cluster, derived from recordings of
 * others like it, or the emulator's own.
 */
export type RefusalConfidence = "observed" | "inferred" | "chosen";

/** The answer to a statement that is refused. */
export interface Refusal {
  readonly sqlState: string;
  /** One character per byte (ISO 8859-1), as the text of the statement. */
  readonly message: string;
  readonly confidence: RefusalConfidence;
}

/** A refused statement of a text. */
export interface RefusedStatement extends Refusal {
  /** Position of its first character in the text. */
  readonly start: number;
  /** Position after its last character in the text. */
  readonly end: number;
  /** Highest number of its parameters (`$3`: 3); 0 without any. */
  readonly parameterCount: number;
}

/** SQLSTATE of everything that DSQL does not support. */
export const FEATURE_NOT_SUPPORTED = "0A000";

/** A refusal with DSQL's usual SQLSTATE. */
export function unsupported(message: string, confidence: RefusalConfidence): Refusal {
  return { sqlState: FEATURE_NOT_SUPPORTED, message, confidence };
}

/** A statement of a text that does not run as it stands, and the SQL that runs in its place. */
export interface TranslatedStatement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** False for one that breaks the grammar: the SQL in its place makes PostgreSQL say so. */
  readonly isComplete: boolean;
}

/** A statement in whose place something else runs. */
export type ReplacedStatement = RefusedStatement | TranslatedStatement;
