/** Whether a text ends the transaction that is open. */
import { splitStatements } from "../sql/index.ts";

/**
 * What a batch does to the open transaction: begins with its rollback, commits it somewhere, or is
 * something else.
 */
export type BatchPurpose = "rollback" | "commit" | "other";

/** A text in which this finds nothing ends no transaction. */
const MAY_END = /\b(?:commit|end|rollback|abort)\b/i;

const PURPOSES: Readonly<Record<string, BatchPurpose>> = {
  commit: "commit",
  end: "commit",
  rollback: "rollback",
  abort: "rollback",
};

/** The purpose of the text of a Query or Parse, one character per byte. */
export function purposeOf(sql: string): BatchPurpose {
  if (!MAY_END.test(sql)) return "other";
  const purposes = splitStatements(sql).statements.map(
    ({ text }): BatchPurpose => PURPOSES[firstWord(text)] ?? "other",
  );
  if (purposes[0] === "rollback") return "rollback";
  return purposes.includes("commit") ? "commit" : "other";
}

function firstWord(statement: string): string {
  return /^\w+/.exec(statement)?.[0].toLowerCase() ?? "";
}
