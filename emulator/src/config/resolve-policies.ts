/** Policies of a file: inline ones, customer managed ones, and references from one to the other. */
import type { AccountId } from "../dsql/index.ts";
import {
  type AttachedPolicy,
  parsePolicyDocument,
  type PolicyDocument,
  type PolicyUse,
} from "../iam/index.ts";
import type { ManagedPolicy } from "./emulator-config.ts";
import { isObject, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";

/** Takes one problem: where it is and what it is. */
export type Report = (path: string, message: string) => void;

/** A managed policy as declared; `policy` is `undefined` when its document is malformed. */
export interface DeclaredPolicy {
  readonly accountId: AccountId;
  readonly name: string;
  readonly arn: string;
  readonly policy: ManagedPolicy | undefined;
}

/** The customer managed policies of one account. */
export function declaredPolicies(
  accountId: AccountId,
  json: unknown,
  path: string,
  report: Report,
): readonly DeclaredPolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]);
    const document = readDocument(body["document"], `${itemPath}.document`, report);
    if (name === undefined) return [];
    // Names are unique in an account without regard to case, as in IAM.
    isTwice(seen, name.toLowerCase(), `${itemPath}.name`, report);
    const iamPath = textOf(body["path"]) ?? "/";
    const arn = `arn:aws:iam::${accountId}:policy${iamPath}${name}`;
    const policy = document && { accountId, name, path: iamPath, arn, document };
    return [{ accountId, name, arn, policy }];
  });
}

/** Inline and managed policies of a user or a group, in the order of the file. */
export function attachedPolicies(
  body: JsonObject,
  ofAccount: readonly DeclaredPolicy[],
  owner: { readonly path: string; readonly arn: string },
  report: Report,
): readonly AttachedPolicy[] {
  const seen = new Map<string, string>();
  const managed = listOf(body["managedPolicies"]).flatMap((reference, index) => {
    const path = `${owner.path}.managedPolicies[${index}]`;
    const found = findPolicy(reference, ofAccount, path, report);
    if (found === undefined) return [];
    isTwice(seen, found.arn, path, report);
    return attachManaged(found, owner.arn);
  });
  return [...inlinePolicies(body["policies"], owner, report), ...managed];
}

/** The policy that a `permissionsBoundary` names. */
export function boundaryPolicy(
  reference: unknown,
  ofAccount: readonly DeclaredPolicy[],
  owner: { readonly path: string; readonly arn: string },
  report: Report,
): AttachedPolicy | undefined {
  const path = `${owner.path}.permissionsBoundary`;
  const found = findPolicy(reference, ofAccount, path, report);
  return found === undefined ? undefined : attachManaged(found, owner.arn)[0];
}

function inlinePolicies(
  json: unknown,
  owner: { readonly path: string; readonly arn: string },
  report: Report,
): readonly AttachedPolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const path = `${owner.path}.policies[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]);
    const document = readDocument(body["document"], `${path}.document`, report);
    if (name === undefined) return [];
    isTwice(seen, name, `${path}.name`, report);
    return document === undefined
      ? []
      : [{ document, source: { kind: "inline", name, attachedTo: owner.arn } }];
  });
}

function findPolicy(
  reference: unknown,
  ofAccount: readonly DeclaredPolicy[],
  path: string,
  report: Report,
): DeclaredPolicy | undefined {
  if (typeof reference !== "string") return undefined;
  const found = ofAccount.find(({ name, arn }) => reference === name || reference === arn);
  if (found === undefined) report(path, notFound(reference, ofAccount));
  return found;
}

function attachManaged(
  { policy, name, arn }: DeclaredPolicy,
  attachedTo: string,
): readonly AttachedPolicy[] {
  if (policy === undefined) return [];
  return [{ document: policy.document, source: { kind: "managed", name, attachedTo, arn } }];
}

function notFound(reference: string, ofAccount: readonly DeclaredPolicy[]): string {
  if (reference.startsWith("arn:aws:iam::aws:")) {
    return `is \`${reference}\`; the policies that AWS manages are not supported yet, declare it under \`policies\` of the account`;
  }
  const names = ofAccount.map(({ name }) => name).join(", ");
  return `is \`${reference}\`; expected the name or ARN of a policy of the account: ${names || "it has none"}`;
}

/** Parses a document; what is malformed is reported with its place, and the result is `undefined`. */
export function readDocument(
  json: unknown,
  path: string,
  report: Report,
  use: PolicyUse = "identity",
): PolicyDocument | undefined {
  if (!isObject(json)) return undefined;
  const parsed = parsePolicyDocument(json, { use });
  if (parsed.kind === "parsed") return parsed.document;
  for (const problem of parsed.problems) {
    report(problem.path === "" ? path : `${path}.${problem.path}`, problem.message);
  }
  return undefined;
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
