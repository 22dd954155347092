/** The authorization details of a real account, as the AWS CLI prints them, beneath what a file declares. */
import { resolve } from "node:path";
import {
  type DeclaredAccount,
  type DeclaredUser,
  parseAuthorizationDetails,
} from "../iam/index.ts";
import { readConfigFile } from "./read-config-file.ts";
import type { Report } from "./resolve-policies.ts";

/** What an account declares, without its id. */
type Declarations = Omit<DeclaredAccount, "accountId">;

const NOTHING: Declarations = { users: [], groups: [], roles: [], policies: [], oidcProviders: [] };

/** Where details are, and for whom. */
export interface DetailsReference {
  /** Relative to `directory`; `undefined` if there are none. */
  readonly file: string | undefined;
  readonly directory: string;
  readonly accountId: string;
  /** Of the reference in the configuration file. */
  readonly path: string;
  readonly report: Report;
}

/**
 * Reads the JSON of `aws iam get-account-authorization-details`; what is wrong with it is reported.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/iam/get-account-authorization-details.html
 */
export function readAuthorizationDetails(reference: DetailsReference): Declarations {
  const { file, directory, accountId, path, report } = reference;
  if (file === undefined) return NOTHING;
  const absolute = resolve(directory, file);
  const read = readConfigFile(absolute);
  if (read.kind !== "text") {
    report(
      path,
      read.kind === "absent" ? `is \`${file}\`; it does not exist` : read.problem.message,
    );
    return NOTHING;
  }
  let json: unknown;
  try {
    json = JSON.parse(read.text);
  } catch {
    report(path, `is \`${file}\`; it is not JSON`);
    return NOTHING;
  }
  const parsed = parseAuthorizationDetails(json);
  if (parsed.kind === "malformed") {
    for (const problem of parsed.problems) {
      report(`${absolute}${problem.path === "" ? "" : `: ${problem.path}`}`, problem.message);
    }
    return NOTHING;
  }
  const { accountId: found, ...details } = parsed.account;
  if (found !== accountId) report(path, `is \`${file}\`; it is of account ${found}`);
  return details;
}

/**
 * Both together. A user of both is one: what the file gives is added, such as an access key, which
 * details do not have. Other names must not be there twice.
 *
 * @param declared its policies are the imported ones and then its own
 */
export function withImported(
  imported: Declarations,
  declared: Declarations,
  path: string,
  report: Report,
): Declarations {
  const own = { ...declared, policies: declared.policies.slice(imported.policies.length) };
  for (const kind of ["groups", "roles", "policies"] as const) {
    const names = new Set(imported[kind].map(({ name }) => name.toLowerCase()));
    own[kind].forEach(({ name }, index) => {
      if (!names.has(name.toLowerCase())) return;
      report(`${path}.${kind}[${index}].name`, "is also in the authorization details");
    });
  }
  const added = new Map(declared.users.map((user) => [user.name.toLowerCase(), user]));
  const users = imported.users.map((user) => {
    const more = added.get(user.name.toLowerCase());
    added.delete(user.name.toLowerCase());
    return more === undefined ? user : mergedUser(user, more);
  });
  return {
    users: [...users, ...added.values()],
    groups: [...imported.groups, ...declared.groups],
    roles: [...imported.roles, ...declared.roles],
    policies: declared.policies,
    oidcProviders: [...imported.oidcProviders, ...declared.oidcProviders],
  };
}

function mergedUser(imported: DeclaredUser, declared: DeclaredUser): DeclaredUser {
  return {
    ...imported,
    accessKeys: [...imported.accessKeys, ...declared.accessKeys],
    policies: [...imported.policies, ...declared.policies],
    managedPolicies: [...new Set([...imported.managedPolicies, ...declared.managedPolicies])],
    groups: [...new Set([...imported.groups, ...declared.groups])],
    permissionsBoundary: declared.permissionsBoundary ?? imported.permissionsBoundary,
    tags: { ...imported.tags, ...declared.tags },
    mfaDevices: declared.mfaDevices,
  };
}
