/**
 * ARNs of conditions: each of the six parts between colons matches for itself, so that a `*` never
 * runs over a colon, but in the last part.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
import { type GlobSymbols, matchesSymbols } from "../glob.ts";

const PARTS = 6;
const COLON = ":".charCodeAt(0);

/** The parts of a pattern; `undefined` if it has fewer than six, and so covers no ARN. */
export function splitArnPattern(symbols: GlobSymbols): readonly GlobSymbols[] | undefined {
  const parts: GlobSymbols[] = [];
  let start = 0;
  while (parts.length < PARTS - 1) {
    const colon = symbols.indexOf(COLON, start);
    if (colon === -1) return undefined;
    parts.push(symbols.slice(start, colon));
    start = colon + 1;
  }
  return [...parts, symbols.slice(start)];
}

/** Whether the parts cover the parts of an ARN. */
export function matchesArn(pattern: readonly GlobSymbols[], arn: string): boolean {
  let start = 0;
  for (const [index, symbols] of pattern.entries()) {
    const isLast = index === PARTS - 1;
    const colon = isLast ? arn.length : arn.indexOf(":", start);
    if (colon === -1) return false;
    if (!matchesSymbols(symbols, arn.slice(start, colon), false)) return false;
    start = colon + 1;
  }
  return true;
}
