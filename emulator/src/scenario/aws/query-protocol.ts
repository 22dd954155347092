/** awsQuery: parameters as a form, answers as XML. */
import { isObject, type JsonObject, objectOf, textOf, valueAt } from "../format/json-value.ts";
import type { AwsAnswer, AwsCall } from "./call-aws.ts";
import { readXml } from "./read-xml.ts";

const VERSIONS = { iam: "2010-05-08", sts: "2011-06-15" } as const;

/** Parameters that are JSON texts for AWS, and may be mappings in a scenario. */
const IS_DOCUMENT = /Policy(?:Document)?$/;

/** The form of a call. */
export function queryBody({ service, operation, parameters }: AwsCall): string {
  const version = service === "dsql" ? "" : VERSIONS[service];
  const form = new URLSearchParams({ Action: operation, Version: version });
  for (const [name, value] of flatten(parameters)) form.append(name, value);
  return form.toString();
}

/** Lists become `Name.member.1`, mappings `Name.Key`. */
function* flatten(parameters: JsonObject, prefix = ""): Generator<readonly [string, string]> {
  for (const [key, value] of Object.entries(parameters)) yield* flattenValue(value, prefix + key);
}

function* flattenValue(value: unknown, name: string): Generator<readonly [string, string]> {
  if (value === null || value === undefined) return;
  if (IS_DOCUMENT.test(name) && isObject(value)) yield [name, JSON.stringify(value)];
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      yield* flattenValue(item, `${name}.member.${index + 1}`);
  } else if (isObject(value)) yield* flatten(value, `${name}.`);
  else yield [name, typeof value === "string" ? value : JSON.stringify(value)];
}

/** The result of a call, or its error. @throws Error when the answer has not the form */
export function queryResult(operation: string, status: number, xml: string): AwsAnswer {
  const answer = readXml(xml);
  if (status < 400) {
    return {
      kind: "result",
      result: objectOf(valueAt(answer, `${operation}Response.${operation}Result`)),
    };
  }
  const error = valueAt(answer, "ErrorResponse.Error");
  const code = textOf(valueAt(error, "Code"));
  if (code === undefined) throw new Error(`status ${status} without an error of AWS's form`);
  return {
    kind: "error",
    error: { code, message: textOf(valueAt(error, "Message")) ?? "", status },
  };
}
