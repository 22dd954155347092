/** What a directory holds, with the indexes that make every look-up one step. */
import { awsManagedPolicies } from "./aws-managed-policies.ts";
import { EntityTable } from "./entity-table.ts";
import { IamError } from "./iam-error.ts";
import type {
  AccessKeyRecord,
  EntityRecord,
  GroupRecord,
  IamSnapshot,
  OpenIdConnectProviderRecord,
  PolicyRecord,
  RoleRecord,
  UserRecord,
} from "./iam-snapshot.ts";
import type { IamIdentitySource } from "./identity-source.ts";
import { ReferenceIndex } from "./reference-index.ts";

const POLICY_ARN = /^arn:aws:iam::(?:aws|\d{12}):policy\/[\u0021-\u007e]+$/;

/** The state that all operations work on. */
export class DirectoryState {
  readonly accountId: string;
  readonly identities: IamIdentitySource;
  readonly users: EntityTable<UserRecord>;
  readonly groups: EntityTable<GroupRecord>;
  readonly roles: EntityTable<RoleRecord>;
  /** By ARN, AWS's own first. */
  readonly policies = new Map<string, PolicyRecord>();
  /** Names of the account's own policies, in lower case. */
  readonly policyNames = new Set<string>();
  readonly accessKeys = new Map<string, AccessKeyRecord>();
  /** By ARN. */
  readonly openIdConnectProviders = new Map<string, OpenIdConnectProviderRecord>();
  readonly deletionTasks = new Set<string>();
  /** From the ARN of a policy to what it is attached to. */
  readonly attachments = new ReferenceIndex<EntityRecord>();
  /** From the ARN of a policy to the users and roles that it bounds. */
  readonly boundaries = new ReferenceIndex<UserRecord | RoleRecord>();
  /** From the id of a user to its keys. */
  readonly keysOfUser = new ReferenceIndex<AccessKeyRecord>();
  /** From the id of a group to its users. */
  readonly members = new ReferenceIndex<UserRecord>();
  /** ARNs of the policies that every account has. */
  readonly #builtIn: ReadonlySet<string>;

  constructor(accountId: string, identities: IamIdentitySource) {
    this.accountId = accountId;
    this.identities = identities;
    this.users = new EntityTable("user", accountId);
    this.groups = new EntityTable("group", accountId);
    this.roles = new EntityTable("role", accountId);
    const builtIn = awsManagedPolicies();
    this.#builtIn = new Set(builtIn.map(({ arn }) => arn));
    for (const policy of builtIn) this.policies.set(policy.arn, policy);
  }

  /** The time as IAM keeps it: without fractions of a second. */
  now(): string {
    const milliseconds = this.identities.now().getTime();
    return new Date(milliseconds - (milliseconds % 1000)).toISOString();
  }

  /**
   * A managed policy; `missing` is the service's sentence when there is none.
   *
   * @throws IamError `InvalidInput`, `NoSuchEntity`
   */
  requirePolicy(arn: string, missing = `Policy ${arn} was not found.`): PolicyRecord {
    if (!POLICY_ARN.test(arn)) throw new IamError("InvalidInput", `ARN ${arn} is not valid.`);
    const policy = this.policies.get(arn);
    if (policy === undefined) throw new IamError("NoSuchEntity", missing);
    return policy;
  }

  isOfAws({ arn }: PolicyRecord): boolean {
    return arn.startsWith("arn:aws:iam::aws:");
  }

  addPolicy(policy: PolicyRecord): void {
    this.policies.set(policy.arn, policy);
    // Names of AWS's policies are in another name space.
    if (!this.isOfAws(policy)) this.policyNames.add(policy.name.toLowerCase());
  }

  addUser(user: UserRecord): void {
    this.users.add(user);
    this.#index(user);
    for (const groupId of user.groupIds) this.members.add(groupId, user);
    if (user.permissionsBoundary !== undefined) this.boundaries.add(user.permissionsBoundary, user);
  }

  addGroup(group: GroupRecord): void {
    this.groups.add(group);
    this.#index(group);
  }

  addRole(role: RoleRecord): void {
    this.roles.add(role);
    this.#index(role);
    if (role.permissionsBoundary !== undefined) this.boundaries.add(role.permissionsBoundary, role);
  }

  addAccessKey(key: AccessKeyRecord): void {
    this.accessKeys.set(key.accessKeyId, key);
    this.keysOfUser.add(key.userId, key);
  }

  /** Plain data of everything, cut off from what lives on. */
  snapshot(): IamSnapshot {
    return structuredClone({
      formatVersion: 1,
      accountId: this.accountId,
      users: [...this.users.all()],
      groups: [...this.groups.all()],
      roles: [...this.roles.all()],
      policies: [...this.policies.values()].filter(({ arn }) => !this.#builtIn.has(arn)),
      accessKeys: [...this.accessKeys.values()],
      openIdConnectProviders: [...this.openIdConnectProviders.values()],
      deletionTasks: [...this.deletionTasks],
    });
  }

  /** The state that a snapshot was made of. */
  static restore(snapshot: IamSnapshot, identities: IamIdentitySource): DirectoryState {
    const state = new DirectoryState(snapshot.accountId, identities);
    state.#load(snapshot);
    return state;
  }

  /** Becomes what a snapshot was made of; whoever has this state sees it. */
  reset(snapshot: IamSnapshot): void {
    const { users, groups, roles, policies, policyNames, accessKeys } = this;
    const { openIdConnectProviders, deletionTasks } = this;
    const { attachments, boundaries, keysOfUser, members } = this;
    for (const part of [users, groups, roles, policies, policyNames, accessKeys]) part.clear();
    for (const part of [openIdConnectProviders, deletionTasks]) part.clear();
    for (const part of [attachments, boundaries, keysOfUser, members]) part.clear();
    for (const policy of awsManagedPolicies()) this.policies.set(policy.arn, policy);
    this.#load(snapshot);
  }

  #load(snapshot: IamSnapshot): void {
    const copy = structuredClone(snapshot);
    for (const policy of copy.policies) this.addPolicy(policy);
    for (const group of copy.groups) this.addGroup(group);
    for (const user of copy.users) this.addUser(user);
    for (const role of copy.roles) this.addRole(role);
    for (const key of copy.accessKeys) this.addAccessKey(key);
    for (const provider of copy.openIdConnectProviders) {
      this.openIdConnectProviders.set(provider.arn, provider);
    }
    for (const task of copy.deletionTasks) this.deletionTasks.add(task);
  }

  #index(record: EntityRecord): void {
    for (const arn of record.attachedPolicies) this.attachments.add(arn, record);
  }
}
