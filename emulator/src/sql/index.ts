export { inspectQuery, type QueryFacts } from "./inspect-query.ts";
export type {
  Refusal,
  RefusalConfidence,
  RefusedStatement,
  ReplacedStatement,
  TranslatedStatement,
} from "./refusal.ts";
export { replaceInPlace } from "./replace-in-place.ts";
export { type Statement, type StatementList, splitStatements } from "./split-statements.ts";
export type { Token, TokenKind, TokenList } from "./token.ts";
export { identifierName, stringValue } from "./token-value.ts";
export { tokenize } from "./tokenize.ts";
export {
  type RuledText,
  ruleText,
  type TransactionWork,
  workAfter,
  workRefusal,
} from "./transaction-rule.ts";
export type { StatementWork, WorkingStatement } from "./work-finder.ts";
