/** From the `accounts` of a file to users and policies with ARNs, and what a schema cannot check there. */
import { type AccountId, parseAccountId } from "../dsql/index.ts";
import { type AttachedPolicy, parsePolicyDocument, type PolicyDocument } from "../iam/index.ts";
import { DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCOUNT_ID, DEFAULT_USER_NAME } from "./defaults.ts";
import { makeDefaultUser } from "./default-user.ts";
import type { ConfiguredAccessKey, ConfiguredUser, ManagedPolicy } from "./emulator-config.ts";
import { childPath, isObject, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";

/** Takes one problem: where it is and what it is. */
export type Report = (path: string, message: string) => void;

/** Accounts with all that is in them. */
export interface ResolvedAccounts {
  readonly accounts: readonly AccountId[];
  readonly users: readonly ConfiguredUser[];
  readonly managedPolicies: readonly ManagedPolicy[];
}

interface AccountEntry {
  readonly accountId: AccountId;
  readonly path: string;
  readonly body: JsonObject;
}

/** A managed policy as declared; `policy` is `undefined` when its document is malformed. */
interface DeclaredPolicy {
  readonly accountId: AccountId;
  readonly name: string;
  readonly arn: string;
  readonly policy: ManagedPolicy | undefined;
}

/** Resolves what has the schema's form and passes over the rest, which the schema's check reports. */
export function resolveAccounts(file: JsonObject, report: Report): ResolvedAccounts {
  const entries = accountEntries(file["accounts"], report);
  const firstAccount = entries[0]?.accountId ?? DEFAULT_ACCOUNT_ID;
  const declared = entries.flatMap((entry) => declaredPolicies(entry, report));
  const keyOwners = new Map<string, string>();
  const users = entries.flatMap((entry) => accountUsers(entry, declared, keyOwners, report));
  const defaultUser = resolveDefaultUser(file["defaultUser"], firstAccount, users, report);
  if (defaultUser !== undefined) {
    const owner = keyOwners.get(DEFAULT_ACCESS_KEY_ID);
    const owned = `is the key of ${DEFAULT_USER_NAME}; expected another id, or \`defaultUser: false\``;
    if (owner !== undefined) report(owner, owned);
  }
  return {
    accounts: entries.length === 0 ? [firstAccount] : entries.map(({ accountId }) => accountId),
    users: defaultUser === undefined ? users : [defaultUser, ...users],
    managedPolicies: declared.flatMap(({ policy }) => (policy === undefined ? [] : [policy])),
  };
}

function accountEntries(accounts: unknown, report: Report): readonly AccountEntry[] {
  const raw = Array.isArray(accounts)
    ? accounts.map((item, index) => {
        const path = childPath("accounts", index);
        return {
          id: textOf(objectOf(item)["id"]),
          idPath: `${path}.id`,
          path,
          body: item as unknown,
        };
      })
    : Object.entries(objectOf(accounts)).map(([id, body]) => {
        const path = childPath("accounts", id);
        return { id, idPath: path, path, body };
      });
  const seen = new Map<string, string>();
  return raw.flatMap(({ id, idPath, path, body }) => {
    const accountId = parseAccountId(id ?? "");
    if (accountId === undefined) return [];
    if (isTwice(seen, accountId, idPath, report)) return [];
    return [{ accountId, path, body: objectOf(body) }];
  });
}

function declaredPolicies(entry: AccountEntry, report: Report): readonly DeclaredPolicy[] {
  const { accountId } = entry;
  const seen = new Map<string, string>();
  return listOf(entry.body["policies"]).flatMap((item, index) => {
    const path = `${entry.path}.policies[${index}]`;
    const json = objectOf(item);
    const name = textOf(json["name"]);
    const document = readDocument(json["document"], `${path}.document`, report);
    if (name === undefined) return [];
    // Names are unique in an account without regard to case, as in IAM.
    isTwice(seen, name.toLowerCase(), `${path}.name`, report);
    const iamPath = textOf(json["path"]) ?? "/";
    const arn = `arn:aws:iam::${accountId}:policy${iamPath}${name}`;
    const policy = document && { accountId, name, path: iamPath, arn, document };
    return [{ accountId, name, arn, policy }];
  });
}

function accountUsers(
  entry: AccountEntry,
  declared: readonly DeclaredPolicy[],
  keyOwners: Map<string, string>,
  report: Report,
): readonly ConfiguredUser[] {
  const ofAccount = declared.filter(({ accountId }) => accountId === entry.accountId);
  const seen = new Map<string, string>();
  return listOf(entry.body["users"]).flatMap((item, index) => {
    const path = `${entry.path}.users[${index}]`;
    const json = objectOf(item);
    const name = textOf(json["name"]) ?? "";
    const iamPath = textOf(json["path"]) ?? "/";
    const arn = `arn:aws:iam::${entry.accountId}:user${iamPath}${name}`;
    if (name !== "") isTwice(seen, name.toLowerCase(), `${path}.name`, report);
    const accessKeys = readAccessKeys(json["accessKeys"], `${path}.accessKeys`, keyOwners, report);
    const inline = readInlinePolicies(json["policies"], `${path}.policies`, arn, report);
    const managed = attachManaged(json["managedPolicies"], ofAccount, path, arn, report);
    const policies = [...inline, ...managed];
    return [{ accountId: entry.accountId, name, path: iamPath, arn, accessKeys, policies }];
  });
}

function readAccessKeys(
  json: unknown,
  path: string,
  keyOwners: Map<string, string>,
  report: Report,
): readonly ConfiguredAccessKey[] {
  return listOf(json).flatMap((item, index) => {
    const { id, secret, status } = objectOf(item);
    if (typeof id !== "string" || typeof secret !== "string") return [];
    isTwice(keyOwners, id, `${path}[${index}].id`, report);
    const state = status === "Inactive" ? status : "Active";
    return [{ accessKeyId: id, secretAccessKey: secret, status: state }];
  });
}

function readInlinePolicies(
  json: unknown,
  path: string,
  attachedTo: string,
  report: Report,
): readonly AttachedPolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const body = objectOf(item);
    const name = textOf(body["name"]);
    const document = readDocument(body["document"], `${path}[${index}].document`, report);
    if (name === undefined) return [];
    isTwice(seen, name, `${path}[${index}].name`, report);
    return document === undefined
      ? []
      : [{ document, source: { kind: "inline", name, attachedTo } }];
  });
}

