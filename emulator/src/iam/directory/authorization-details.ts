/**
 * From what `aws iam get-account-authorization-details` prints to a declaration of the account.
 * The format has no access keys, no devices, no OpenID Connect providers, no session durations and
 * descriptions of roles, and no tags of policies: an account that is read from it has none.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
import { isObject, type PolicyProblem } from "../policy-problem.ts";
import { DetailAccount } from "./detail-account.ts";
import { DetailReader, type Place } from "./detail-reader.ts";
import { readDetailPolicy } from "./detail-policy.ts";
import type {
  DeclaredAccount,
  DeclaredEntity,
  DeclaredGroup,
  DeclaredRole,
  DeclaredUser,
} from "./declared-account.ts";
import { TEXT_RULES, type TextRule } from "./member-rules.ts";

/** An account, or everything that is wrong with its description. */
export type ParsedAuthorizationDetails =
  | { readonly kind: "parsed"; readonly account: DeclaredAccount }
  | { readonly kind: "malformed"; readonly problems: readonly PolicyProblem[] };

const LISTS: readonly string[] = [
  "UserDetailList",
  "GroupDetailList",
  "RoleDetailList",
  "Policies",
];
/** What the format does not say: AWS's default. */
const SESSION_SECONDS = 3600;
const LINKED_ROLE_PATH = /^\/aws-service-role\/([^/]+)\//;

/**
 * Reads the answer, all pages in one. Members that say nothing of permissions are passed over; what
 * is referred to must be there, since a missing policy would change what is allowed. Never throws.
 */
export function parseAuthorizationDetails(json: unknown): ParsedAuthorizationDetails {
  const reader = new DetailReader();
  if (!isObject(json) || !LISTS.some((name) => json[name] !== undefined)) {
    const message = `must be an object with ${LISTS.join(", ")}`;
    return { kind: "malformed", problems: [{ path: "", message }] };
  }
  const root: Place = { json, path: "" };
  for (const name of ["IsTruncated", "Marker", "NextToken"]) {
    if (json[name] === undefined || json[name] === false || json[name] === null) continue;
    reader.report(name, "says that there are more pages: all are needed");
  }

  const account = new DetailAccount(reader);
  const entities = new EntityReader(reader, account);
  const groups = reader.list(root, "GroupDetailList").map((place) => entities.group(place));
  const users = reader.list(root, "UserDetailList").map((place) => entities.user(place));
  const roles = reader.list(root, "RoleDetailList").map((place) => entities.role(place));
  const policies = reader
    .list(root, "Policies")
    .flatMap((place) => readDetailPolicy(reader, account, place) ?? []);
  const accountId = account.finish();
  const { problems } = reader;
  if (problems.length > 0 || accountId === undefined) return { kind: "malformed", problems };
  const oidcProviders: DeclaredAccount["oidcProviders"] = [];
  return {
    kind: "parsed",
    account: { accountId, users, groups, roles, policies, oidcProviders },
  };
}

type EntityKind = "user" | "group" | "role";

const NAMES: Readonly<Record<EntityKind, { readonly member: string; readonly rule: TextRule }>> = {
  user: { member: "UserName", rule: TEXT_RULES.newUserName },
  group: { member: "GroupName", rule: TEXT_RULES.groupName },
  role: { member: "RoleName", rule: TEXT_RULES.roleName },
};

/** Reads users, groups and roles. */
class EntityReader {
  readonly #reader: DetailReader;
  readonly #account: DetailAccount;

  constructor(reader: DetailReader, account: DetailAccount) {
    this.#reader = reader;
    this.#account = account;
  }

  user(place: Place): DeclaredUser {
    const groups = this.#reader.texts(place, "GroupList");
    for (const group of groups) this.#account.refersToGroup(group);
    return {
      ...this.#entity("user", "UserPolicyList", place),
      ...this.#boundary(place),
      accessKeys: [],
      groups: groups.map(({ text }) => text),
      tags: this.#reader.tags(place),
      mfaDevices: [],
    };
  }

  group(place: Place): DeclaredGroup {
    return this.#entity("group", "GroupPolicyList", place);
  }

  role(place: Place): DeclaredRole {
    const entity = this.#entity("role", "RolePolicyList", place);
    const linkedService = LINKED_ROLE_PATH.exec(entity.path)?.[1];
    return {
      ...entity,
      ...this.#boundary(place),
      trustPolicy: this.#reader.document(place, "AssumeRolePolicyDocument", "trust"),
      maxSessionDuration: SESSION_SECONDS,
      tags: this.#reader.tags(place),
      ...(linkedService === undefined ? {} : { linkedService }),
    };
  }

  #entity(kind: EntityKind, inlineList: string, place: Place): DeclaredEntity {
    const { member, rule } = NAMES[kind];
    const name = this.#reader.text(place, member, rule);
    const path = this.#reader.text(place, "Path", TEXT_RULES.path);
    this.#account.names(kind, { text: name, path: `${place.path}.${member}` });
    this.#account.owns(place, `${kind}${path}${name}`);
    const names = new Set<string>();
    const policies = this.#reader.list(place, inlineList).map((policy) => {
      const policyName = this.#reader.text(policy, "PolicyName", TEXT_RULES.policyName);
      if (names.has(policyName)) this.#reader.report(`${policy.path}.PolicyName`, "comes twice");
      names.add(policyName);
      const document = this.#reader.document(policy, "PolicyDocument", "identity");
      return { name: policyName, document };
    });
    const managedPolicies = this.#reader
      .list(place, "AttachedManagedPolicies")
      .map((attached) => this.#policyArn(attached, "PolicyArn"));
    return { name, path, policies, managedPolicies };
  }

  #boundary(place: Place): { readonly permissionsBoundary?: string } {
    const json = place.json["PermissionsBoundary"];
    if (json === undefined) return {};
    const path = `${place.path}.PermissionsBoundary`;
    if (!isObject(json)) {
      this.#reader.report(path, "must be an object");
      return {};
    }
    return { permissionsBoundary: this.#policyArn({ json, path }, "PermissionsBoundaryArn") };
  }

  #policyArn(place: Place, member: string): string {
    const text = this.#reader.text(place, member, TEXT_RULES.arn);
    this.#account.refersToPolicy({ text, path: `${place.path}.${member}` });
    return text;
  }
}
