/** `GetAccountAuthorizationDetails`: users, groups, roles and policies, with all that they say. */
import type { AttachedManagedPolicy } from "./attachment-operations.ts";
import type { DirectoryState } from "./directory-state.ts";
import {
  describeGroup,
  describePolicy,
  describeRole,
  describeUser,
  describeVersion,
  type Group,
  type Policy,
  type PolicyVersion,
  type Role,
  type User,
} from "./entities.ts";
import type {
  EntityRecord,
  GroupRecord,
  InlinePolicyRecord,
  PolicyRecord,
  RoleRecord,
  UserRecord,
} from "./iam-snapshot.ts";
import { TEXT_RULES, throwViolations, violationsOf } from "./member-rules.ts";
import { type PageInput, paginate } from "./paginate.ts";

/** Request of `GetAccountAuthorizationDetails`. */
export interface AuthorizationDetailsInput extends PageInput {
  /** `User`, `Role`, `Group`, `LocalManagedPolicy`, `AWSManagedPolicy`; all of them unless given. */
  readonly filter?: readonly string[] | undefined;
}

/** A user with its policies; documents as they were given. */
export interface UserDetail extends User {
  readonly userPolicyList: readonly InlinePolicyRecord[];
  /** Names. */
  readonly groupList: readonly string[];
  readonly attachedManagedPolicies: readonly AttachedManagedPolicy[];
}

/** A group with its policies. */
export interface GroupDetail extends Group {
  readonly groupPolicyList: readonly InlinePolicyRecord[];
  readonly attachedManagedPolicies: readonly AttachedManagedPolicy[];
}

/** A role with its policies. */
export interface RoleDetail extends Role {
  /** There are none here. */
  readonly instanceProfileList: readonly never[];
  readonly rolePolicyList: readonly InlinePolicyRecord[];
  readonly attachedManagedPolicies: readonly AttachedManagedPolicy[];
}

/** A managed policy with all its versions, the newest first. */
export interface ManagedPolicyDetail extends Policy {
  readonly policyVersionList: readonly PolicyVersion[];
}

/** Answer of `GetAccountAuthorizationDetails`: one page over all four lists. */
export interface AuthorizationDetails {
  readonly userDetailList: readonly UserDetail[];
  readonly groupDetailList: readonly GroupDetail[];
  readonly roleDetailList: readonly RoleDetail[];
  readonly policies: readonly ManagedPolicyDetail[];
  readonly isTruncated: boolean;
  readonly marker?: string;
}

/** The operation; it throws `IamError`. */
export interface AuthorizationDetailsOperation {
  getAccountAuthorizationDetails(input: AuthorizationDetailsInput): AuthorizationDetails;
}

/** What there is; only what is on the page is described. */
type Entry =
  | { readonly kind: "User"; readonly record: UserRecord }
  | { readonly kind: "Group"; readonly record: GroupRecord }
  | { readonly kind: "Role"; readonly record: RoleRecord }
  | { readonly kind: "LocalManagedPolicy" | "AWSManagedPolicy"; readonly record: PolicyRecord };

/** The operation on a directory. */
export function authorizationDetailsOperation(
  state: DirectoryState,
): AuthorizationDetailsOperation {
  return {
    getAccountAuthorizationDetails: (input) => {
      const { filter = [] } = input;
      throwViolations(
        filter.flatMap((value, index) =>
          violationsOf(value, `filter.${index + 1}.member`, TEXT_RULES.entityFilter),
        ),
      );
      const wanted = entriesOf(state).filter(
        ({ kind }) => filter.length === 0 || filter.includes(kind),
      );
      const { items, ...page } = paginate(wanted, keyOf, input);
      return {
        userDetailList: items.flatMap((item) =>
          item.kind === "User" ? [userDetail(state, item.record)] : [],
        ),
        groupDetailList: items.flatMap((item) =>
          item.kind === "Group" ? [groupDetail(state, item.record)] : [],
        ),
        roleDetailList: items.flatMap((item) =>
          item.kind === "Role" ? [roleDetail(state, item.record)] : [],
        ),
        policies: items.flatMap((item) =>
          item.kind === "LocalManagedPolicy" || item.kind === "AWSManagedPolicy"
            ? [policyDetail(state, item.record)]
            : [],
        ),
        ...page,
      };
    },
  };
}

/** Everything but AWS's policies that nobody uses (chosen: what AWS lists of them is not documented). */
function entriesOf(state: DirectoryState): readonly Entry[] {
  const { users, groups, roles, policies, attachments, boundaries } = state;
  const entries: Entry[] = [
    ...Array.from(users.all(), (record): Entry => ({ kind: "User", record })),
    ...Array.from(groups.all(), (record): Entry => ({ kind: "Group", record })),
    ...Array.from(roles.all(), (record): Entry => ({ kind: "Role", record })),
  ];
  for (const record of policies.values()) {
    if (!state.isOfAws(record)) entries.push({ kind: "LocalManagedPolicy", record });
    else if (attachments.countOf(record.arn) > 0 || boundaries.countOf(record.arn) > 0) {
      entries.push({ kind: "AWSManagedPolicy", record });
    }
  }
  return entries;
}

function keyOf({ kind, record }: Entry): string {
  return `${kind} ${record.name.toLowerCase()}`;
}

function userDetail(state: DirectoryState, user: UserRecord): UserDetail {
  return {
    ...describeUser(state, user),
    userPolicyList: user.inlinePolicies,
    groupList: user.groupIds.flatMap((id) => state.groups.findById(id)?.name ?? []),
    attachedManagedPolicies: attachedTo(state, user),
  };
}

function groupDetail(state: DirectoryState, group: GroupRecord): GroupDetail {
  return {
    ...describeGroup(state, group),
    groupPolicyList: group.inlinePolicies,
    attachedManagedPolicies: attachedTo(state, group),
  };
}

function roleDetail(state: DirectoryState, role: RoleRecord): RoleDetail {
  return {
    ...describeRole(state, role),
    instanceProfileList: [],
    rolePolicyList: role.inlinePolicies,
    attachedManagedPolicies: attachedTo(state, role),
  };
}

function policyDetail(state: DirectoryState, policy: PolicyRecord): ManagedPolicyDetail {
  const newestFirst = [...policy.versions].reverse();
  return {
    ...describePolicy(state, policy),
    policyVersionList: newestFirst.map((version) => describeVersion(policy, version)),
  };
}

function attachedTo(
  { policies }: DirectoryState,
  { attachedPolicies }: EntityRecord,
): readonly AttachedManagedPolicy[] {
  return attachedPolicies
    .flatMap((arn) => policies.get(arn) ?? [])
    .map(({ name, arn }) => ({ policyName: name, policyArn: arn }));
}
