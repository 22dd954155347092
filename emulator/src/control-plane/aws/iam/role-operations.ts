/** The operations of IAM on roles, service-linked ones included. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { list, required, structure } from "../query/shape.ts";
import {
  LISTED_ROLE,
  MAYBE_INTEGER,
  MAYBE_TAGS,
  MAYBE_TEXT,
  NAME,
  PAGE_INPUT,
  PAGE_OUTPUT,
  ROLE,
  TAG_KEYS,
  TAGS,
} from "./entity-shapes.ts";
import { maybeKey, newAccess, roleAccess, tagKeys } from "./iam-resources.ts";

const BOUNDARY_KEY = "iam:permissionsboundary";

/** Operations by name. */
export const ROLE_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  CreateRole: queryOperation({
    input: {
      Path: MAYBE_TEXT,
      RoleName: NAME,
      AssumeRolePolicyDocument: NAME,
      Description: MAYBE_TEXT,
      MaxSessionDuration: MAYBE_INTEGER,
      PermissionsBoundary: MAYBE_TEXT,
      Tags: MAYBE_TAGS,
    },
    output: { Role: required(ROLE) },
    access: ({ path = "/", roleName, permissionsBoundary, tags }, call: QueryCall) =>
      newAccess(call, "role", path, roleName, [
        ...tagKeys(tags),
        ...maybeKey(BOUNDARY_KEY, permissionsBoundary),
      ]),
    run: (input, { directory }) => ({ role: directory.createRole(input) }),
  }),
  GetRole: queryOperation({
    input: { RoleName: NAME },
    output: { Role: required(ROLE) },
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => ({ role: directory.getRole(input) }),
  }),
  ListRoles: queryOperation({
    input: { PathPrefix: MAYBE_TEXT, ...PAGE_INPUT },
    output: { Roles: required(list(LISTED_ROLE)), ...PAGE_OUTPUT },
    access: ({ pathPrefix = "/" }, call: QueryCall) => newAccess(call, "role", pathPrefix, ""),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listRoles(input);
      return { roles: items, ...page };
    },
  }),
  UpdateRole: queryOperation({
    input: { RoleName: NAME, Description: MAYBE_TEXT, MaxSessionDuration: MAYBE_INTEGER },
    output: {},
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      directory.updateRole(input);
      return {};
    },
  }),
  UpdateRoleDescription: queryOperation({
    input: { RoleName: NAME, Description: NAME },
    output: { Role: required(ROLE) },
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => ({ role: directory.updateRoleDescription(input) }),
  }),
  UpdateAssumeRolePolicy: queryOperation({
    input: { RoleName: NAME, PolicyDocument: NAME },
    output: undefined,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      directory.updateAssumeRolePolicy(input);
    },
  }),
  DeleteRole: queryOperation({
    input: { RoleName: NAME },
    output: undefined,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      directory.deleteRole(input);
    },
  }),
  TagRole: queryOperation({
    input: { RoleName: NAME, Tags: TAGS },
    output: undefined,
    access: ({ roleName, tags }, call: QueryCall) => roleAccess(call, roleName, tagKeys(tags)),
    run: (input, { directory }) => {
      directory.tagRole(input);
    },
  }),
  UntagRole: queryOperation({
    input: { RoleName: NAME, TagKeys: TAG_KEYS },
    output: undefined,
    access: ({ roleName, tagKeys: keys }, call: QueryCall) =>
      roleAccess(call, roleName, [["aws:tagkeys", keys]]),
    run: (input, { directory }) => {
      directory.untagRole(input);
    },
  }),
  ListRoleTags: queryOperation({
    input: { RoleName: NAME, ...PAGE_INPUT },
    output: { Tags: TAGS, ...PAGE_OUTPUT },
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listRoleTags(input);
      return { tags: items, ...page };
    },
  }),
  PutRolePermissionsBoundary: queryOperation({
    input: { RoleName: NAME, PermissionsBoundary: NAME },
    output: undefined,
    access: ({ roleName, permissionsBoundary }, call: QueryCall) =>
      roleAccess(call, roleName, maybeKey(BOUNDARY_KEY, permissionsBoundary)),
    run: (input, { directory }) => {
      directory.putRolePermissionsBoundary(input);
    },
  }),
  DeleteRolePermissionsBoundary: queryOperation({
    input: { RoleName: NAME },
    output: undefined,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      directory.deleteRolePermissionsBoundary(input);
    },
  }),
  ListInstanceProfilesForRole: queryOperation({
    input: { RoleName: NAME, ...PAGE_INPUT },
    output: { InstanceProfiles: required(list(structure({}))), ...PAGE_OUTPUT },
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    // DEVIATION: there are no instance profiles; the question is answered since deleting a role begins with it.
    run: ({ roleName }, { directory }) => {
      directory.getRole({ roleName });
      return { instanceProfiles: [], isTruncated: false };
    },
  }),
  CreateServiceLinkedRole: queryOperation({
    input: { AWSServiceName: NAME, Description: MAYBE_TEXT, CustomSuffix: MAYBE_TEXT },
    output: { Role: required(ROLE) },
    access: ({ aWSServiceName }, call: QueryCall) =>
      newAccess(call, "role", `/aws-service-role/${aWSServiceName}/`, "*", [
        ["iam:awsservicename", [aWSServiceName]],
      ]),
    run: ({ aWSServiceName, ...input }, { directory }) => ({
      role: directory.createServiceLinkedRole({ ...input, awsServiceName: aWSServiceName }),
    }),
  }),
  DeleteServiceLinkedRole: queryOperation({
    input: { RoleName: NAME },
    output: { DeletionTaskId: NAME },
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => directory.deleteServiceLinkedRole(input),
  }),
  GetServiceLinkedRoleDeletionStatus: queryOperation({
    input: { DeletionTaskId: NAME },
    output: { Status: NAME },
    access: ({ deletionTaskId }, call: QueryCall) =>
      newAccess(call, "role", deletionTaskId.replace(/^task(\/.*\/)[^/]*\/[^/]*$/, "$1"), "*"),
    run: (input, { directory }) => directory.getServiceLinkedRoleDeletionStatus(input),
  }),
};
