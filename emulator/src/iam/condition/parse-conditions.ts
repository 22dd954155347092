/** From the `Condition` block of a statement to conditions. */
import { assertNever } from "../../shared/index.ts";
import { compileGlob } from "../glob.ts";
import type { ElementText } from "../policy-document.ts";
import { isObject, listOf, type ReportProblem } from "../policy-problem.ts";
import { parseTemplate, type TemplatePart } from "../policy-variables.ts";
import { splitArnPattern } from "./arn-pattern.ts";
import { canonicalBase64 } from "./binary.ts";
import type { ArnOperand, Condition, ConditionTest } from "./condition.ts";
import { type Comparison, parseConditionOperator } from "./condition-operator.ts";
import { parseDate } from "./date.ts";
import { parseDecimal } from "./decimal.ts";
import { parseIpRange } from "./ip-address.ts";

/** Values of one key that the text of a condition shows (our choice). */
const MAX_VALUES_SHOWN = 5;

/** A vendor and a name: `aws:SourceIp`, `token.actions.githubusercontent.com:sub`, `aws:ResourceTag/a b`. */
const CONDITION_KEY = /^[^\s:]+:[^\r\n]+$/;

/**
 * Parses a `Condition` block. An operand that is no number, date, address or ARN where one is
 * expected is no problem: it matches nothing.
 */
export function parseConditions(
  json: unknown,
  hasVariables: boolean,
  path: string,
  report: ReportProblem,
): readonly Condition[] {
  if (json === undefined) return [];
  if (!isObject(json)) {
    report(path, "must be an object");
    return [];
  }
  return Object.entries(json).flatMap(([operator, keys]) => {
    const operatorPath = `${path}.${operator}`;
    const parsed = parseConditionOperator(operator);
    if (parsed === undefined) {
      report(operatorPath, "is not a condition operator");
      return [];
    }
    if (!isObject(keys)) {
      report(operatorPath, "must be an object of keys and values");
      return [];
    }
    const { comparison, ...rest } = parsed;
    const seen = new Map<string, string>();
    return Object.entries(keys).map(([key, value]): Condition => {
      const keyPath = `${operatorPath}.${key}`;
      const contextKey = key.toLowerCase();
      const first = seen.get(contextKey);
      if (first !== undefined) report(keyPath, `is the same key as \`${first}\``);
      seen.set(contextKey, key);
      if (!CONDITION_KEY.test(key)) report(keyPath, "must be a key of the form `vendor:name`");
      const values = parseValues(value, keyPath, report);
      const test = makeTest(comparison, values, hasVariables, keyPath, report);
      const written = writtenAs(operator, key, values);
      return { ...rest, operator, key, contextKey, values, written, test };
    });
  });
}

function writtenAs(operator: string, key: string, values: readonly string[]): ElementText {
  const shown = values.slice(0, MAX_VALUES_SHOWN).map((value) => JSON.stringify(value));
  const more = values.length > MAX_VALUES_SHOWN ? [`${values.length - MAX_VALUES_SHOWN} more`] : [];
  const text = `${operator} ${key} ${[...shown, ...more].join(", ")}`;
  return { isNegated: false, patterns: [{ text }] };
}

function parseValues(json: unknown, path: string, report: ReportProblem): readonly string[] {
  return listOf(json, path, report).flatMap(({ item, itemPath }) => {
    if (typeof item === "string") return [item];
    if (typeof item === "number" || typeof item === "boolean") return [String(item)];
    report(itemPath, "must be a string, number or boolean");
    return [];
  });
}

function makeTest(
  comparison: Comparison,
  values: readonly string[],
  hasVariables: boolean,
  path: string,
  report: ReportProblem,
): ConditionTest {
  const templates = (): readonly (readonly TemplatePart[])[] =>
    values.flatMap((text) => {
      const parts = hasVariables ? parseTemplate(text) : [{ kind: "raw" as const, text }];
      if (parts === undefined) report(path, `has a malformed policy variable: \`${text}\``);
      return parts === undefined ? [] : [parts];
    });
  switch (comparison.family) {
    case "string":
      return { ...comparison, operands: templates() };
    case "bool":
      return { ...comparison, operands: templates() };
    case "like":
    case "arn": {
      const globs = values.flatMap((text) => {
        const glob = compileGlob(text, { ignoresCase: false, hasVariables });
        if (glob === undefined) report(path, `has a malformed policy variable: \`${text}\``);
        return glob === undefined ? [] : [glob];
      });
      if (comparison.family === "like") return { family: "like", operands: globs };
      return {
        family: "arn",
        operands: globs.flatMap((glob): readonly ArnOperand[] => {
          if (glob.kind === "template") return [{ glob, parts: undefined }];
          const parts = splitArnPattern(glob.symbols);
          return parts === undefined ? [] : [{ glob, parts }];
        }),
      };
    }
    case "numeric":
      return { ...comparison, operands: values.flatMap((text) => parseDecimal(text) ?? []) };
    case "date":
      return { ...comparison, operands: values.flatMap((text) => parseDate(text) ?? []) };
    case "binary":
      return { ...comparison, operands: values.flatMap((text) => canonicalBase64(text) ?? []) };
    case "ip":
      return { ...comparison, operands: values.flatMap((text) => parseIpRange(text) ?? []) };
    case "null":
      return {
        ...comparison,
        operands: values.flatMap((text) => {
          const value = text.toLowerCase();
          return value === "true" || value === "false" ? [value === "true"] : [];
        }),
      };
    default:
      return assertNever(comparison, "operator family");
  }
}
