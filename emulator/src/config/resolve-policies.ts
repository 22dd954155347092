/** Policies of a file: inline ones, customer managed ones, and references from one to the other. */
import {
  AWS_MANAGED_POLICY_ARNS,
  type DeclaredDocument,
  type DeclaredInlinePolicy,
  type DeclaredManagedPolicy,
  type DeclaredPolicyVersion,
  type DeclaredTags,
  parsePolicyDocument,
  POLICY_SIZE_LIMITS,
  type PolicyDocument,
  type PolicyUse,
} from "../iam/index.ts";
import { isObject, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";

/** Takes one problem: where it is and what it is. */
export type Report = (path: string, message: string) => void;

/** The policies that entities of one account can name. */
export interface KnownPolicies {
  readonly accountId: string;
  readonly policies: readonly DeclaredManagedPolicy[];
}

/** The customer managed policies of one account. */
export function managedPolicies(
  json: unknown,
  path: string,
  report: Report,
): readonly DeclaredManagedPolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]);
    const versions = policyVersions(body, itemPath, report);
    if (name === undefined) return [];
    // Names are unique in an account without regard to case, as in IAM.
    isTwice(seen, name.toLowerCase(), `${itemPath}.name`, report);
    const description = textOf(body["description"]);
    return [
      {
        name,
        path: textOf(body["path"]) ?? "/",
        versions,
        tags: tagsOf(body["tags"]),
        ...(description === undefined ? {} : { description }),
        ...(body["isOfAws"] === true ? { isOfAws: true } : {}),
      },
    ];
  });
}

/** One `document`, or `versions` of which one is the default. */
function policyVersions(
  body: JsonObject,
  path: string,
  report: Report,
): readonly DeclaredPolicyVersion[] {
  const { document, versions } = body;
  const limit = POLICY_SIZE_LIMITS.managed;
  if (isObject(document)) {
    if (versions !== undefined) report(`${path}.versions`, "is given beside `document`");
    const checked = checkDocument(document, `${path}.document`, report, "identity", limit);
    return checked === undefined ? [] : [{ id: "v1", document: checked, isDefault: true }];
  }
  if (versions === undefined) {
    if (Object.keys(body).length > 0 && document === undefined)
      report(`${path}.document`, "is missing");
    return [];
  }
  const seen = new Map<string, string>();
  const read = listOf(versions).flatMap((item, index) => {
    const version = objectOf(item);
    const itemPath = `${path}.versions[${index}]`;
    const id = textOf(version["id"]) ?? "";
    isTwice(seen, id, `${itemPath}.id`, report);
    const checked = checkDocument(
      version["document"],
      `${itemPath}.document`,
      report,
      "identity",
      limit,
    );
    if (checked === undefined) return [];
    return [{ id, document: checked, isDefault: version["isDefault"] === true }];
  });
  const defaults = listOf(versions).filter((item) => objectOf(item)["isDefault"] === true).length;
  if (defaults !== 1) {
    report(`${path}.versions`, `has ${defaults} versions with isDefault; expected one`);
  }
  return read;
}

/** Inline policies of a user, group or role. */
export function inlinePolicies(
  json: unknown,
  path: string,
  maxCharacters: number,
  report: Report,
): readonly DeclaredInlinePolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]);
    const document = checkDocument(
      body["document"],
      `${itemPath}.document`,
      report,
      "identity",
      maxCharacters,
    );
    if (name === undefined) return [];
    isTwice(seen, name, `${itemPath}.name`, report);
    return document === undefined ? [] : [{ name, document }];
  });
}

/** ARNs of the managed policies that a user, group or role names. */
export function policyReferences(
  json: unknown,
  path: string,
  known: KnownPolicies,
  report: Report,
): readonly string[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((reference, index) => {
    const itemPath = `${path}[${index}]`;
    const arn = policyReference(reference, itemPath, known, report);
    if (arn === undefined) return [];
    isTwice(seen, arn, itemPath, report);
    return [arn];
  });
}

/** ARN of the managed policy that is named, by its name or its ARN. */
export function policyReference(
  reference: unknown,
  path: string,
  known: KnownPolicies,
  report: Report,
): string | undefined {
  if (typeof reference !== "string") return undefined;
  const arns = known.policies.map((policy) => ({ ...policy, arn: arnOf(known.accountId, policy) }));
  const found = arns.find(({ name, arn }) => reference === name || reference === arn);
  if (found !== undefined) return found.arn;
  if (AWS_MANAGED_POLICY_ARNS.includes(reference)) return reference;
  report(path, notFound(reference, known));
  return undefined;
}

function arnOf(accountId: string, { path, name, isOfAws }: DeclaredManagedPolicy): string {
  return `arn:aws:iam::${isOfAws === true ? "aws" : accountId}:policy${path}${name}`;
}

function notFound(reference: string, { policies }: KnownPolicies): string {
  if (reference.startsWith("arn:aws:iam::aws:")) {
    return `is \`${reference}\`; of the policies that AWS manages, the emulator has ${AWS_MANAGED_POLICY_ARNS.length}: ${AWS_MANAGED_POLICY_ARNS.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)).join(", ")}; declare another under \`policies\` of the account`;
  }
  const names = policies.map(({ name }) => name).join(", ");
  return `is \`${reference}\`; expected the name or ARN of a policy of the account: ${names || "it has none"}`;
}

/** Checks a document and gives it as it stands in the file; what is malformed is reported with its place. */
export function checkDocument(
  json: unknown,
  path: string,
  report: Report,
  use: PolicyUse,
  maxCharacters?: number,
): DeclaredDocument | undefined {
  return readDocument(json, path, report, use, maxCharacters) === undefined
    ? undefined
    : objectOf(json);
}

/** Parses a document; what is malformed is reported with its place, and the result is `undefined`. */
export function readDocument(
  json: unknown,
  path: string,
  report: Report,
  use: PolicyUse,
  maxCharacters?: number,
): PolicyDocument | undefined {
  if (!isObject(json)) return undefined;
  const parsed = parsePolicyDocument(json, {
    use,
    ...(maxCharacters === undefined ? {} : { maxCharacters }),
  });
  if (parsed.kind === "parsed") return parsed.document;
  for (const problem of parsed.problems) {
    report(problem.path === "" ? path : `${path}.${problem.path}`, problem.message);
  }
  return undefined;
}

/** Tags as the schema has checked them. */
export function tagsOf(json: unknown): DeclaredTags {
  return objectOf(json) as DeclaredTags;
}

/** Reports a second occurrence with the path of the first one. */
export function isTwice(
  seen: Map<string, string>,
  key: string,
  path: string,
  report: Report,
): boolean {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, path);
  else report(path, `is the same as ${first}`);
  return first !== undefined;
}
