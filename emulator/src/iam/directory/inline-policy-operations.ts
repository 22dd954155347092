/**
 * Inline policies of users, groups and roles.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#inline-policies
 */
import { POLICY_SIZE_LIMITS } from "../policy-size.ts";
import type { DirectoryState } from "./directory-state.ts";
import type { EntityTable } from "./entity-table.ts";
import type { GroupNameInput } from "./group-operations.ts";
import { IamError } from "./iam-error.ts";
import type { EntityRecord, InlinePolicyRecord } from "./iam-snapshot.ts";
import { checkMembers, required, TEXT_RULES, type TextRule } from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { parsePolicyText } from "./parse-policy-text.ts";
import { refuseProtectedRole } from "./protected-role.ts";
import type { RoleNameInput } from "./role-operations.ts";
import type { UserNameInput } from "./user-operations.ts";

/** Names an inline policy. */
export interface PolicyNameInput {
  readonly policyName: string | undefined;
}

/** An inline policy that is put in, or in place of the one of that name. */
export interface PutPolicyInput extends PolicyNameInput {
  readonly policyDocument: string | undefined;
}

/** An inline policy; the document as it was given, not URL-encoded. */
export type InlinePolicy = InlinePolicyRecord;

/** The operations; each throws `IamError`. */
export interface InlinePolicyOperations {
  putUserPolicy(input: UserNameInput & PutPolicyInput): void;
  getUserPolicy(input: UserNameInput & PolicyNameInput): InlinePolicy & { userName: string };
  listUserPolicies(input: UserNameInput & PageInput): Page<string>;
  deleteUserPolicy(input: UserNameInput & PolicyNameInput): void;
  putGroupPolicy(input: GroupNameInput & PutPolicyInput): void;
  getGroupPolicy(input: GroupNameInput & PolicyNameInput): InlinePolicy & { groupName: string };
  listGroupPolicies(input: GroupNameInput & PageInput): Page<string>;
  deleteGroupPolicy(input: GroupNameInput & PolicyNameInput): void;
  putRolePolicy(input: RoleNameInput & PutPolicyInput): void;
  getRolePolicy(input: RoleNameInput & PolicyNameInput): InlinePolicy & { roleName: string };
  listRolePolicies(input: RoleNameInput & PageInput): Page<string>;
  deleteRolePolicy(input: RoleNameInput & PolicyNameInput): void;
}

/** The operations on the inline policies of a directory. */
export function inlinePolicyOperations(state: DirectoryState): InlinePolicyOperations {
  const ofUsers = new InlinePolicies(
    state.users,
    TEXT_RULES.userName,
    POLICY_SIZE_LIMITS.userInline,
  );
  const ofGroups = new InlinePolicies(
    state.groups,
    TEXT_RULES.groupName,
    POLICY_SIZE_LIMITS.groupInline,
  );
  const ofRoles = new InlinePolicies(
    state.roles,
    TEXT_RULES.roleName,
    POLICY_SIZE_LIMITS.roleInline,
  );
  return {
    putUserPolicy: (input) => {
      ofUsers.put(input.userName, input);
    },
    getUserPolicy: (input) => {
      const { entity, policy } = ofUsers.get(input.userName, input);
      return { userName: entity.name, ...policy };
    },
    listUserPolicies: (input) => ofUsers.list(input.userName, input),
    deleteUserPolicy: (input) => {
      ofUsers.delete(input.userName, input);
    },
    putGroupPolicy: (input) => {
      ofGroups.put(input.groupName, input);
    },
    getGroupPolicy: (input) => {
      const { entity, policy } = ofGroups.get(input.groupName, input);
      return { groupName: entity.name, ...policy };
    },
    listGroupPolicies: (input) => ofGroups.list(input.groupName, input),
    deleteGroupPolicy: (input) => {
      ofGroups.delete(input.groupName, input);
    },
    putRolePolicy: (input) => {
      ofRoles.put(input.roleName, input);
    },
    getRolePolicy: (input) => {
      const { entity, policy } = ofRoles.get(input.roleName, input);
      return { roleName: entity.name, ...policy };
    },
    listRolePolicies: (input) => ofRoles.list(input.roleName, input),
    deleteRolePolicy: (input) => {
      ofRoles.delete(input.roleName, input);
    },
  };
}

/** Inline policies of one kind of entity. */
class InlinePolicies<Entity extends EntityRecord> {
  readonly #table: EntityTable<Entity>;
  readonly #nameMember: string;
  readonly #nameRule: TextRule;
  readonly #maxCharacters: number;

  constructor(table: EntityTable<Entity>, nameRule: TextRule, maxCharacters: number) {
    this.#table = table;
    this.#nameMember = `${table.kind}Name`;
    this.#nameRule = nameRule;
    this.#maxCharacters = maxCharacters;
  }

  put(name: string | undefined, input: PutPolicyInput): void {
    const { policyName, policyDocument } = checkMembers(
      { [this.#nameMember]: name, ...input },
      {
        [this.#nameMember]: required(this.#nameRule),
        policyName: required(TEXT_RULES.policyName),
        policyDocument: required(TEXT_RULES.document),
      },
    );
    const entity = this.#table.require(name ?? "");
    refuseProtectedRole(entity);
    let characters = parsePolicyText(policyDocument).characters;
    const others = entity.inlinePolicies.filter((policy) => policy.policyName !== policyName);
    for (const other of others) characters += parsePolicyText(other.policyDocument).characters;
    if (characters > this.#maxCharacters) {
      const message = `Maximum policy size of ${this.#maxCharacters} bytes exceeded for ${this.#table.kind} ${entity.name}`;
      throw new IamError("LimitExceeded", message);
    }
    entity.inlinePolicies = [...others, { policyName, policyDocument }];
  }

  get(
    name: string | undefined,
    input: PolicyNameInput,
  ): { readonly entity: Entity; readonly policy: InlinePolicyRecord } {
    const policyName = this.#checkNames(name, input);
    const entity = this.#table.require(name ?? "");
    return { entity, policy: this.#policyOf(entity, policyName) };
  }

  list(name: string | undefined, page: PageInput): Page<string> {
    const member = this.#nameMember;
    checkMembers({ [member]: name }, { [member]: required(this.#nameRule) });
    const { inlinePolicies } = this.#table.require(name ?? "");
    const names = inlinePolicies.map(({ policyName }) => policyName);
    return paginate(names, (policyName) => policyName, page);
  }

  delete(name: string | undefined, input: PolicyNameInput): void {
    const policyName = this.#checkNames(name, input);
    const entity = this.#table.require(name ?? "");
    refuseProtectedRole(entity);
    const gone = this.#policyOf(entity, policyName);
    entity.inlinePolicies = entity.inlinePolicies.filter((policy) => policy !== gone);
  }

  #checkNames(name: string | undefined, input: PolicyNameInput): string {
    const { policyName } = checkMembers(
      { [this.#nameMember]: name, policyName: input.policyName },
      {
        [this.#nameMember]: required(this.#nameRule),
        policyName: required(TEXT_RULES.policyName),
      },
    );
    return policyName;
  }

  #policyOf(entity: Entity, policyName: string): InlinePolicyRecord {
    const policy = entity.inlinePolicies.find((present) => present.policyName === policyName);
    if (policy !== undefined) return policy;
    const message = `The ${this.#table.kind} policy with name ${policyName} cannot be found.`;
    throw new IamError("NoSuchEntity", message);
  }
}
