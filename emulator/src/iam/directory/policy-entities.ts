/** `ListEntitiesForPolicy`: what a policy is attached to, and whom it bounds. */
import type { DirectoryState } from "./directory-state.ts";
import type { EntityTable } from "./entity-table.ts";
import type { EntityRecord } from "./iam-snapshot.ts";
import type { PolicyArnInput } from "./managed-policy-operations.ts";
import { checkMembers, optional, required, TEXT_RULES } from "./member-rules.ts";
import { type PageInput, paginate } from "./paginate.ts";

/** Request of `ListEntitiesForPolicy`. */
export interface ListEntitiesInput extends PolicyArnInput, PageInput {
  /** `User`, `Role`, `Group`, or a kind of policy, which selects nothing here. */
  readonly entityFilter?: string | undefined;
  readonly pathPrefix?: string | undefined;
  /** `PermissionsPolicy` or `PermissionsBoundary`; both unless given. */
  readonly policyUsageFilter?: string | undefined;
}

/** Answer of `ListEntitiesForPolicy`: one page over all three lists. */
export interface PolicyEntities {
  readonly policyGroups: readonly { readonly groupName: string; readonly groupId: string }[];
  readonly policyUsers: readonly { readonly userName: string; readonly userId: string }[];
  readonly policyRoles: readonly { readonly roleName: string; readonly roleId: string }[];
  readonly isTruncated: boolean;
  readonly marker?: string;
}

/** The operation; it throws `IamError`. */
export interface PolicyEntitiesOperation {
  listEntitiesForPolicy(input: ListEntitiesInput): PolicyEntities;
}

const MEMBERS = {
  policyArn: required(TEXT_RULES.arn),
  entityFilter: optional(TEXT_RULES.entityFilter),
  pathPrefix: optional(TEXT_RULES.path),
  policyUsageFilter: optional(TEXT_RULES.policyUsage),
};

/** The operation on a directory. */
export function policyEntitiesOperation(state: DirectoryState): PolicyEntitiesOperation {
  const { users, groups, roles, attachments, boundaries } = state;
  const kindOf = ({ id }: EntityRecord): "User" | "Group" | "Role" => {
    if (users.findById(id) !== undefined) return "User";
    return groups.findById(id) === undefined ? "Role" : "Group";
  };

  return {
    listEntitiesForPolicy: (input) => {
      const {
        policyArn,
        entityFilter,
        pathPrefix = "/",
        policyUsageFilter,
      } = checkMembers(input, MEMBERS);
      state.requirePolicy(policyArn);
      const found = new Set<EntityRecord>([
        ...(policyUsageFilter === "PermissionsBoundary" ? [] : attachments.of(policyArn)),
        ...(policyUsageFilter === "PermissionsPolicy" ? [] : boundaries.of(policyArn)),
      ]);
      const listed = [...found].filter(
        (entity) =>
          entity.path.startsWith(pathPrefix) &&
          (entityFilter === undefined || entityFilter === kindOf(entity)),
      );
      const { items, ...page } = paginate(
        listed,
        (entity) => `${kindOf(entity)} ${entity.name.toLowerCase()}`,
        input,
      );
      const of = <Entity extends EntityRecord>(
        table: EntityTable<Entity>,
      ): readonly EntityRecord[] => items.filter(({ id }) => table.findById(id) !== undefined);
      return {
        policyGroups: of(groups).map(({ name, id }) => ({ groupName: name, groupId: id })),
        policyUsers: of(users).map(({ name, id }) => ({ userName: name, userId: id })),
        policyRoles: of(roles).map(({ name, id }) => ({ roleName: name, roleId: id })),
        ...page,
      };
    },
  };
}
