/**
 * IAM's wildcards: `*` for any characters, `?` for one. Matching is linear in practice and at worst
 * the product of the two lengths: no regular expression, no exponential backtracking.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/** A pattern and how its letters compare. */
export interface GlobPattern {
  readonly text: string;
  readonly ignoresCase: boolean;
}

/** Whether the pattern covers the whole value. */
export function matchesGlob(pattern: GlobPattern, value: string): boolean {
  const glob = pattern.ignoresCase ? pattern.text.toLowerCase() : pattern.text;
  const text = pattern.ignoresCase ? value.toLowerCase() : value;
  let globIndex = 0;
  let textIndex = 0;
  let lastStar = -1;
  let textAtLastStar = 0;
  while (textIndex < text.length) {
    const symbol = glob[globIndex];
    if (symbol === "*") {
      lastStar = globIndex;
      textAtLastStar = textIndex;
      globIndex += 1;
    } else if (symbol !== undefined && (symbol === "?" || symbol === text[textIndex])) {
      globIndex += 1;
      textIndex += 1;
    } else if (lastStar >= 0) {
      globIndex = lastStar + 1;
      textAtLastStar += 1;
      textIndex = textAtLastStar;
    } else {
      return false;
    }
  }
  while (glob[globIndex] === "*") globIndex += 1;
  return globIndex === glob.length;
}
