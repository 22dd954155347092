/** The operations of IAM on groups and their members. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { list, required } from "../query/shape.ts";
import { GROUP, LISTED_USER, MAYBE_TEXT, NAME, PAGE_INPUT, PAGE_OUTPUT } from "./entity-shapes.ts";
import { groupAccess, newAccess, userAccess } from "./iam-resources.ts";

/** Operations by name. */
export const GROUP_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  CreateGroup: queryOperation({
    input: { Path: MAYBE_TEXT, GroupName: NAME },
    output: { Group: required(GROUP) },
    access: ({ path = "/", groupName }, call: QueryCall) =>
      newAccess(call, "group", path, groupName),
    run: (input, { directory }) => ({ group: directory.createGroup(input) }),
  }),
  GetGroup: queryOperation({
    input: { GroupName: NAME, ...PAGE_INPUT },
    output: { Group: required(GROUP), Users: required(list(LISTED_USER)), ...PAGE_OUTPUT },
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.getGroup(input);
      return { users: items, ...page };
    },
  }),
  ListGroups: queryOperation({
    input: { PathPrefix: MAYBE_TEXT, ...PAGE_INPUT },
    output: { Groups: required(list(GROUP)), ...PAGE_OUTPUT },
    access: ({ pathPrefix = "/" }, call: QueryCall) => newAccess(call, "group", pathPrefix, ""),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listGroups(input);
      return { groups: items, ...page };
    },
  }),
  UpdateGroup: queryOperation({
    input: { GroupName: NAME, NewPath: MAYBE_TEXT, NewGroupName: MAYBE_TEXT },
    output: undefined,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      directory.updateGroup(input);
    },
  }),
  DeleteGroup: queryOperation({
    input: { GroupName: NAME },
    output: undefined,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      directory.deleteGroup(input);
    },
  }),
  AddUserToGroup: queryOperation({
    input: { GroupName: NAME, UserName: NAME },
    output: undefined,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      directory.addUserToGroup(input);
    },
  }),
  RemoveUserFromGroup: queryOperation({
    input: { GroupName: NAME, UserName: NAME },
    output: undefined,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      directory.removeUserFromGroup(input);
    },
  }),
  ListGroupsForUser: queryOperation({
    input: { UserName: NAME, ...PAGE_INPUT },
    output: { Groups: required(list(GROUP)), ...PAGE_OUTPUT },
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listGroupsForUser(input);
      return { groups: items, ...page };
    },
  }),
};
