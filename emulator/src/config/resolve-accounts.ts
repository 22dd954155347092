/** From the `accounts` of a file to users and policies with ARNs, and what a schema cannot check there. */
import { type AccountId, parseAccountId } from "../dsql/index.ts";
import type { AttachedPolicy } from "../iam/index.ts";
import { DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCOUNT_ID, DEFAULT_USER_NAME } from "./defaults.ts";
import { makeDefaultUser } from "./default-user.ts";
import type { ConfiguredAccessKey, ConfiguredUser, ManagedPolicy } from "./emulator-config.ts";
import { childPath, isObject, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";
import {
  attachedPolicies,
  boundaryPolicy,
  type DeclaredPolicy,
  declaredPolicies,
  isTwice,
  type Report,
} from "./resolve-policies.ts";

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

/** Resolves what has the schema's form and passes over the rest, which the schema's check reports. */
export function resolveAccounts(file: JsonObject, report: Report): ResolvedAccounts {
  const entries = accountEntries(file["accounts"], report);
  const firstAccount = entries[0]?.accountId ?? DEFAULT_ACCOUNT_ID;
  const declared = entries.flatMap(({ accountId, body, path }) =>
    declaredPolicies(accountId, body["policies"], `${path}.policies`, report),
  );
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
    // With a wrong id, which the schema's check reports, the rest is checked all the same.
    const accountId = parseAccountId(id ?? "") ?? DEFAULT_ACCOUNT_ID;
    if (accountId === id && isTwice(seen, accountId, idPath, report)) return [];
    return [{ accountId, path, body: objectOf(body) }];
  });
}

/** A group, and the policies that its members get from it. */
interface Group {
  readonly name: string;
  readonly policies: readonly AttachedPolicy[];
}

function accountGroups(
  entry: AccountEntry,
  ofAccount: readonly DeclaredPolicy[],
  report: Report,
): readonly Group[] {
  const seen = new Map<string, string>();
  return listOf(entry.body["groups"]).map((item, index) => {
    const path = `${entry.path}.groups[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]) ?? "";
    const arn = `arn:aws:iam::${entry.accountId}:group${textOf(body["path"]) ?? "/"}${name}`;
    if (name !== "") isTwice(seen, name.toLowerCase(), `${path}.name`, report);
    return { name, policies: attachedPolicies(body, ofAccount, { path, arn }, report) };
  });
}

function accountUsers(
  entry: AccountEntry,
  declared: readonly DeclaredPolicy[],
  keyOwners: Map<string, string>,
  report: Report,
): readonly ConfiguredUser[] {
  const { accountId } = entry;
  const ofAccount = declared.filter((policy) => policy.accountId === accountId);
  const groups = accountGroups(entry, ofAccount, report);
  const seen = new Map<string, string>();
  return listOf(entry.body["users"]).map((item, index) => {
    const path = `${entry.path}.users[${index}]`;
    const body = objectOf(item);
    const name = textOf(body["name"]) ?? "";
    const iamPath = textOf(body["path"]) ?? "/";
    const arn = `arn:aws:iam::${accountId}:user${iamPath}${name}`;
    if (name !== "") isTwice(seen, name.toLowerCase(), `${path}.name`, report);
    const owner = { path, arn };
    const boundary = boundaryPolicy(body["permissionsBoundary"], ofAccount, owner, report);
    return {
      accountId,
      name,
      path: iamPath,
      arn,
      accessKeys: readAccessKeys(body["accessKeys"], `${path}.accessKeys`, keyOwners, report),
      policies: [
        ...attachedPolicies(body, ofAccount, owner, report),
        ...groupPolicies(body["groups"], groups, `${path}.groups`, report),
      ],
      ...(boundary === undefined ? {} : { boundary }),
      tags: objectOf(body["tags"]) as Readonly<Record<string, string>>,
    };
  });
}

function groupPolicies(
  json: unknown,
  groups: readonly Group[],
  path: string,
  report: Report,
): readonly AttachedPolicy[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((name, index) => {
    if (typeof name !== "string") return [];
    const found = groups.find((group) => group.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) {
      const names = groups.map((group) => group.name).join(", ") || "it has none";
      report(`${path}[${index}]`, `is \`${name}\`; expected a group of the account: ${names}`);
      return [];
    }
    isTwice(seen, name.toLowerCase(), `${path}[${index}]`, report);
    return found.policies;
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
