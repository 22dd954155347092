/** From the `accounts` of a file to what they declare, and what a schema cannot check there. */
import { type AccountId, parseAccountId } from "../dsql/index.ts";
import { DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCOUNT_ID, DEFAULT_USER_NAME } from "./defaults.ts";
import type { ConfiguredAccount, ConfiguredDefaultUser } from "./emulator-config.ts";
import { readAuthorizationDetails, withImported } from "./import-authorization-details.ts";
import { childPath, isObject, type JsonObject, objectOf, textOf } from "./json-value.ts";
import {
  type AccountContext,
  accountGroups,
  accountProviders,
  accountRoles,
  accountUsers,
} from "./resolve-identities.ts";
import { resolveOrganization } from "./resolve-organization.ts";
import { isTwice, managedPolicies, type Report } from "./resolve-policies.ts";

/** Accounts with all that is in them. */
export interface ResolvedAccounts {
  /** Never empty. */
  readonly accounts: readonly ConfiguredAccount[];
  readonly defaultUser: ConfiguredDefaultUser | undefined;
}

interface AccountEntry {
  readonly accountId: AccountId;
  readonly path: string;
  readonly body: JsonObject;
}

/**
 * Resolves what has the schema's form and passes over the rest, which the schema's check reports.
 *
 * @param directory base of relative paths in the file; absolute
 */
export function resolveAccounts(
  file: JsonObject,
  directory: string,
  report: Report,
): ResolvedAccounts {
  const declared = accountEntries(file["accounts"], report);
  const entries: readonly AccountEntry[] =
    declared.length === 0
      ? [{ accountId: DEFAULT_ACCOUNT_ID, path: "accounts", body: {} }]
      : declared;
  const memberships = resolveOrganization(file["organization"], entries, report);
  const keyOwners = new Map<string, string>();
  const accounts = entries.map((entry): ConfiguredAccount => {
    const { accountId } = entry;
    const membership = memberships.get(accountId);
    const account = resolveAccount(entry, { directory, keyOwners, report });
    return { ...account, accountId, ...(membership === undefined ? {} : { membership }) };
  });
  const [first] = accounts;
  const defaultUser = first && resolveDefaultUser(file["defaultUser"], first, report);
  const owner = keyOwners.get(DEFAULT_ACCESS_KEY_ID);
  if (defaultUser !== undefined && owner !== undefined) {
    const message = `is the key of ${DEFAULT_USER_NAME}; expected another id, or \`defaultUser: false\``;
    report(owner, message);
  }
  return { accounts, defaultUser };
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

/** What the file declares, over what the account's authorization details have. */
function resolveAccount(
  { accountId, path, body }: AccountEntry,
  shared: Pick<AccountContext, "directory" | "keyOwners" | "report">,
): Omit<ConfiguredAccount, "accountId" | "membership"> {
  const { report, directory } = shared;
  const imported = readAuthorizationDetails({
    file: textOf(body["authorizationDetails"]),
    accountId,
    directory,
    path: `${path}.authorizationDetails`,
    report,
  });
  const policies = [
    ...imported.policies,
    ...managedPolicies(body["policies"], `${path}.policies`, report),
  ];
  const context: AccountContext = { path, known: { accountId, policies }, ...shared };
  const ownGroups = accountGroups(body["groups"], context);
  const groups = [...imported.groups, ...ownGroups];
  return withImported(
    imported,
    {
      policies,
      groups: ownGroups,
      users: accountUsers(body["users"], groups, context),
      roles: accountRoles(body["roles"], context),
      oidcProviders: accountProviders(body["oidcProviders"], context),
    },
    path,
    report,
  );
}

function resolveDefaultUser(
  json: unknown,
  { accountId, users }: ConfiguredAccount,
  report: Report,
): ConfiguredDefaultUser | undefined {
  if (json === false) return undefined;
  if (!users.some(({ name }) => name.toLowerCase() === DEFAULT_USER_NAME)) {
    return { accountId, secretAccessKey: textOf(objectOf(json)["secret"]) };
  }
  if (isObject(json)) {
    report("defaultUser", `is given although account ${accountId} declares ${DEFAULT_USER_NAME}`);
  }
  return undefined;
}
