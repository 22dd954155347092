/** Comparing the words of a statement with patterns. */

/** Symbols of the tokens of a statement; quoted identifiers, strings and numbers are empty. */
export type Words = readonly string[];

/**
 * Matches a pattern against the words from a position on: words separated by blanks, `a|b` for one
 * of several, and a question mark behind what may be missing.
 *
 * @returns the position after the match, or undefined
 */
export function matchWords(words: Words, pattern: string, from = 0): number | undefined {
  let position = from;
  for (const item of pattern.split(" ")) {
    const isOptional = item.endsWith("?");
    const choices = (isOptional ? item.slice(0, -1) : item).split("|");
    const isHere = choices.includes(words[position] ?? "");
    if (isHere) position += 1;
    else if (!isOptional) return undefined;
  }
  return position;
}

/**
 * Position of the first place outside of parentheses where these words follow each other; undefined
 * when there is none.
 */
export function findOutside(words: Words, sequence: readonly string[]): number | undefined {
  let parentheses = 0;
  for (const [position, word] of words.entries()) {
    if (parentheses === 0 && sequence.every((part, index) => words[position + index] === part)) {
      return position;
    }
    if (word === "(") parentheses += 1;
    else if (word === ")") parentheses -= 1;
  }
  return undefined;
}

/** Position of the statement that an EXPLAIN explains; 0 for every other statement. */
export function explainedAt(words: Words): number {
  if (words[0] !== "explain") return 0;
  if (words[1] !== "(") return matchWords(words, "explain analyze|analyse? verbose?") ?? 0;
  const end = words.indexOf(")");
  return end < 0 ? 0 : end + 1;
}
