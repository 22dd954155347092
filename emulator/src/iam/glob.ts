/**
 * IAM's wildcards: `*` for any characters, `?` for one. Matching takes at worst the product of the
 * two lengths: no regular expression, and only the last `*` is ever tried again, which is enough,
 * since an earlier one that takes more leaves less for the same rest of the pattern.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
import { parseTemplate, resolveVariable, type TemplatePart } from "./policy-variables.ts";
import type { ContextKeys } from "./request-context.ts";

/** Code units of a pattern; a wildcard is a negative number, so that no text can contain one. */
export type GlobSymbols = readonly number[];

/** A pattern, ready to match; with variables, its symbols depend on the request. */
export type Glob = FixedGlob | TemplateGlob;

interface FixedGlob {
  readonly kind: "fixed";
  readonly ignoresCase: boolean;
  readonly symbols: GlobSymbols;
  /** The text before the first wildcard: most values differ there, and texts compare fast. */
  readonly prefix: string;
}

interface TemplateGlob {
  readonly kind: "template";
  readonly ignoresCase: boolean;
  readonly parts: readonly TemplatePart[];
}

/** How a pattern is read. */
export interface GlobOptions {
  /** Whether `A` to `Z` equal `a` to `z`; other letters always compare exactly. */
  readonly ignoresCase: boolean;
  /** Whether `${…}` is a variable; otherwise it is text. */
  readonly hasVariables: boolean;
}

const ANY_CHARACTERS = -1;
const ONE_CHARACTER = -2;
const STAR = "*".charCodeAt(0);
const QUESTION_MARK = "?".charCodeAt(0);

/** Compiles a pattern; `undefined` if a `${` in it is no variable. */
export function compileGlob(text: string, options: GlobOptions): Glob | undefined {
  const { ignoresCase, hasVariables } = options;
  const parts = hasVariables ? parseTemplate(text) : [{ kind: "raw" as const, text }];
  if (parts === undefined) return undefined;
  if (parts.some(({ kind }) => kind === "variable")) {
    return { kind: "template", ignoresCase, parts };
  }
  const symbols = symbolsOf(parts, ignoresCase, NO_KEYS) ?? [];
  const wildcard = symbols.findIndex((symbol) => symbol < 0);
  const literal = wildcard === -1 ? symbols : symbols.slice(0, wildcard);
  const prefix = literal.map((code) => String.fromCharCode(code)).join("");
  return { kind: "fixed", ignoresCase, symbols, prefix };
}

const NO_KEYS: ContextKeys = new Map();

/** The symbols of a pattern under a request; `undefined` if one of its variables stands for nothing. */
export function resolveGlob(glob: Glob, keys: ContextKeys): GlobSymbols | undefined {
  return glob.kind === "fixed" ? glob.symbols : symbolsOf(glob.parts, glob.ignoresCase, keys);
}

/** Whether the pattern covers the whole value; `undefined` if a variable stands for nothing. */
export function matchesGlob(glob: Glob, value: string, keys: ContextKeys): boolean | undefined {
  const { ignoresCase } = glob;
  if (glob.kind === "fixed") {
    const { prefix, symbols } = glob;
    if (ignoresCase) return matchesSymbols(symbols, value, true);
    if (prefix.length === symbols.length) return value === prefix;
    return value.startsWith(prefix) && matchesSymbols(symbols, value, false, prefix.length);
  }
  const symbols = resolveGlob(glob, keys);
  return symbols === undefined ? undefined : matchesSymbols(symbols, value, ignoresCase);
}

/** Whether the symbols cover the whole value; the first `from` of them are known to cover its start. */
export function matchesSymbols(
  symbols: GlobSymbols,
  value: string,
  ignoresCase: boolean,
  from = 0,
): boolean {
  const { length } = symbols;
  let index = from;
  let valueIndex = from;
  let afterLastStar = -1;
  let valueAtLastStar = 0;
  while (valueIndex < value.length) {
    const symbol = index < length ? symbols[index] : undefined;
    if (symbol === ANY_CHARACTERS) {
      index += 1;
      if (index === length) return true;
      afterLastStar = index;
      valueAtLastStar = valueIndex;
    } else if (symbol !== undefined && covers(symbol, value.charCodeAt(valueIndex), ignoresCase)) {
      index += 1;
      valueIndex += 1;
    } else if (afterLastStar !== -1) {
      index = afterLastStar;
      valueAtLastStar += 1;
      valueIndex = valueAtLastStar;
    } else {
      return false;
    }
  }
  while (index < length && symbols[index] === ANY_CHARACTERS) index += 1;
  return index === length;
}

function covers(symbol: number, code: number, ignoresCase: boolean): boolean {
  if (symbol === code || symbol === ONE_CHARACTER) return true;
  return ignoresCase && symbol === lowerCase(code);
}

function symbolsOf(
  parts: readonly TemplatePart[],
  ignoresCase: boolean,
  keys: ContextKeys,
): GlobSymbols | undefined {
  const symbols: number[] = [];
  for (const part of parts) {
    const text = part.kind === "variable" ? resolveVariable(part, keys) : part.text;
    if (text === undefined) return undefined;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (part.kind === "raw" && code === STAR) symbols.push(ANY_CHARACTERS);
      else if (part.kind === "raw" && code === QUESTION_MARK) symbols.push(ONE_CHARACTER);
      else symbols.push(ignoresCase ? lowerCase(code) : code);
    }
  }
  return symbols;
}

/** The code of an ASCII letter in lower case, every other code as it is. */
function lowerCase(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}
