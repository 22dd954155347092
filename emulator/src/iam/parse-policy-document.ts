/**
 * From JSON to a policy document. What IAM refuses as malformed is a problem that names its place;
 * nothing is ignored.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { parseConditions } from "./condition/parse-conditions.ts";
import { parsePair } from "./parse-pair.ts";
import type { PolicyDocument, PolicyStatement } from "./policy-document.ts";
import {
  isObject,
  type JsonObject,
  type PolicyProblem,
  type ReportProblem,
} from "./policy-problem.ts";
import { policySize } from "./policy-size.ts";
import { parsePrincipalElement, type PrincipalElement } from "./principal-element.ts";

/** A parsed document, or everything that is wrong with it. */
export type ParsedPolicy =
  | { readonly kind: "parsed"; readonly document: PolicyDocument }
  | { readonly kind: "malformed"; readonly problems: readonly PolicyProblem[] };

/**
 * What a policy is for. `identity` are those of users, groups and roles, permissions boundaries,
 * session policies and service control policies; `resource` those of clusters and VPC endpoints.
 */
export type PolicyUse = "identity" | "resource" | "trust" | "resource-control";

/** How a document is read. */
export interface ParseOptions {
  /** `identity` unless given. */
  readonly use?: PolicyUse;
  /** More is a problem; no limit unless given. See `POLICY_SIZE_LIMITS`. */
  readonly maxCharacters?: number;
}

/** What the language demands of a policy, by its use. */
interface UseRules {
  readonly principal: "required" | "forbidden" | "everybody";
  readonly hasResource: boolean;
  /** SPEC: Sids of IAM's own policies are alphanumeric; other services may take more. */
  readonly hasPlainSids: boolean;
}

const RULES: Readonly<Record<PolicyUse, UseRules>> = {
  identity: { principal: "forbidden", hasResource: true, hasPlainSids: true },
  resource: { principal: "required", hasResource: true, hasPlainSids: false },
  trust: { principal: "required", hasResource: false, hasPlainSids: true },
  "resource-control": { principal: "everybody", hasResource: true, hasPlainSids: true },
};

const DOCUMENT_ELEMENTS: readonly string[] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: readonly string[] = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];
const OLD_VERSION = "2008-10-17";
const CURRENT_VERSION = "2012-10-17";
const PLAIN_SID = /^[A-Za-z0-9]*$/;

/** What statements need of their document. */
interface DocumentContext {
  readonly use: PolicyUse;
  readonly hasVariables: boolean;
  /** Sids so far, each with its path. */
  readonly sids: Map<string, string>;
  readonly report: ReportProblem;
}

/** Parses the JSON value of a policy. Never throws. */
export function parsePolicyDocument(json: unknown, options: ParseOptions = {}): ParsedPolicy {
  const problems: PolicyProblem[] = [];
  const report: ReportProblem = (path, message) => problems.push({ path, message });
  if (!isObject(json)) {
    return { kind: "malformed", problems: [{ path: "", message: "a policy is a JSON object" }] };
  }
  const { use = "identity", maxCharacters } = options;
  if (maxCharacters !== undefined && policySize(json, maxCharacters) > maxCharacters) {
    // A document that is too long is not looked at any further.
    const message = `must not have more than ${maxCharacters} characters`;
    return { kind: "malformed", problems: [{ path: "", message }] };
  }
  reportUnknown(json, DOCUMENT_ELEMENTS, "", "is no element of a policy", report);
  const version = json["Version"] ?? OLD_VERSION;
  if (version !== CURRENT_VERSION && version !== OLD_VERSION) {
    report("Version", `must be ${CURRENT_VERSION} or ${OLD_VERSION}`);
  }
  const id = json["Id"];
  if (id !== undefined && typeof id !== "string") report("Id", "must be a string");
  const statement = json["Statement"];
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || list.length === 0) report("Statement", "is missing or empty");
  const hasVariables = version === CURRENT_VERSION;
  const context: DocumentContext = { use, hasVariables, sids: new Map(), report };
  const statements = list.map((item, index) =>
    parseStatement(item, `Statement[${index}]`, context),
  );
  if (problems.length > 0) return { kind: "malformed", problems };
  return {
    kind: "parsed",
    document: {
      version: hasVariables ? CURRENT_VERSION : OLD_VERSION,
      ...(typeof id === "string" ? { id } : {}),
      statements: statements.filter((parsed) => parsed !== undefined),
    },
  };
}

