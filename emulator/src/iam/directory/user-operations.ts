/** The operations on users. */
import { refuseDelete, refuseDeleteWithPolicies } from "./delete-conflict.ts";
import type { DirectoryState } from "./directory-state.ts";
import { describeUser, type User } from "./entities.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { UserRecord } from "./iam-snapshot.ts";
import { checkMembers, optional, required, TEXT_RULES } from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { checkBoundary, setBoundary } from "./permissions-boundary.ts";
import { requireRoom } from "./quota.ts";
import { checkTagKeys, checkTags, type Tag, withoutTags, withTags } from "./tags.ts";
import { replaceTrusted } from "./trust-policy.ts";

/** Names a user. */
export interface UserNameInput {
  readonly userName: string | undefined;
}

/** Says which entities are listed: those whose path begins so. */
export interface PathPrefixInput extends PageInput {
  readonly pathPrefix?: string | undefined;
}

/** Request of `CreateUser`. */
export interface CreateUserInput extends UserNameInput {
  readonly path?: string | undefined;
  readonly permissionsBoundary?: string | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Request of `UpdateUser`. */
export interface UpdateUserInput extends UserNameInput {
  readonly newPath?: string | undefined;
  readonly newUserName?: string | undefined;
}

/** The operations; each throws `IamError`. */
export interface UserOperations {
  createUser(input: CreateUserInput): User;
  getUser(input: UserNameInput): User;
  listUsers(input: PathPrefixInput): Page<User>;
  updateUser(input: UpdateUserInput): void;
  deleteUser(input: UserNameInput): void;
  tagUser(input: UserNameInput & { readonly tags: readonly Tag[] }): void;
  untagUser(input: UserNameInput & { readonly tagKeys: readonly string[] }): void;
  listUserTags(input: UserNameInput & PageInput): Page<Tag>;
  putUserPermissionsBoundary(
    input: UserNameInput & { readonly permissionsBoundary: string | undefined },
  ): void;
  deleteUserPermissionsBoundary(input: UserNameInput): void;
}

const USER_NAME = { userName: required(TEXT_RULES.userName) };
const CREATE_USER = {
  path: optional(TEXT_RULES.path),
  userName: required(TEXT_RULES.newUserName),
  permissionsBoundary: optional(TEXT_RULES.arn),
};
const UPDATE_USER = {
  ...USER_NAME,
  newPath: optional(TEXT_RULES.path),
  newUserName: optional(TEXT_RULES.newUserName),
};
const PUT_BOUNDARY = { ...USER_NAME, permissionsBoundary: required(TEXT_RULES.arn) };
const PATH_PREFIX = { pathPrefix: optional(TEXT_RULES.pathPrefix) };

/** The operations on the users of a directory. */
export function userOperations(state: DirectoryState): UserOperations {
  const { users } = state;
  const userOf = (input: UserNameInput): UserRecord =>
    users.require(checkMembers(input, USER_NAME).userName);

  return {
    createUser: (input) => {
      const { userName, path = "/", permissionsBoundary } = checkMembers(input, CREATE_USER);
      const tags = checkTags(input.tags);
      users.refuseTaken(userName);
      requireRoom(users.size, "UsersPerAccount", IAM_QUOTAS.usersPerAccount);
      if (permissionsBoundary !== undefined) checkBoundary(state, permissionsBoundary);
      const user: UserRecord = {
        name: userName,
        path,
        id: state.identities.newId("AIDA"),
        createDate: state.now(),
        inlinePolicies: [],
        attachedPolicies: [],
        tags,
        groupIds: [],
        ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      };
      state.addUser(user);
      return describeUser(state, user);
    },

    getUser: (input) => describeUser(state, userOf(input)),

    listUsers: (input) => {
      const { pathPrefix = "/" } = checkMembers(input, PATH_PREFIX);
      const found = Array.from(users.all()).filter(({ path }) => path.startsWith(pathPrefix));
      const page = paginate(found, ({ name }) => name.toLowerCase(), input);
      return { ...page, items: page.items.map((user) => describeUser(state, user)) };
    },

    updateUser: (input) => {
      const { userName, newPath, newUserName } = checkMembers(input, UPDATE_USER);
      const user = users.require(userName);
      const oldArn = users.arnOf(user);
      users.rename(user, newUserName, newPath);
      replaceTrusted(state, oldArn, users.arnOf(user));
    },

    deleteUser: (input) => {
      const user = userOf(input);
      refuseDeleteWithPolicies(user);
      const hasGroups = user.groupIds.length > 0;
      refuseDelete(hasGroups, "Cannot delete entity, must remove user from all groups first.");
      const hasKeys = state.keysOfUser.countOf(user.id) > 0;
      refuseDelete(hasKeys, "Cannot delete entity, must delete access keys first.");
      setBoundary(state, user, undefined);
      users.remove(user);
      replaceTrusted(state, users.arnOf(user), user.id);
    },

    tagUser: (input) => {
      const added = checkTags(input.tags);
      const user = userOf(input);
      user.tags = withTags(user.tags, added);
    },

    untagUser: (input) => {
      const keys = checkTagKeys(input.tagKeys);
      const user = userOf(input);
      user.tags = withoutTags(user.tags, keys);
    },

    listUserTags: (input) => paginate(userOf(input).tags, ({ key }) => key, input),

    putUserPermissionsBoundary: (input) => {
      const { userName, permissionsBoundary } = checkMembers(input, PUT_BOUNDARY);
      const user = users.require(userName);
      checkBoundary(state, permissionsBoundary);
      setBoundary(state, user, permissionsBoundary);
    },

    deleteUserPermissionsBoundary: (input) => {
      const user = userOf(input);
      setBoundary(state, user, undefined);
    },
  };
}
