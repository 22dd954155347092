/**
 * Names of condition operators: a comparison, before it a set qualifier, behind it `IfExists`.
 * FIDELITY: names are compared exactly, as the documentation writes them; whether IAM takes others is unknown.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */

/** How two ordered values stand to each other. */
export type Relation = "=" | "<" | "<=" | ">" | ">=";

/** What an operator compares, and how. */
export type Comparison =
  | { readonly family: "string"; readonly ignoresCase: boolean }
  | { readonly family: "like" }
  | { readonly family: "numeric"; readonly relation: Relation }
  | { readonly family: "date"; readonly relation: Relation }
  | { readonly family: "bool" }
  | { readonly family: "binary" }
  | { readonly family: "ip" }
  | { readonly family: "arn" }
  | { readonly family: "null" };

/** An operator as its name says it. */
export interface ConditionOperator {
  readonly comparison: Comparison;
  /** Whether the condition holds when the comparison does not. */
  readonly isNegated: boolean;
  readonly qualifier: "ForAllValues" | "ForAnyValue" | undefined;
  /** Whether the condition holds when the request does not have the key. */
  readonly ifExists: boolean;
}

interface BaseOperator {
  readonly comparison: Comparison;
  readonly isNegated: boolean;
}

function ordered(family: "numeric" | "date", prefix: string): [string, BaseOperator][] {
  const operator = (relation: Relation, isNegated = false): BaseOperator => ({
    comparison: { family, relation },
    isNegated,
  });
  return [
    [`${prefix}Equals`, operator("=")],
    [`${prefix}NotEquals`, operator("=", true)],
    [`${prefix}LessThan`, operator("<")],
    [`${prefix}LessThanEquals`, operator("<=")],
    [`${prefix}GreaterThan`, operator(">")],
    [`${prefix}GreaterThanEquals`, operator(">=")],
  ];
}

function pair(
  positive: string,
  negative: string,
  comparison: Comparison,
): [string, BaseOperator][] {
  return [
    [positive, { comparison, isNegated: false }],
    [negative, { comparison, isNegated: true }],
  ];
}

const BASE_OPERATORS: ReadonlyMap<string, BaseOperator> = new Map([
  ...pair("StringEquals", "StringNotEquals", { family: "string", ignoresCase: false }),
  ...pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", {
    family: "string",
    ignoresCase: true,
  }),
  ...pair("StringLike", "StringNotLike", { family: "like" }),
  ...ordered("numeric", "Numeric"),
  ...ordered("date", "Date"),
  ["Bool", { comparison: { family: "bool" }, isNegated: false }],
  ["BinaryEquals", { comparison: { family: "binary" }, isNegated: false }],
  ...pair("IpAddress", "NotIpAddress", { family: "ip" }),
  ...pair("ArnEquals", "ArnNotEquals", { family: "arn" }),
  ...pair("ArnLike", "ArnNotLike", { family: "arn" }),
  ["Null", { comparison: { family: "null" }, isNegated: false }],
]);

const NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/** Reads an operator's name; `undefined` for one that does not exist, such as `NullIfExists`. */
export function parseConditionOperator(name: string): ConditionOperator | undefined {
  const match = NAME.exec(name);
  const base = BASE_OPERATORS.get(match?.[2] ?? "");
  if (match === null || base === undefined) return undefined;
  const qualifier = match[1] as ConditionOperator["qualifier"];
  const ifExists = match[3] !== undefined;
  // FIDELITY: a qualifier with Null is nowhere documented; refusing it is our choice.
  if (base.comparison.family === "null" && (ifExists || qualifier !== undefined)) return undefined;
  return { ...base, qualifier, ifExists };
}