function parseStatement(
  json: unknown,
  path: string,
  context: DocumentContext,
): PolicyStatement | undefined {
  const { use, hasVariables, report } = context;
  if (!isObject(json)) {
    report(path, "a statement is a JSON object");
    return undefined;
  }
  reportUnknown(json, STATEMENT_ELEMENTS, `${path}.`, "is no element of a statement", report);
  const sid = parseSid(json["Sid"], `${path}.Sid`, context);
  const effect = json["Effect"];
  if (effect !== "Allow" && effect !== "Deny") report(`${path}.Effect`, "must be Allow or Deny");
  const principal = parsePrincipal(json, path, use, report);
  const action = parsePair("Action", json, path, hasVariables, report);
  if (use === "trust") reportOtherThanSts(action?.written.patterns ?? [], path, report);
  const resource = parseResource(json, path, context);
  const conditions = parseConditions(json["Condition"], hasVariables, `${path}.Condition`, report);
  if (action === undefined) return undefined;
  const isAllow = effect === "Allow";
  return { sid, effect: isAllow ? "Allow" : "Deny", action, resource, principal, conditions };
}

function parseSid(sid: unknown, path: string, context: DocumentContext): string | undefined {
  const { sids, use, report } = context;
  if (sid === undefined) return undefined;
  if (typeof sid !== "string") {
    report(path, "must be a string");
    return undefined;
  }
  if (RULES[use].hasPlainSids && !PLAIN_SID.test(sid)) report(path, "must be letters and digits");
  const first = sids.get(sid);
  // Nobody can refer to an empty one, so it need not be unique.
  if (first !== undefined) report(path, `is the same as ${first}`);
  else if (sid !== "") sids.set(sid, path);
  return sid;
}

function parseResource(
  json: JsonObject,
  path: string,
  { use, hasVariables, report }: DocumentContext,
): PolicyStatement["resource"] {
  if (RULES[use].hasResource) return parsePair("Resource", json, path, hasVariables, report);
  for (const name of ["Resource", "NotResource"]) {
    if (json[name] !== undefined) report(`${path}.${name}`, "must not be in a trust policy");
  }
  return undefined;
}

function parsePrincipal(
  json: JsonObject,
  path: string,
  use: PolicyUse,
  report: ReportProblem,
): PrincipalElement | undefined {
  const names = ["Principal", "NotPrincipal"].filter((name) => json[name] !== undefined);
  const rule = RULES[use].principal;
  if (rule === "forbidden") {
    for (const name of names) report(`${path}.${name}`, "must not be in an identity-based policy");
    return undefined;
  }
  const [name] = names;
  if (name === undefined || names.length > 1) {
    report(path, "must have exactly one of Principal and NotPrincipal");
    return undefined;
  }
  const namePath = `${path}.${name}`;
  const isNegated = name === "NotPrincipal";
  const element = parsePrincipalElement(json[name], isNegated, namePath, report);
  if (rule === "everybody" && (isNegated || json[name] !== "*")) {
    report(namePath, 'must be `"Principal": "*"` in a resource control policy');
  }
  return element;
}

/** SPEC: a trust policy is about the actions that give a session, and no others. */
function reportOtherThanSts(
  patterns: readonly { readonly text: string }[],
  path: string,
  report: ReportProblem,
): void {
  if (patterns.some(({ text }) => !/^sts:/i.test(text))) {
    report(`${path}.Action`, "must be actions of `sts` in a trust policy");
  }
}

function reportUnknown(
  json: JsonObject,
  known: readonly string[],
  prefix: string,
  message: string,
  report: ReportProblem,
): void {
  for (const name of Object.keys(json)) {
    if (!known.includes(name)) report(`${prefix}${name}`, message);
  }
}
