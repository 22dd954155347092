/**
 * Block Public Access: whether a policy lets in whoever asks.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/rbp-block-public-access.html
 */
import type { PolicyDocument, PolicyStatement } from "../iam/index.ts";

/** Keys that narrow a statement, if they are compared with fixed values. */
const NARROWING_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:principalisawsservice",
  "aws:ec2instancesourcevpc",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
]);
const PRINCIPAL_IS_SERVICE = "aws:principalisawsservice";

/** Whether a statement of the policy allows something to everybody. */
export function isPublic({ statements }: PolicyDocument): boolean {
  return statements.some(
    (statement) =>
      statement.effect === "Allow" &&
      namesEverybody(statement) &&
      !statement.conditions.some(isNarrowing),
  );
}

/** `NotPrincipal` names everybody but a few. */
function namesEverybody({ principal }: PolicyStatement): boolean {
  return principal === undefined || principal.isEverybody || principal.written.isNegated;
}

/** Whether a request that does not have one of the fixed values cannot fulfil the condition. */
function isNarrowing(condition: PolicyStatement["conditions"][number]): boolean {
  const { contextKey, values, isNegated, ifExists, qualifier, test } = condition;
  if (!NARROWING_KEYS.has(contextKey) || isNegated || ifExists) return false;
  // An empty set fulfils every `ForAllValues`.
  if (qualifier === "ForAllValues" || test.family === "null") return false;
  if (contextKey === PRINCIPAL_IS_SERVICE) {
    return values.every((value) => value.toLowerCase() === "true");
  }
  return values.every((value) => !/[*?]|\$\{/.test(value));
}
