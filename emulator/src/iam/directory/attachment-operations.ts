/** Attaching managed policies to users, groups and roles. */
import { DSQL_SERVICE_ROLE_POLICY } from "./aws-managed-policies.ts";
import type { DirectoryState } from "./directory-state.ts";
import type { EntityTable } from "./entity-table.ts";
import type { GroupNameInput } from "./group-operations.ts";
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { EntityRecord } from "./iam-snapshot.ts";
import type { PolicyArnInput } from "./managed-policy-operations.ts";
import { checkMembers, optional, required, TEXT_RULES, type TextRule } from "./member-rules.ts";
import { type Page, paginate } from "./paginate.ts";
import { refuseForeignPolicy } from "./permissions-boundary.ts";
import { refuseProtectedRole } from "./protected-role.ts";
import { requireRoom } from "./quota.ts";
import type { RoleNameInput } from "./role-operations.ts";
import type { PathPrefixInput, UserNameInput } from "./user-operations.ts";

/** A managed policy that is attached. */
export interface AttachedManagedPolicy {
  readonly policyName: string;
  readonly policyArn: string;
}

/** The operations; each throws `IamError`. What is attached already may be attached again. */
export interface AttachmentOperations {
  attachUserPolicy(input: UserNameInput & PolicyArnInput): void;
  detachUserPolicy(input: UserNameInput & PolicyArnInput): void;
  listAttachedUserPolicies(input: UserNameInput & PathPrefixInput): Page<AttachedManagedPolicy>;
  attachGroupPolicy(input: GroupNameInput & PolicyArnInput): void;
  detachGroupPolicy(input: GroupNameInput & PolicyArnInput): void;
  listAttachedGroupPolicies(input: GroupNameInput & PathPrefixInput): Page<AttachedManagedPolicy>;
  attachRolePolicy(input: RoleNameInput & PolicyArnInput): void;
  detachRolePolicy(input: RoleNameInput & PolicyArnInput): void;
  listAttachedRolePolicies(input: RoleNameInput & PathPrefixInput): Page<AttachedManagedPolicy>;
}

/** The operations on the attachments of a directory. */
export function attachmentOperations(state: DirectoryState): AttachmentOperations {
  const ofUsers = new Attachments(state, state.users, {
    nameRule: TEXT_RULES.userName,
    quota: "PoliciesPerUser",
    limit: IAM_QUOTAS.managedPoliciesPerUser,
  });
  const ofGroups = new Attachments(state, state.groups, {
    nameRule: TEXT_RULES.groupName,
    quota: "PoliciesPerGroup",
    limit: IAM_QUOTAS.managedPoliciesPerGroup,
  });
  const ofRoles = new Attachments(state, state.roles, {
    nameRule: TEXT_RULES.roleName,
    quota: "PoliciesPerRole",
    limit: IAM_QUOTAS.managedPoliciesPerRole,
  });
  return {
    attachUserPolicy: (input) => {
      ofUsers.attach(input.userName, input);
    },
    detachUserPolicy: (input) => {
      ofUsers.detach(input.userName, input);
    },
    listAttachedUserPolicies: (input) => ofUsers.list(input.userName, input),
    attachGroupPolicy: (input) => {
      ofGroups.attach(input.groupName, input);
    },
    detachGroupPolicy: (input) => {
      ofGroups.detach(input.groupName, input);
    },
    listAttachedGroupPolicies: (input) => ofGroups.list(input.groupName, input),
    attachRolePolicy: (input) => {
      ofRoles.attach(input.roleName, input);
    },
    detachRolePolicy: (input) => {
      ofRoles.detach(input.roleName, input);
    },
    listAttachedRolePolicies: (input) => ofRoles.list(input.roleName, input),
  };
}

interface AttachmentRules {
  readonly nameRule: TextRule;
  readonly quota: string;
  readonly limit: number;
}

/** Attachments to one kind of entity. */
class Attachments<Entity extends EntityRecord> {
  readonly #state: DirectoryState;
  readonly #table: EntityTable<Entity>;
  readonly #rules: AttachmentRules;

  constructor(state: DirectoryState, table: EntityTable<Entity>, rules: AttachmentRules) {
    this.#state = state;
    this.#table = table;
    this.#rules = rules;
  }

  attach(name: string | undefined, input: PolicyArnInput): void {
    const { entity, policyArn } = this.#check(name, input);
    refuseForeignPolicy(this.#state, policyArn);
    this.#state.requirePolicy(
      policyArn,
      `Policy ${policyArn} does not exist or is not attachable.`,
    );
    if (policyArn === DSQL_SERVICE_ROLE_POLICY) {
      const message = "Cannot attach a Service Role Policy to a Customer Role.";
      throw new IamError("PolicyNotAttachable", message);
    }
    if (entity.attachedPolicies.includes(policyArn)) return;
    requireRoom(entity.attachedPolicies.length, this.#rules.quota, this.#rules.limit);
    entity.attachedPolicies = [...entity.attachedPolicies, policyArn];
    this.#state.attachments.add(policyArn, entity);
  }

  detach(name: string | undefined, input: PolicyArnInput): void {
    const { entity, policyArn } = this.#check(name, input);
    this.#state.requirePolicy(policyArn);
    if (!entity.attachedPolicies.includes(policyArn)) {
      throw new IamError("NoSuchEntity", `Policy ${policyArn} was not found.`);
    }
    entity.attachedPolicies = entity.attachedPolicies.filter((arn) => arn !== policyArn);
    this.#state.attachments.remove(policyArn, entity);
  }

  list(name: string | undefined, input: PathPrefixInput): Page<AttachedManagedPolicy> {
    const member = `${this.#table.kind}Name`;
    const pathPrefix = input.pathPrefix ?? "/";
    checkMembers(
      { [member]: name, pathPrefix },
      { [member]: required(this.#rules.nameRule), pathPrefix: optional(TEXT_RULES.pathPrefix) },
    );
    const found = this.#table
      .require(name ?? "")
      .attachedPolicies.flatMap((arn) => this.#state.policies.get(arn) ?? [])
      .filter(({ path }) => path.startsWith(pathPrefix));
    const page = paginate(found, (policy) => `${policy.name.toLowerCase()} ${policy.arn}`, input);
    const items = page.items.map((policy) => ({ policyName: policy.name, policyArn: policy.arn }));
    return { ...page, items };
  }

  #check(
    name: string | undefined,
    { policyArn: arn }: PolicyArnInput,
  ): { readonly entity: Entity; readonly policyArn: string } {
    const member = `${this.#table.kind}Name`;
    const { policyArn } = checkMembers(
      { [member]: name, policyArn: arn },
      { [member]: required(this.#rules.nameRule), policyArn: required(TEXT_RULES.arn) },
    );
    const entity = this.#table.require(name ?? "");
    refuseProtectedRole(entity);
    return { entity, policyArn };
  }
}
