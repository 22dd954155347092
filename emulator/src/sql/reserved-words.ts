/**
 * The words that PostgreSQL's grammar keeps for itself: as the name of a role they must be quoted.
 *
 * @see https://www.postgresql.org/docs/16/sql-keywords-appendix.html
 */
const RESERVED_WORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
  create current_catalog current_date current_role current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign from grant group having in
  initially intersect into lateral leading limit localtime localtimestamp not null offset on only or
  order placing primary references returning select session_user some symmetric system_user table then
  to trailing true union unique user using variadic when where window with`.split(/\s+/),
);

/** Whether an unquoted word, in lower case, is reserved. */
export function isReservedWord(word: string): boolean {
  return RESERVED_WORDS.has(word);
}
