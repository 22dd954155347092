/**
 * Where the statements of a policy are in its text, as the policy simulator counts: a statement
 * begins where the token before it ends (the bracket of the list, or the statement before it) and
 * ends behind its closing brace.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Position.html
 */

/** A place in a text; both count from 1, columns in UTF-16 code units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** A statement's place. */
export interface StatementPosition {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** A string, or a character with a meaning; numbers and words do not matter here. */
const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]/gs;
const ROOT_DEPTH = 1;
const LIST_DEPTH = 2;

/**
 * The places of the statements, in their order. The text must be a policy that was parsed; of names
 * that come twice the last counts, as for the parser.
 */
export function statementPositions(text: string): readonly StatementPosition[] {
  let ranges: [start: number, end: number][] = [];
  let depth = 0;
  let name = "";
  let lastString = "";
  let isInList = false;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length;
    switch (token) {
      case ":":
        if (depth !== ROOT_DEPTH) break;
        name = JSON.parse(lastString) as string;
        if (name === "Statement") ranges = [];
        break;
      case "[":
      case "{":
        depth += 1;
        if (name !== "Statement" || depth !== LIST_DEPTH) break;
        isInList = token === "[";
        start = isInList ? end : index;
        break;
      case "]":
      case "}":
        depth -= 1;
        if (name !== "Statement" || token !== "}") break;
        if (depth !== (isInList ? LIST_DEPTH : ROOT_DEPTH)) break;
        ranges.push([start, end]);
        start = end;
        break;
      case ",":
        break;
      default:
        lastString = token;
    }
  }
  const lines = lineStarts(text);
  return ranges.map(([from, to]) => ({ start: placeOf(from, lines), end: placeOf(to, lines) }));
}

function lineStarts(text: string): readonly number[] {
  const breaks = Array.from(
    text.matchAll(/\r\n|\n|\r/g),
    ({ 0: ends, index }) => index + ends.length,
  );
  return [0, ...breaks];
}

function placeOf(offset: number, lines: readonly number[]): TextPosition {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}
