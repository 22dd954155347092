/** A part of a text and what stands in its place. */
export interface Replacement {
  /** Position of the first character that is replaced. */
  readonly start: number;
  /** Position after the last character that is replaced. */
  readonly end: number;
  readonly text: string;
}

/** The text with parts of it replaced; the parts may come in any order but must not overlap. */
export function renderWithReplacements(sql: string, replacements: readonly Replacement[]): string {
  let rendered = "";
  let position = 0;
  for (const { start, end, text } of [...replacements].sort((a, b) => a.start - b.start)) {
    rendered += sql.slice(position, start) + text;
    position = end;
  }
  return rendered + sql.slice(position);
}
