/** The operations of IAM on users and their access keys. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { list, optional, required, structure, TIMESTAMP } from "../query/shape.ts";
import {
  ACCESS_KEY_METADATA,
  LISTED_USER,
  MAYBE_TAGS,
  MAYBE_TEXT,
  NAME,
  PAGE_INPUT,
  PAGE_OUTPUT,
  TAG_KEYS,
  TAGS,
  USER,
} from "./entity-shapes.ts";
import { maybeKey, newAccess, tagKeys, userAccess, userNameOf } from "./iam-resources.ts";

const BOUNDARY_KEY = "iam:permissionsboundary";

/** Operations by name. */
export const USER_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  CreateUser: queryOperation({
    input: {
      Path: MAYBE_TEXT,
      UserName: NAME,
      PermissionsBoundary: MAYBE_TEXT,
      Tags: MAYBE_TAGS,
    },
    output: { User: required(USER) },
    access: ({ path = "/", userName, permissionsBoundary, tags }, call: QueryCall) =>
      newAccess(call, "user", path, userName, [
        ...tagKeys(tags),
        ...maybeKey(BOUNDARY_KEY, permissionsBoundary),
      ]),
    run: (input, { directory }) => ({ user: directory.createUser(input) }),
  }),
  GetUser: queryOperation({
    input: { UserName: MAYBE_TEXT },
    output: { User: required(USER) },
    access: ({ userName }, call: QueryCall) => userAccess(call, userNameOf(userName, call)),
    run: ({ userName }, call) => ({
      user: call.directory.getUser({ userName: userNameOf(userName, call) }),
    }),
  }),
  ListUsers: queryOperation({
    input: { PathPrefix: MAYBE_TEXT, ...PAGE_INPUT },
    output: { Users: required(list(LISTED_USER)), ...PAGE_OUTPUT },
    access: ({ pathPrefix = "/" }, call: QueryCall) => newAccess(call, "user", pathPrefix, ""),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listUsers(input);
      return { users: items, ...page };
    },
  }),
  UpdateUser: queryOperation({
    input: { UserName: NAME, NewPath: MAYBE_TEXT, NewUserName: MAYBE_TEXT },
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      directory.updateUser(input);
    },
  }),
  DeleteUser: queryOperation({
    input: { UserName: NAME },
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      directory.deleteUser(input);
    },
  }),
  TagUser: queryOperation({
    input: { UserName: NAME, Tags: TAGS },
    output: undefined,
    access: ({ userName, tags }, call: QueryCall) => userAccess(call, userName, tagKeys(tags)),
    run: (input, { directory }) => {
      directory.tagUser(input);
    },
  }),
  UntagUser: queryOperation({
    input: { UserName: NAME, TagKeys: TAG_KEYS },
    output: undefined,
    access: ({ userName, tagKeys: keys }, call: QueryCall) =>
      userAccess(call, userName, [["aws:tagkeys", keys]]),
    run: (input, { directory }) => {
      directory.untagUser(input);
    },
  }),
  ListUserTags: queryOperation({
    input: { UserName: NAME, ...PAGE_INPUT },
    output: { Tags: TAGS, ...PAGE_OUTPUT },
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listUserTags(input);
      return { tags: items, ...page };
    },
  }),
  PutUserPermissionsBoundary: queryOperation({
    input: { UserName: NAME, PermissionsBoundary: NAME },
    output: undefined,
    access: ({ userName, permissionsBoundary }, call: QueryCall) =>
      userAccess(call, userName, maybeKey(BOUNDARY_KEY, permissionsBoundary)),
    run: (input, { directory }) => {
      directory.putUserPermissionsBoundary(input);
    },
  }),
  DeleteUserPermissionsBoundary: queryOperation({
    input: { UserName: NAME },
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      directory.deleteUserPermissionsBoundary(input);
    },
  }),
  CreateAccessKey: queryOperation({
    input: { UserName: MAYBE_TEXT },
    output: {
      AccessKey: required(
        structure({
          UserName: NAME,
          AccessKeyId: NAME,
          Status: NAME,
          SecretAccessKey: NAME,
          CreateDate: required(TIMESTAMP),
        }),
      ),
    },
    access: ({ userName }, call: QueryCall) => userAccess(call, userNameOf(userName, call)),
    run: ({ userName }, call) => ({
      accessKey: call.directory.createAccessKey({ userName: userNameOf(userName, call) }),
    }),
  }),
  ListAccessKeys: queryOperation({
    input: { UserName: MAYBE_TEXT, ...PAGE_INPUT },
    output: { AccessKeyMetadata: required(list(ACCESS_KEY_METADATA)), ...PAGE_OUTPUT },
    access: ({ userName }, call: QueryCall) => userAccess(call, userNameOf(userName, call)),
    run: (input, call) => {
      const userName = userNameOf(input.userName, call);
      const { items, ...page } = call.directory.listAccessKeys({ ...input, userName });
      return { accessKeyMetadata: items, ...page };
    },
  }),
  UpdateAccessKey: queryOperation({
    input: { UserName: MAYBE_TEXT, AccessKeyId: NAME, Status: NAME },
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userNameOf(userName, call)),
    run: (input, call) => {
      const userName = userNameOf(input.userName, call);
      call.directory.updateAccessKey({ ...input, userName });
    },
  }),
  DeleteAccessKey: queryOperation({
    input: { UserName: MAYBE_TEXT, AccessKeyId: NAME },
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userNameOf(userName, call)),
    run: (input, call) => {
      const userName = userNameOf(input.userName, call);
      call.directory.deleteAccessKey({ ...input, userName });
    },
  }),
  GetAccessKeyLastUsed: queryOperation({
    input: { AccessKeyId: NAME },
    output: {
      UserName: NAME,
      AccessKeyLastUsed: required(
        structure({ LastUsedDate: optional(TIMESTAMP), ServiceName: NAME, Region: NAME }),
      ),
    },
    access: ({ accessKeyId }, call: QueryCall) => {
      const owner = call.directory.findAccessKey(accessKeyId)?.user.userName;
      return owner === undefined ? { resource: "*" } : userAccess(call, owner);
    },
    run: (input, { directory }) => directory.getAccessKeyLastUsed(input),
  }),
};
