/** The operations of IAM that attach managed policies to users, groups and roles. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { list, required, structure } from "../query/shape.ts";
import { ATTACHED_POLICY, MAYBE_TEXT, NAME, PAGE_INPUT, PAGE_OUTPUT } from "./entity-shapes.ts";
import { groupAccess, maybeKey, policyAccess, roleAccess, userAccess } from "./iam-resources.ts";

const POLICY_KEY = "iam:policyarn";
const LIST_INPUT = { PathPrefix: MAYBE_TEXT, ...PAGE_INPUT };
const LIST_OUTPUT = { AttachedPolicies: required(list(ATTACHED_POLICY)), ...PAGE_OUTPUT };

/** Operations by name. */
export const ATTACHMENT_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  AttachUserPolicy: queryOperation({
    input: { UserName: NAME, PolicyArn: NAME },
    output: undefined,
    access: ({ userName, policyArn }, call: QueryCall) =>
      userAccess(call, userName, maybeKey(POLICY_KEY, policyArn)),
    run: (input, { directory }) => {
      directory.attachUserPolicy(input);
    },
  }),
  DetachUserPolicy: queryOperation({
    input: { UserName: NAME, PolicyArn: NAME },
    output: undefined,
    access: ({ userName, policyArn }, call: QueryCall) =>
      userAccess(call, userName, maybeKey(POLICY_KEY, policyArn)),
    run: (input, { directory }) => {
      directory.detachUserPolicy(input);
    },
  }),
  ListAttachedUserPolicies: queryOperation({
    input: { UserName: NAME, ...LIST_INPUT },
    output: LIST_OUTPUT,
    access: ({ userName }, call: QueryCall) => userAccess(call, userName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listAttachedUserPolicies(input);
      return { attachedPolicies: items, ...page };
    },
  }),
  AttachGroupPolicy: queryOperation({
    input: { GroupName: NAME, PolicyArn: NAME },
    output: undefined,
    access: ({ groupName, policyArn }, call: QueryCall) =>
      groupAccess(call, groupName, maybeKey(POLICY_KEY, policyArn)),
    run: (input, { directory }) => {
      directory.attachGroupPolicy(input);
    },
  }),
  DetachGroupPolicy: queryOperation({
    input: { GroupName: NAME, PolicyArn: NAME },
    output: undefined,
    access: ({ groupName, policyArn }, call: QueryCall) =>
      groupAccess(call, groupName, maybeKey(POLICY_KEY, policyArn)),
    run: (input, { directory }) => {
      directory.detachGroupPolicy(input);
    },
  }),
  ListAttachedGroupPolicies: queryOperation({
    input: { GroupName: NAME, ...LIST_INPUT },
    output: LIST_OUTPUT,
    access: ({ groupName }, call: QueryCall) => groupAccess(call, groupName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listAttachedGroupPolicies(input);
      return { attachedPolicies: items, ...page };
    },
  }),
  AttachRolePolicy: queryOperation({
    input: { RoleName: NAME, PolicyArn: NAME },
    output: undefined,
    access: ({ roleName, policyArn }, call: QueryCall) =>
      roleAccess(call, roleName, maybeKey(POLICY_KEY, policyArn)),
    run: (input, { directory }) => {
      directory.attachRolePolicy(input);
    },
  }),
  DetachRolePolicy: queryOperation({
    input: { RoleName: NAME, PolicyArn: NAME },
    output: undefined,
    access: ({ roleName, policyArn }, call: QueryCall) =>
      roleAccess(call, roleName, maybeKey(POLICY_KEY, policyArn)),
    run: (input, { directory }) => {
      directory.detachRolePolicy(input);
    },
  }),
  ListAttachedRolePolicies: queryOperation({
    input: { RoleName: NAME, ...LIST_INPUT },
    output: LIST_OUTPUT,
    access: ({ roleName }, call: QueryCall) => roleAccess(call, roleName),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listAttachedRolePolicies(input);
      return { attachedPolicies: items, ...page };
    },
  }),
  ListEntitiesForPolicy: queryOperation({
    input: {
      PolicyArn: NAME,
      EntityFilter: MAYBE_TEXT,
      PathPrefix: MAYBE_TEXT,
      PolicyUsageFilter: MAYBE_TEXT,
      ...PAGE_INPUT,
    },
    output: {
      PolicyGroups: required(list(structure({ GroupName: NAME, GroupId: NAME }))),
      PolicyUsers: required(list(structure({ UserName: NAME, UserId: NAME }))),
      PolicyRoles: required(list(structure({ RoleName: NAME, RoleId: NAME }))),
      ...PAGE_OUTPUT,
    },
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => directory.listEntitiesForPolicy(input),
  }),
};
