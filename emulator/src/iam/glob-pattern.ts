/**
 * IAM's wildcards: `*` for any characters, `?` for one. Matching takes at worst the product of the
 * two lengths: no regular expression, and only the last `*` is ever tried again, which is enough,
 * since an earlier one that takes more leaves less for the same rest of the pattern.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/** A pattern and how its letters compare. */
export interface GlobPattern {
  readonly text: string;
  /** Whether `A` to `Z` equal `a` to `z`; other letters always compare exactly. */
  readonly ignoresCase: boolean;
}

const STAR = "*".charCodeAt(0);
const QUESTION_MARK = "?".charCodeAt(0);

/** Whether the pattern covers the whole value. */
export function matchesGlob({ text: glob, ignoresCase }: GlobPattern, value: string): boolean {
  let globIndex = 0;
  let valueIndex = 0;
  let lastStar = -1;
  let valueAtLastStar = 0;
  while (valueIndex < value.length) {
    const symbol = globIndex < glob.length ? glob.charCodeAt(globIndex) : -1;
    if (symbol === STAR) {
      lastStar = globIndex;
      valueAtLastStar = valueIndex;
      globIndex += 1;
    } else if (symbol !== -1 && covers(symbol, value.charCodeAt(valueIndex), ignoresCase)) {
      globIndex += 1;
      valueIndex += 1;
    } else if (lastStar !== -1) {
      globIndex = lastStar + 1;
      valueAtLastStar += 1;
      valueIndex = valueAtLastStar;
    } else {
      return false;
    }
  }
  while (globIndex < glob.length && glob.charCodeAt(globIndex) === STAR) globIndex += 1;
  return globIndex === glob.length;
}

function covers(symbol: number, code: number, ignoresCase: boolean): boolean {
  if (symbol === QUESTION_MARK || symbol === code) return true;
  return ignoresCase && lowerCase(symbol) === lowerCase(code);
}

/** The code of an ASCII letter in lower case, every other code as it is. */
function lowerCase(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
