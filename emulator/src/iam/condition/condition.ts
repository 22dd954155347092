/**
 * One key of a `Condition` block: an operator, a context key and the values it is compared with.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
import { assertNever } from "../../shared/index.ts";
import { type Glob, type GlobSymbols, matchesGlob, resolveGlob } from "../glob.ts";
import { resolveTemplate, type TemplatePart } from "../policy-variables.ts";
import type { ElementText } from "../policy-document.ts";
import type { ContextKeys } from "../request-context.ts";
import { matchesArn, splitArnPattern } from "./arn-pattern.ts";
import { canonicalBase64 } from "./binary.ts";
import type { ConditionOperator, Relation } from "./condition-operator.ts";
import { parseDate } from "./date.ts";
import { compareDecimals, type Decimal, parseDecimal } from "./decimal.ts";
import { type IpRange, isInRange, parseIpAddress } from "./ip-address.ts";
import { rememberLast } from "./remember-last.ts";

const parseSeenDecimal = rememberLast(parseDecimal);
const parseSeenDate = rememberLast(parseDate);
const parseSeenAddress = rememberLast(parseIpAddress);
const NO_VALUES: readonly string[] = [];

/** A pattern of an ARN; its parts are known in advance unless it has variables. */
export interface ArnOperand {
  readonly glob: Glob;
  readonly parts: readonly GlobSymbols[] | undefined;
}

/** A comparison with its operands; one that is no value of the family is left out, and matches nothing. */
export type ConditionTest =
  | {
      readonly family: "string";
      readonly ignoresCase: boolean;
      readonly operands: readonly (readonly TemplatePart[])[];
    }
  | { readonly family: "bool"; readonly operands: readonly (readonly TemplatePart[])[] }
  | { readonly family: "like"; readonly operands: readonly Glob[] }
  | { readonly family: "arn"; readonly operands: readonly ArnOperand[] }
  | {
      readonly family: "numeric";
      readonly relation: Relation;
      readonly operands: readonly Decimal[];
    }
  | { readonly family: "date"; readonly relation: Relation; readonly operands: readonly number[] }
  | { readonly family: "binary"; readonly operands: readonly string[] }
  | { readonly family: "ip"; readonly operands: readonly IpRange[] }
  | { readonly family: "null"; readonly operands: readonly boolean[] };

/** One key under one operator. */
export interface Condition extends Omit<ConditionOperator, "comparison"> {
  /** Name of the operator, as written. */
  readonly operator: string;
  /** Name of the key, as written. */
  readonly key: string;
  /** The same in lower case: names of keys have no case. */
  readonly contextKey: string;
  /** The values, as written. */
  readonly values: readonly string[];
  /** Operator, key and values in one text. */
  readonly written: ElementText;
  readonly test: ConditionTest;
}

/** Whether the condition holds for the request. */
export function holds(condition: Condition, keys: ContextKeys): boolean {
  const { test, isNegated, qualifier, ifExists } = condition;
  const values = keys.get(condition.contextKey) ?? NO_VALUES;
  if (test.family === "null") return test.operands.includes(values.length === 0);
  if (values.length === 0 && ifExists) return true;
  switch (qualifier) {
    case "ForAllValues":
      return (
        isNullSet(values) || values.every((value) => matchesAny(test, value, keys) !== isNegated)
      );
    case "ForAnyValue":
      return (
        !isNullSet(values) && values.some((value) => matchesAny(test, value, keys) !== isNegated)
      );
    case undefined:
      // A missing key matches nothing; of several values one that matches is enough.
      return values.some((value) => matchesAny(test, value, keys)) !== isNegated;
    default:
      return assertNever(qualifier, "set qualifier");
  }
}

/** SPEC: for a set qualifier, an empty string is an empty set. */
function isNullSet(values: readonly string[]): boolean {
  return values.every((value) => value === "");
}

/** Whether a value of the request matches one of the condition's. */
function matchesAny(test: ConditionTest, value: string, keys: ContextKeys): boolean {
  switch (test.family) {
    case "string": {
      const seen = test.ignoresCase ? value.toLowerCase() : value;
      return test.operands.some((parts) => {
        const expected = resolveTemplate(parts, keys);
        return (test.ignoresCase ? expected?.toLowerCase() : expected) === seen;
      });
    }
    case "bool": {
      const seen = value.toLowerCase();
      if (seen !== "true" && seen !== "false") return false;
      return test.operands.some((parts) => resolveTemplate(parts, keys)?.toLowerCase() === seen);
    }
    case "like":
      return test.operands.some((glob) => matchesGlob(glob, value, keys) === true);
    case "arn":
      return test.operands.some(({ glob, parts }) => {
        const pattern = parts ?? splitArnPattern(resolveGlob(glob, keys) ?? []);
        return pattern !== undefined && matchesArn(pattern, value);
      });
    case "numeric": {
      const seen = parseSeenDecimal(value);
      if (seen === undefined) return false;
      const { relation } = test;
      return test.operands.some((operand) => stands(compareDecimals(seen, operand), relation));
    }
    case "date": {
      const seen = parseSeenDate(value);
      if (seen === undefined) return false;
      return test.operands.some((operand) => stands(seen - operand, test.relation));
    }
    case "binary": {
      const seen = canonicalBase64(value);
      return seen !== undefined && test.operands.includes(seen);
    }
    case "ip": {
      const seen = parseSeenAddress(value);
      return seen !== undefined && test.operands.some((range) => isInRange(seen, range));
    }
    case "null":
      return false;
    default:
      return assertNever(test, "operator family");
  }
}

function stands(difference: number, relation: Relation): boolean {
  switch (relation) {
    case "=":
      return difference === 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
    default:
      return assertNever(relation, "relation");
  }
}
