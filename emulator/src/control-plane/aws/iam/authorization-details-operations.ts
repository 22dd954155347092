/** `GetAccountAuthorizationDetails`: all of an account's permissions at once. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { DOCUMENT, list, optional, required, structure, text } from "../query/shape.ts";
import {
  ATTACHED_POLICY,
  GROUP,
  PAGE_INPUT,
  PAGE_OUTPUT,
  NAME,
  POLICY,
  ROLE,
  USER,
  VERSION,
} from "./entity-shapes.ts";

const INLINE_POLICIES = required(
  list(structure({ PolicyName: NAME, PolicyDocument: required(DOCUMENT) })),
);
const ATTACHED = { AttachedManagedPolicies: required(list(ATTACHED_POLICY)) };

const USER_DETAIL = structure({
  ...USER.members,
  UserPolicyList: INLINE_POLICIES,
  GroupList: required(list(text())),
  ...ATTACHED,
});

const GROUP_DETAIL = structure({
  ...GROUP.members,
  GroupPolicyList: INLINE_POLICIES,
  ...ATTACHED,
});

// SPEC: the details of a role have neither its description nor the length of its sessions.
const {
  Description: _description,
  MaxSessionDuration: _maxSessionDuration,
  ...ROLE_MEMBERS
} = ROLE.members;
const ROLE_DETAIL = structure({
  ...ROLE_MEMBERS,
  InstanceProfileList: required(list(text())),
  RolePolicyList: INLINE_POLICIES,
  ...ATTACHED,
});

// SPEC: those of a policy have no tags.
const { Tags: _tags, ...POLICY_MEMBERS } = POLICY.members;
const POLICY_DETAIL = structure({ ...POLICY_MEMBERS, PolicyVersionList: required(list(VERSION)) });

/** Operations by name. */
export const AUTHORIZATION_DETAILS_OPERATIONS: Readonly<
  Record<string, SignedOperation<QueryCall>>
> = {
  GetAccountAuthorizationDetails: queryOperation({
    input: { Filter: optional(list(text())), ...PAGE_INPUT },
    output: {
      UserDetailList: required(list(USER_DETAIL)),
      GroupDetailList: required(list(GROUP_DETAIL)),
      RoleDetailList: required(list(ROLE_DETAIL)),
      Policies: required(list(POLICY_DETAIL)),
      ...PAGE_OUTPUT,
    },
    access: () => ({ resource: "*" }),
    run: (input, { directory }: QueryCall) => directory.getAccountAuthorizationDetails(input),
  }),
};
