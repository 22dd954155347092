/** Numbers of any length, compared exactly: a binary fraction would take some for equal that are not. */

/** A number without superfluous zeros. */
export interface Decimal {
  readonly isNegative: boolean;
  readonly integer: string;
  readonly fraction: string;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Reads an integer or a decimal number; `undefined` for anything else, exponents included. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const integer = withoutLeadingZeros(match[2] ?? "");
  const fraction = withoutTrailingZeros(match[3] ?? "");
  const isZero = integer === "" && fraction === "";
  return { isNegative: match[1] === "-" && !isZero, integer, fraction };
}

/** Negative, zero or positive, as the left number is less than, equal to or greater than the right one. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  if (left.isNegative !== right.isNegative) return left.isNegative ? -1 : 1;
  const sizes =
    left.integer.length - right.integer.length ||
    compareTexts(left.integer, right.integer) ||
    compareTexts(left.fraction, right.fraction);
  return left.isNegative ? -sizes : sizes;
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** By hand: a regular expression for trailing zeros would be quadratic. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length && digits[start] === "0") start += 1;
  return digits.slice(start);
}
