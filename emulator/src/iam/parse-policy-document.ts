/**
 * From JSON to a policy document. An element that the evaluator does not know is a problem that
 * names it; nothing is ignored.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import type { PatternElement, PolicyDocument, PolicyStatement } from "./policy-document.ts";

/** One thing that is wrong, and where: a path such as `Statement[1].Condition`. */
export interface PolicyProblem {
  readonly path: string;
  readonly message: string;
}

/** A parsed document, or everything that is wrong with it. */
export type ParsedPolicy =
  | { readonly kind: "parsed"; readonly document: PolicyDocument }
  | { readonly kind: "malformed"; readonly problems: readonly PolicyProblem[] };

type JsonObject = Readonly<Record<string, unknown>>;
type Report = (path: string, message: string) => void;

const DOCUMENT_ELEMENTS: readonly string[] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: readonly string[] = [
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
];
const ACTION = /^(?:\*|[\w-]+:[\w*?]+)$/;
const RESOURCE = /^(?:\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/;

/** Parses the JSON value of a policy. Never throws. */
export function parsePolicyDocument(json: unknown): ParsedPolicy {
  const problems: PolicyProblem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  if (!isObject(json)) {
    return { kind: "malformed", problems: [{ path: "", message: "a policy is a JSON object" }] };
  }
  reportUnknown(json, DOCUMENT_ELEMENTS, "", report);
  const version = json["Version"] ?? "2008-10-17";
  if (version !== "2012-10-17" && version !== "2008-10-17") {
    report("Version", "must be 2012-10-17 or 2008-10-17");
  }
  const statement = json["Statement"];
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || list.length === 0) report("Statement", "is missing or empty");
  const statements = list.map((item, index) => parseStatement(item, `Statement[${index}]`, report));
  if (problems.length > 0) return { kind: "malformed", problems };
  return {
    kind: "parsed",
    document: {
      version: version === "2012-10-17" ? version : "2008-10-17",
      statements: statements.filter((parsed) => parsed !== undefined),
    },
  };
}

function parseStatement(json: unknown, path: string, report: Report): PolicyStatement | undefined {
  if (!isObject(json)) {
    report(path, "a statement is a JSON object");
    return undefined;
  }
  reportUnknown(json, STATEMENT_ELEMENTS, `${path}.`, report);
  const { Sid: sid, Effect: effect } = json;
  if (sid !== undefined && typeof sid !== "string") report(`${path}.Sid`, "must be a string");
  if (effect !== "Allow" && effect !== "Deny") report(`${path}.Effect`, "must be Allow or Deny");
  const action = parsePair(json, ["Action", "NotAction"], path, report);
  const resource = parsePair(json, ["Resource", "NotResource"], path, report);
  if (action === undefined || resource === undefined) return undefined;
  return {
    sid: typeof sid === "string" ? sid : undefined,
    effect: effect === "Allow" ? "Allow" : "Deny",
    action,
    resource,
  };
}

function parsePair(
  json: JsonObject,
  [positive, negative]: readonly [string, string],
  path: string,
  report: Report,
): PatternElement | undefined {
  const isNegated = json[negative] !== undefined;
  if (isNegated === (json[positive] !== undefined)) {
    report(path, `must have exactly one of ${positive} and ${negative}`);
    return undefined;
  }
  const name = isNegated ? negative : positive;
  const value = json[name];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) report(`${path}.${name}`, "must not be empty");
  const isAction = positive === "Action";
  const patterns = list.flatMap((item, index) => {
    const itemPath = Array.isArray(value) ? `${path}.${name}[${index}]` : `${path}.${name}`;
    const problem = patternProblem(item, isAction);
    if (problem !== undefined) report(itemPath, problem);
    return typeof item === "string" ? [{ text: item, ignoresCase: isAction }] : [];
  });
  return { isNegated, patterns };
}

function patternProblem(item: unknown, isAction: boolean): string | undefined {
  if (typeof item !== "string") return "must be a string";
  // A variable taken literally would match nothing, which turns a Deny into a silent allow.
  if (item.includes("${")) return "policy variables are not evaluated by the emulator yet";
  if (isAction) return ACTION.test(item) ? undefined : "must be `*` or `service:Action`";
  return RESOURCE.test(item) ? undefined : "must be `*` or an ARN";
}

function reportUnknown(
  json: JsonObject,
  known: readonly string[],
  prefix: string,
  report: Report,
): void {
  for (const name of Object.keys(json)) {
    if (!known.includes(name)) report(`${prefix}${name}`, "is not evaluated by the emulator yet");
  }
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
