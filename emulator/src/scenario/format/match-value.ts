/** Compares what came with what a scenario expects. */
import { isObject, listOf } from "./json-value.ts";

/** What may stand in the place of an expected value, as a mapping with this one key. */
export const MATCHERS = ["$matches", "$contains", "$length", "$absent", "$any", "$not"] as const;

/**
 * What is different, in one line, or `undefined`. A mapping is expected to have at least these keys, a
 * list exactly these elements; everything else must be the same. A mapping with one key of `MATCHERS`
 * asks for something of the value instead.
 */
export function mismatch(expected: unknown, seen: unknown, path = ""): string | undefined {
  const matcher = matcherOf(expected);
  if (matcher !== undefined) return matcherMismatch(matcher, seen, path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(seen)) return difference(path, expected, seen);
    if (seen.length !== expected.length) {
      return `${at(path)}has ${seen.length} elements, not ${expected.length}: ${shown(seen)}`;
    }
    return firstOf(expected.map((item, index) => mismatch(item, seen[index], `${path}[${index}]`)));
  }
  if (isObject(expected)) {
    if (!isObject(seen)) return difference(path, expected, seen);
    return firstOf(
      Object.entries(expected).map(([key, value]) =>
        mismatch(value, seen[key], path === "" ? key : `${path}.${key}`),
      ),
    );
  }
  return Object.is(expected, seen) || (expected === null && seen === undefined)
    ? undefined
    : difference(path, expected, seen);
}

/** A value for a message, on one line. */
export function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

interface Matcher {
  readonly name: (typeof MATCHERS)[number];
  readonly operand: unknown;
}

function matcherOf(expected: unknown): Matcher | undefined {
  if (!isObject(expected)) return undefined;
  const [key, ...others] = Object.keys(expected);
  const name = MATCHERS.find((candidate) => candidate === key);
  return name === undefined || others.length > 0 ? undefined : { name, operand: expected[name] };
}

function matcherMismatch(
  { name, operand }: Matcher,
  seen: unknown,
  path: string,
): string | undefined {
  switch (name) {
    case "$matches":
      return typeof seen === "string" && new RegExp(String(operand), "u").test(seen)
        ? undefined
        : `${at(path)}is ${shown(seen)}, expected to match /${String(operand)}/`;
    case "$contains":
      return contains(seen, operand)
        ? undefined
        : `${at(path)}is ${shown(seen)}, expected to contain ${shown(operand)}`;
    case "$length": {
      const length = typeof seen === "string" ? seen.length : listOf(seen).length;
      return length === operand
        ? undefined
        : `${at(path)}has length ${length}, expected ${shown(operand)}`;
    }
    case "$absent":
      return (seen === undefined || seen === null) === operand
        ? undefined
        : `${at(path)}is ${shown(seen)}, expected ${operand === true ? "nothing" : "something"}`;
    case "$any":
      return seen === undefined ? `${at(path)}is not there` : undefined;
    case "$not":
      return mismatch(operand, seen, path) === undefined
        ? `${at(path)}is ${shown(seen)}, expected anything else`
        : undefined;
  }
}

/** Of a text a part, of a list an element. */
function contains(seen: unknown, wanted: unknown): boolean {
  if (typeof seen === "string") return typeof wanted === "string" && seen.includes(wanted);
  return listOf(seen).some((item) => mismatch(wanted, item) === undefined);
}

function firstOf(found: readonly (string | undefined)[]): string | undefined {
  return found.find((one) => one !== undefined);
}

function difference(path: string, expected: unknown, seen: unknown): string {
  return `${at(path)}is ${shown(seen)}, expected ${shown(expected)}`;
}

function at(path: string): string {
  return path === "" ? "" : `${path} `;
}
