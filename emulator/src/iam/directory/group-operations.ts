/** The operations on groups and their members. */
import { refuseDelete, refuseDeleteWithPolicies } from "./delete-conflict.ts";
import type { DirectoryState } from "./directory-state.ts";
import { describeGroup, describeUser, type Group, type User } from "./entities.ts";
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { GroupRecord } from "./iam-snapshot.ts";
import { checkMembers, optional, required, TEXT_RULES } from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { requireRoom } from "./quota.ts";
import type { PathPrefixInput, UserNameInput } from "./user-operations.ts";

/** Names a group. */
export interface GroupNameInput {
  readonly groupName: string | undefined;
}

/** Request of `UpdateGroup`. */
export interface UpdateGroupInput extends GroupNameInput {
  readonly newPath?: string | undefined;
  readonly newGroupName?: string | undefined;
}

/** Answer of `GetGroup`: the group and a page of its users. */
export interface GroupWithUsers extends Page<User> {
  readonly group: Group;
}

/** The operations; each throws `IamError`. */
export interface GroupOperations {
  createGroup(input: GroupNameInput & { readonly path?: string | undefined }): Group;
  getGroup(input: GroupNameInput & PageInput): GroupWithUsers;
  listGroups(input: PathPrefixInput): Page<Group>;
  updateGroup(input: UpdateGroupInput): void;
  deleteGroup(input: GroupNameInput): void;
  addUserToGroup(input: GroupNameInput & UserNameInput): void;
  removeUserFromGroup(input: GroupNameInput & UserNameInput): void;
  listGroupsForUser(input: UserNameInput & PageInput): Page<Group>;
}

const GROUP_NAME = { groupName: required(TEXT_RULES.groupName) };
const USER_NAME = { userName: required(TEXT_RULES.userName) };
const CREATE_GROUP = { path: optional(TEXT_RULES.path), ...GROUP_NAME };
const UPDATE_GROUP = {
  ...GROUP_NAME,
  newPath: optional(TEXT_RULES.path),
  newGroupName: optional(TEXT_RULES.groupName),
};
const MEMBERSHIP = { ...GROUP_NAME, ...USER_NAME };
const PATH_PREFIX = { pathPrefix: optional(TEXT_RULES.pathPrefix) };

/** The operations on the groups of a directory. */
export function groupOperations(state: DirectoryState): GroupOperations {
  const { groups, users, members } = state;
  const groupOf = (input: GroupNameInput): GroupRecord =>
    groups.require(checkMembers(input, GROUP_NAME).groupName);

  return {
    createGroup: (input) => {
      const { groupName, path = "/" } = checkMembers(input, CREATE_GROUP);
      groups.refuseTaken(groupName);
      requireRoom(groups.size, "GroupsPerAccount", IAM_QUOTAS.groupsPerAccount);
      const group: GroupRecord = {
        name: groupName,
        path,
        id: state.identities.newId("AGPA"),
        createDate: state.now(),
        inlinePolicies: [],
        attachedPolicies: [],
      };
      state.addGroup(group);
      return describeGroup(state, group);
    },

    getGroup: (input) => {
      const group = groupOf(input);
      const page = paginate(members.of(group.id), ({ name }) => name.toLowerCase(), input);
      const items = page.items.map((user) => describeUser(state, user));
      return { ...page, group: describeGroup(state, group), items };
    },

    listGroups: (input) => {
      const { pathPrefix = "/" } = checkMembers(input, PATH_PREFIX);
      const found = Array.from(groups.all()).filter(({ path }) => path.startsWith(pathPrefix));
      const page = paginate(found, ({ name }) => name.toLowerCase(), input);
      return { ...page, items: page.items.map((group) => describeGroup(state, group)) };
    },

    updateGroup: (input) => {
      const { groupName, newPath, newGroupName } = checkMembers(input, UPDATE_GROUP);
      groups.rename(groups.require(groupName), newGroupName, newPath);
    },

    deleteGroup: (input) => {
      const group = groupOf(input);
      const hasMembers = members.countOf(group.id) > 0;
      refuseDelete(hasMembers, "Cannot delete entity, must remove users from group first.");
      refuseDeleteWithPolicies(group);
      groups.remove(group);
    },

    addUserToGroup: (input) => {
      const { groupName, userName } = checkMembers(input, MEMBERSHIP);
      const group = groups.require(groupName);
      const user = users.require(userName);
      if (user.groupIds.includes(group.id)) return;
      requireRoom(user.groupIds.length, "GroupsPerUser", IAM_QUOTAS.groupsPerUser);
      user.groupIds = [...user.groupIds, group.id];
      members.add(group.id, user);
    },

    removeUserFromGroup: (input) => {
      const { groupName, userName } = checkMembers(input, MEMBERSHIP);
      const group = groups.require(groupName);
      const user = users.require(userName);
      if (!user.groupIds.includes(group.id)) {
        // Chosen: the service's text for a user that is not in the group is not published.
        const message = `The user with name ${userName} cannot be found in group ${groupName}.`;
        throw new IamError("NoSuchEntity", message);
      }
      user.groupIds = user.groupIds.filter((id) => id !== group.id);
      members.remove(group.id, user);
    },

    listGroupsForUser: (input) => {
      const user = users.require(checkMembers(input, USER_NAME).userName);
      const found = user.groupIds.flatMap((id) => groups.findById(id) ?? []);
      const page = paginate(found, ({ name }) => name.toLowerCase(), input);
      return { ...page, items: page.items.map((group) => describeGroup(state, group)) };
    },
  };
}
