export { inspectQuery, type QueryFacts } from "./inspect-query.ts";
export type {
  Refusal,
  RefusalConfidence,
  RefusedStatement,
  ReplacedStatement,
  TranslatedStatement,
} from "./refusal.ts";
export { refuseInPlace } from "./refuse-in-place.ts";
export { type Statement, type StatementList, splitStatements } from "./split-statements.ts";
export type { Token, TokenKind, TokenList } from "./token.ts";
export { identifierName, stringValue } from "./token-value.ts";
export { tokenize } from "./tokenize.ts";
