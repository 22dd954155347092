/** The operations of IAM on inline policies of users, groups and roles. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { DOCUMENT, list, required, text } from "../query/shape.ts";
import { NAME, PAGE_INPUT, PAGE_OUTPUT } from "./entity-shapes.ts";
import { groupAccess, roleAccess, userAccess } from "./iam-resources.ts";

const USER_POLICY = { UserName: NAME, PolicyName: NAME };
const GROUP_POLICY = { GroupName: NAME, PolicyName: NAME };
const ROLE_POLICY = { RoleName: NAME, PolicyName: NAME };
const SHOWN_DOCUMENT = { PolicyDocument: required(DOCUMENT) };
const POLICY_NAMES = { PolicyNames: required(list(text())), ...PAGE_OUTPUT };

/** Operations by name. */
export const INLINE_POLICY_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  PutUserPolicy: queryOperation({
    input: { ...USER_POLICY, PolicyDocument: NAME },
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      directory.putUserPolicy(input);
    },
  }),
  GetUserPolicy: queryOperation({
    input: USER_POLICY,
    output: { ...USER_POLICY, ...SHOWN_DOCUMENT },
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => directory.getUserPolicy(input),
  }),
  ListUserPolicies: queryOperation({
    input: { UserName: NAME, ...PAGE_INPUT },
    output: POLICY_NAMES,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listUserPolicies(input);
      return { policyNames: items, ...page };
    },
  }),
  DeleteUserPolicy: queryOperation({
    input: USER_POLICY,
    output: undefined,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      directory.deleteUserPolicy(input);
    },
  }),
  PutGroupPolicy: queryOperation({
    input: { ...GROUP_POLICY, PolicyDocument: NAME },
    output: undefined,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      directory.putGroupPolicy(input);
    },
  }),
  GetGroupPolicy: queryOperation({
    input: GROUP_POLICY,
    output: { ...GROUP_POLICY, ...SHOWN_DOCUMENT },
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => directory.getGroupPolicy(input),
  }),
  ListGroupPolicies: queryOperation({
    input: { GroupName: NAME, ...PAGE_INPUT },
    output: POLICY_NAMES,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listGroupPolicies(input);
      return { policyNames: items, ...page };
    },
  }),
  DeleteGroupPolicy: queryOperation({
    input: GROUP_POLICY,
    output: undefined,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      directory.deleteGroupPolicy(input);
    },
  }),
  PutRolePolicy: queryOperation({
    input: { ...ROLE_POLICY, PolicyDocument: NAME },
    output: undefined,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      directory.putRolePolicy(input);
    },
  }),
  GetRolePolicy: queryOperation({
    input: ROLE_POLICY,
    output: { ...ROLE_POLICY, ...SHOWN_DOCUMENT },
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => directory.getRolePolicy(input),
  }),
  ListRolePolicies: queryOperation({
    input: { RoleName: NAME, ...PAGE_INPUT },
    output: POLICY_NAMES,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listRolePolicies(input);
      return { policyNames: items, ...page };
    },
  }),
  DeleteRolePolicy: queryOperation({
    input: ROLE_POLICY,
    output: undefined,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      directory.deleteRolePolicy(input);
    },
  }),
};
