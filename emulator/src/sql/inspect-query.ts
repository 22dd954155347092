/** What a session must know about the text of a Query or Parse before the engine gets it. */

import { createCopyFinder } from "./copy-finder.ts";
import { createEffectFinder } from "./effect-finder.ts";
import { nextToken, startOfText } from "./lexer.ts";
import type { ReplacedStatement } from "./refusal.ts";
import { createRefusalFinder } from "./refusal-finder.ts";
import { createStatementBoundary } from "./statement-boundary.ts";
import { createWorkFinder, type WorkingStatement, workOfVerb } from "./work-finder.ts";

/** What a session must know about a query text before the engine gets it. */
export interface QueryFacts {
  /** Number of statements, empty ones left out; 1 for a text that PostgreSQL cannot cut. */
  readonly statementCount: number;
  /** `only`: the text is one single COPY … FROM STDIN. `among-others`: one of several statements is. */
  readonly copyFromStdin: "none" | "only" | "among-others";
  /**
   * Whether a statement may change a setting of the session, or the roles that there are and what
   * IAM principals they trust, or define something that changes settings when it is used later. True
   * in doubt.
   *
   * Seen are SET, RESET, DISCARD, EXECUTE and DO; `set_config` and the functions that run SQL from
   * a string, wherever their names stand and however they are quoted; the update of `pg_settings`;
   * `ALTER ROLE … SET` and its like; functions with a SET clause, and what function bodies have of
   * all this. Not seen is what a statement reaches only through things that exist already:
   * functions, triggers, views, defaults, constraints, and statements prepared earlier. START,
   * COMMIT and ROLLBACK do not count.
   */
  readonly mayChangeSettings: boolean;
  /**
   * Whether a statement removes all prepared statements: DEALLOCATE ALL or DISCARD ALL, also in the
   * body of a DO or of a function that is defined.
   */
  readonly deallocatesAll: boolean;
  /**
   * The statements in whose place something else runs, in their order: those that DSQL refuses as a
   * whole, and AWS IAM GRANT and REVOKE.
   */
  readonly replaced: readonly ReplacedStatement[];
  /**
   * The statements that change the catalogue or data, or that end a transaction, in their order;
   * without those that never run, since they are refused as a whole or break the grammar. When the
   * text is a single statement, its end may be that of the text.
   */
  readonly work: readonly WorkingStatement[];
}

const ONE_HARMLESS_STATEMENT: QueryFacts = {
  statementCount: 1,
  copyFromStdin: "none",
  mayChangeSettings: false,
  deallocatesAll: false,
  replaced: [],
  work: [],
};

/** PostgreSQL refuses it as a whole. */
const UNTERMINATED: QueryFacts = { ...ONE_HARMLESS_STATEMENT, mayChangeSettings: true };

/**
 * A text in which this finds nothing is one harmless statement if it begins as one. The semicolon
 * counts unless only blanks follow. The backslash counts behind a byte that, in some encodings of
 * clients, makes it the half of a character.
 */
const NEEDS_LEXING =
  /\b(?:(?:re)?set|copy\b|discard|deallocate|execute|do\b|function|procedure|query_to_xml|ts_stat|ts_rewrite|merge\b|isolation)|pg_settings|u&"|[\x80-\xff]\\|;(?![ \t\n\r\f\v]*$)/i;
const BEGINS_HARMLESS =
  /^[ \t\n\r\f\v]*(?:(select|insert|update|delete|values|with|show|begin|commit)\b|(rollback)[ \t\n\r\f\v]*;?[ \t\n\r\f\v]*$)/i;
const NOT_BLANK = /[^ \t\n\r\f\v]/;

/**
 * The facts of a query text. Never throws; takes time in proportion to the length of the text.
 *
 * @param sql one character per byte (ISO 8859-1), whatever the client's encoding; lexed with
 *   `standard_conforming_strings` on
 */
export function inspectQuery(sql: string): QueryFacts {
  const beginning = BEGINS_HARMLESS.exec(sql);
  const verb = beginning?.[1] ?? beginning?.[2];
  if (verb !== undefined && !NEEDS_LEXING.test(sql) && !isWithWork(verb, sql)) {
    const work = workOfVerb(verb);
    if (work === undefined) return ONE_HARMLESS_STATEMENT;
    const start = sql.search(NOT_BLANK);
    return { ...ONE_HARMLESS_STATEMENT, work: [{ work, start, end: sql.length }] };
  }
  const cursor = startOfText(sql);
  const boundary = createStatementBoundary();
  const copies = createCopyFinder();
  const effects = createEffectFinder(sql);
  const refusals = createRefusalFinder(sql);
  const works = createWorkFinder();
  let statementCount = 0;
  let isInStatement = false;
  for (let token = nextToken(cursor); token !== undefined; token = nextToken(cursor)) {
    effects.accept(token);
    if (boundary.isEnd(token)) {
      isInStatement = false;
      refusals.endStatement();
      works.endStatement();
      continue;
    }
    copies.accept(token, !isInStatement);
    refusals.accept(token);
    works.accept(token);
    if (!isInStatement) statementCount++;
    isInStatement = true;
  }
  if (cursor.isStuck) return { ...UNTERMINATED, replaced: refusals.cutStatement() };
  refusals.endStatement();
  works.endStatement();
  const replaced = refusals.replaced();
  const onlyOrOthers = statementCount === 1 ? "only" : "among-others";
  return {
    statementCount,
    copyFromStdin: copies.hasFound() ? onlyOrOthers : "none",
    mayChangeSettings: effects.mayChangeSettings(),
    deallocatesAll: effects.deallocatesAll(),
    replaced,
    work: runningWork(works.found(), replaced),
  };
}

/** A WITH that may change data needs a look at all of it. */
function isWithWork(verb: string, sql: string): boolean {
  return verb.toLowerCase() === "with" && /\b(?:insert|update|delete)\b/i.test(sql);
}

function runningWork(
  work: readonly WorkingStatement[],
  replaced: readonly ReplacedStatement[],
): readonly WorkingStatement[] {
  const neverRun = replaced.filter((one) => !("text" in one && one.isComplete));
  const starts = new Set(neverRun.map(({ start }) => start));
  return starts.size === 0 ? work : work.filter(({ start }) => !starts.has(start));
}
