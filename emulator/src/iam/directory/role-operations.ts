/** The operations on roles. */
import { refuseDeleteWithPolicies } from "./delete-conflict.ts";
import type { DirectoryState } from "./directory-state.ts";
import { describeRole, type Role } from "./entities.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { RoleRecord } from "./iam-snapshot.ts";
import { checkMembers, optional, required, TEXT_RULES } from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { checkBoundary, setBoundary } from "./permissions-boundary.ts";
import { refuseProtectedRole } from "./protected-role.ts";
import { requireRoom } from "./quota.ts";
import { checkSessionDuration } from "./session-duration.ts";
import { checkTagKeys, checkTags, type Tag, withoutTags, withTags } from "./tags.ts";
import { checkTrustPolicy, replaceTrusted } from "./trust-policy.ts";
import type { PathPrefixInput } from "./user-operations.ts";

/** Names a role. */
export interface RoleNameInput {
  readonly roleName: string | undefined;
}

/** Request of `CreateRole`. */
export interface CreateRoleInput extends RoleNameInput {
  readonly path?: string | undefined;
  readonly assumeRolePolicyDocument: string | undefined;
  readonly description?: string | undefined;
  /** 3,600 to 43,200 seconds; 3,600 unless given. */
  readonly maxSessionDuration?: number | undefined;
  readonly permissionsBoundary?: string | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Request of `UpdateRole`; a duration that is left out becomes an hour again, as the API says. */
export interface UpdateRoleInput extends RoleNameInput {
  readonly description?: string | undefined;
  readonly maxSessionDuration?: number | undefined;
}

/** The operations; each throws `IamError`. */
export interface RoleOperations {
  createRole(input: CreateRoleInput): Role;
  getRole(input: RoleNameInput): Role;
  listRoles(input: PathPrefixInput): Page<Role>;
  updateRole(input: UpdateRoleInput): void;
  updateRoleDescription(input: RoleNameInput & { readonly description: string | undefined }): Role;
  updateAssumeRolePolicy(
    input: RoleNameInput & { readonly policyDocument: string | undefined },
  ): void;
  deleteRole(input: RoleNameInput): void;
  tagRole(input: RoleNameInput & { readonly tags: readonly Tag[] }): void;
  untagRole(input: RoleNameInput & { readonly tagKeys: readonly string[] }): void;
  listRoleTags(input: RoleNameInput & PageInput): Page<Tag>;
  putRolePermissionsBoundary(
    input: RoleNameInput & { readonly permissionsBoundary: string | undefined },
  ): void;
  deleteRolePermissionsBoundary(input: RoleNameInput): void;
}

const ROLE_NAME = { roleName: required(TEXT_RULES.roleName) };
const CREATE_ROLE = {
  path: optional(TEXT_RULES.path),
  ...ROLE_NAME,
  assumeRolePolicyDocument: required(TEXT_RULES.document),
  description: optional(TEXT_RULES.roleDescription),
  permissionsBoundary: optional(TEXT_RULES.arn),
};
const UPDATE_ROLE = { ...ROLE_NAME, description: optional(TEXT_RULES.roleDescription) };
const UPDATE_DESCRIPTION = { ...ROLE_NAME, description: required(TEXT_RULES.roleDescription) };
const UPDATE_TRUST = { ...ROLE_NAME, policyDocument: required(TEXT_RULES.document) };
const PUT_BOUNDARY = { ...ROLE_NAME, permissionsBoundary: required(TEXT_RULES.arn) };
const PATH_PREFIX = { pathPrefix: optional(TEXT_RULES.pathPrefix) };

/** The operations on the roles of a directory. */
export function roleOperations(state: DirectoryState): RoleOperations {
  const { roles } = state;
  const roleOf = (input: RoleNameInput): RoleRecord =>
    roles.require(checkMembers(input, ROLE_NAME).roleName);
  const changeableRole = (name: string): RoleRecord => {
    const role = roles.require(name);
    refuseProtectedRole(role);
    return role;
  };

  return {
    createRole: (input) => {
      const members = checkMembers(input, CREATE_ROLE);
      const { roleName, path = "/", description, permissionsBoundary } = members;
      const maxSessionDurationSeconds = checkSessionDuration(input.maxSessionDuration);
      const tags = checkTags(input.tags);
      roles.refuseTaken(roleName);
      requireRoom(roles.size, "RolesPerAccount", IAM_QUOTAS.rolesPerAccount);
      checkTrustPolicy(state, members.assumeRolePolicyDocument);
      if (permissionsBoundary !== undefined) checkBoundary(state, permissionsBoundary);
      const role: RoleRecord = {
        name: roleName,
        path,
        id: state.identities.newId("AROA"),
        createDate: state.now(),
        inlinePolicies: [],
        attachedPolicies: [],
        tags,
        trustPolicy: members.assumeRolePolicyDocument,
        maxSessionDurationSeconds,
        ...(description === undefined ? {} : { description }),
        ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      };
      state.addRole(role);
      return describeRole(state, role);
    },

    getRole: (input) => describeRole(state, roleOf(input)),

    listRoles: (input) => {
      const { pathPrefix = "/" } = checkMembers(input, PATH_PREFIX);
      const found = Array.from(roles.all()).filter(({ path }) => path.startsWith(pathPrefix));
      const page = paginate(found, ({ name }) => name.toLowerCase(), input);
      return { ...page, items: page.items.map((role) => describeRole(state, role)) };
    },

    updateRole: (input) => {
      const { roleName, description } = checkMembers(input, UPDATE_ROLE);
      const maxSessionDurationSeconds = checkSessionDuration(input.maxSessionDuration);
      const role = changeableRole(roleName);
      if (description !== undefined) role.description = description;
      role.maxSessionDurationSeconds = maxSessionDurationSeconds;
    },

    updateRoleDescription: (input) => {
      const { roleName, description } = checkMembers(input, UPDATE_DESCRIPTION);
      const role = changeableRole(roleName);
      role.description = description;
      return describeRole(state, role);
    },

    updateAssumeRolePolicy: (input) => {
      const { roleName, policyDocument } = checkMembers(input, UPDATE_TRUST);
      const role = changeableRole(roleName);
      checkTrustPolicy(state, policyDocument);
      role.trustPolicy = policyDocument;
    },

    deleteRole: (input) => {
      const role = changeableRole(checkMembers(input, ROLE_NAME).roleName);
      refuseDeleteWithPolicies(role);
      setBoundary(state, role, undefined);
      roles.remove(role);
      replaceTrusted(state, roles.arnOf(role), role.id);
    },

    tagRole: (input) => {
      const added = checkTags(input.tags);
      const role = changeableRole(checkMembers(input, ROLE_NAME).roleName);
      role.tags = withTags(role.tags, added);
    },

    untagRole: (input) => {
      const keys = checkTagKeys(input.tagKeys);
      const role = changeableRole(checkMembers(input, ROLE_NAME).roleName);
      role.tags = withoutTags(role.tags, keys);
    },

    listRoleTags: (input) => paginate(roleOf(input).tags, ({ key }) => key, input),

    putRolePermissionsBoundary: (input) => {
      const { roleName, permissionsBoundary } = checkMembers(input, PUT_BOUNDARY);
      const role = changeableRole(roleName);
      checkBoundary(state, permissionsBoundary);
      setBoundary(state, role, permissionsBoundary);
    },

    deleteRolePermissionsBoundary: (input) => {
      const role = changeableRole(checkMembers(input, ROLE_NAME).roleName);
      setBoundary(state, role, undefined);
    },
  };
}