function attachManaged(
  json: unknown,
  ofAccount: readonly DeclaredPolicy[],
  userPath: string,
  attachedTo: string,
  report: Report,
): readonly AttachedPolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((reference, index) => {
    if (typeof reference !== "string") return [];
    const path = `${userPath}.managedPolicies[${index}]`;
    const found = ofAccount.find(({ name, arn }) => reference === name || reference === arn);
    if (found === undefined) {
      report(path, notFound(reference, ofAccount));
      return [];
    }
    isTwice(seen, found.arn, path, report);
    if (found.policy === undefined) return [];
    const source = { kind: "managed" as const, name: found.name, attachedTo };
    return [{ document: found.policy.document, source }];
  });
}

function notFound(reference: string, ofAccount: readonly DeclaredPolicy[]): string {
  if (reference.startsWith("arn:aws:iam::aws:")) {
    return `is \`${reference}\`; the policies that AWS manages are not supported yet, declare it under \`policies\` of the account`;
  }
  const names = ofAccount.map(({ name }) => name).join(", ");
  return `is \`${reference}\`; expected the name or ARN of a policy of the account: ${names || "it has none"}`;
}

function readDocument(json: unknown, path: string, report: Report): PolicyDocument | undefined {
  if (!isObject(json)) return undefined;
  const parsed = parsePolicyDocument(json);
  if (parsed.kind === "parsed") return parsed.document;
  for (const problem of parsed.problems) {
    report(problem.path === "" ? path : `${path}.${problem.path}`, problem.message);
  }
  return undefined;
}

function resolveDefaultUser(
  json: unknown,
  accountId: AccountId,
  users: readonly ConfiguredUser[],
  report: Report,
): ConfiguredUser | undefined {
  if (json === false) return undefined;
  const isDeclared = users.some(
    (user) => user.accountId === accountId && user.name.toLowerCase() === DEFAULT_USER_NAME,
  );
  if (!isDeclared) return makeDefaultUser(accountId, textOf(objectOf(json)["secret"]));
  if (isObject(json)) {
    report("defaultUser", `is given although account ${accountId} declares ${DEFAULT_USER_NAME}`);
  }
  return undefined;
}

/** Reports a second occurrence with the path of the first one. */
function isTwice(seen: Map<string, string>, key: string, path: string, report: Report): boolean {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, path);
  else report(path, `is the same as ${first}`);
  return first !== undefined;
}
