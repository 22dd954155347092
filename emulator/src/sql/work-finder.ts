/**
 * Finds what the statements of a text do that DSQL's rules for transactions look at, token by token.
 *
 * What counts as DDL and as DML follows PostgreSQL's own classes of statements, those of
 * `log_statement`. FIDELITY: recorded are CREATE TABLE, CREATE INDEX and INSERT alone; GRANT and
 * REVOKE are reported. Statements that only read count as neither, since nothing is recorded of them:
 * our choice, as it refuses less.
 *
 * @see https://www.postgresql.org/docs/16/runtime-config-logging.html#GUC-LOG-STATEMENT
 */

import type { Token } from "./token.ts";

/** What a statement does to the transaction: change the catalogue, change data, or end it. */
export type StatementWork = "ddl" | "dml" | "end";

/** A statement of a text that does something of this kind. */
export interface WorkingStatement {
  readonly work: StatementWork;
  /** Position of its first character in the text. */
  readonly start: number;
  /** Position after its last character in the text. */
  readonly end: number;
}

/** Takes the tokens of a text one after the other. */
export interface WorkFinder {
  /** Takes the next token of a statement. */
  accept(token: Token): void;
  /** The statement is complete. */
  endStatement(): void;
  /** The complete statements that do something, in their order. */
  found(): readonly WorkingStatement[];
}

/** By the first word; others need a look at what follows, or do nothing of the kind. */
const BY_VERB: ReadonlyMap<string, StatementWork> = new Map([
  ...["create", "alter", "drop", "comment", "grant", "revoke", "aws"].map(ddl),
  ...["reassign", "refresh", "import", "cluster"].map(ddl),
  ...["insert", "update", "delete"].map((verb): [string, StatementWork] => [verb, "dml"]),
  ...["commit", "end", "rollback", "abort"].map((verb): [string, StatementWork] => [verb, "end"]),
]);

/** Verbs of the main statement behind WITH. */
const MAIN_VERBS: ReadonlySet<string> = new Set([
  "select",
  "values",
  "table",
  "insert",
  "update",
  "delete",
  "merge",
]);

function ddl(verb: string): [string, StatementWork] {
  return [verb, "ddl"];
}

/** Looks at the tokens of one statement behind its first one. */
type Follower = (symbol: string) => StatementWork | undefined;

/** The work of a statement that is known by its first word. */
export function workOfVerb(verb: string): StatementWork | undefined {
  return BY_VERB.get(verb.toLowerCase());
}

/** Makes a finder for one text, before its first token. */
export function createWorkFinder(): WorkFinder {
  const found: WorkingStatement[] = [];
  let start = -1;
  let end = 0;
  let work: StatementWork | undefined;
  let follow: Follower | undefined;
  return {
    found: () => found,
    accept: ({ symbol, start: position, end: behind }) => {
      if (start < 0) {
        start = position;
        work = BY_VERB.get(symbol);
        follow = followerOf(symbol);
      } else {
        work ??= follow?.(symbol);
      }
      end = behind;
    },
    endStatement: () => {
      if (work !== undefined) found.push({ work, start, end });
      start = -1;
      work = undefined;
      follow = undefined;
    },
  };
}

function followerOf(verb: string): Follower | undefined {
  switch (verb) {
    case "with":
      return followWith();
    case "copy":
      return followCopy();
    case "explain":
      return followExplain();
    default:
      return undefined;
  }
}

/** A query with parts that change data: `WITH a AS (INSERT …)`, or `WITH … INSERT …`. */
function followWith(): Follower {
  let parentheses = 0;
  let hasMain = false;
  let [beforePrevious, previous] = ["", "with"];
  return (symbol) => {
    const isPart = previous === "(" && /^(?:as|materialized)$/.test(beforePrevious);
    const isMain = !hasMain && parentheses === 0 && previous === ")" && MAIN_VERBS.has(symbol);
    hasMain ||= isMain;
    if (symbol === "(") parentheses++;
    else if (symbol === ")") parentheses--;
    beforePrevious = previous;
    previous = symbol;
    const work = isPart || isMain ? BY_VERB.get(symbol) : undefined;
    return work === "dml" ? work : undefined;
  };
}

/** COPY … FROM. */
function followCopy(): Follower {
  let parentheses = 0;
  return (symbol) => {
    if (symbol === "(") parentheses++;
    else if (symbol === ")") parentheses--;
    return symbol === "from" && parentheses === 0 ? "dml" : undefined;
  };
}

/** EXPLAIN runs its statement with ANALYZE alone. */
function followExplain(): Follower {
  let options: "before" | "inside" | "behind" = "before";
  let isAnalyzing = false;
  let previous = "";
  let inner: Follower | undefined;
  let hasBegun = false;
  return (symbol) => {
    if (hasBegun) return inner?.(symbol);
    const isAnalyze = symbol === "analyze" || symbol === "analyse";
    if (options === "inside") {
      if (isAnalyze) isAnalyzing = true;
      // Without a word the value is a number or a string; only these words and 0 switch it off.
      else if (/^analy[sz]e$/.test(previous) && !/^(?:,|\)|true|on)$/.test(symbol)) {
        isAnalyzing = false;
      }
      if (symbol === ")") options = "behind";
      previous = symbol;
      return undefined;
    }
    if (options === "before" && symbol === "(") {
      options = "inside";
      return undefined;
    }
    if (options === "before" && (isAnalyze || symbol === "verbose")) {
      isAnalyzing ||= isAnalyze;
      return undefined;
    }
    hasBegun = true;
    if (!isAnalyzing) return undefined;
    inner = followerOf(symbol);
    const work = BY_VERB.get(symbol);
    return work === "dml" ? work : undefined;
  };
}
