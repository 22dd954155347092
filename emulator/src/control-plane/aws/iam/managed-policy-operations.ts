/** The operations of IAM on managed policies and their versions. */
import type { QueryCall } from "../query/answer-query.ts";
import { queryOperation, type SignedOperation } from "../query/query-operation.ts";
import { BOOLEAN, list, optional, required } from "../query/shape.ts";
import {
  LISTED_POLICY,
  LISTED_VERSION,
  MAYBE_TAGS,
  MAYBE_TEXT,
  NAME,
  PAGE_INPUT,
  PAGE_OUTPUT,
  POLICY,
  TAG_KEYS,
  TAGS,
  VERSION,
} from "./entity-shapes.ts";
import { newAccess, policyAccess, tagKeys } from "./iam-resources.ts";

/** Operations by name. */
export const MANAGED_POLICY_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  CreatePolicy: queryOperation({
    input: {
      PolicyName: NAME,
      Path: MAYBE_TEXT,
      PolicyDocument: NAME,
      Description: MAYBE_TEXT,
      Tags: MAYBE_TAGS,
    },
    output: { Policy: required(POLICY) },
    access: ({ path = "/", policyName, tags }, call: QueryCall) =>
      newAccess(call, "policy", path, policyName, tagKeys(tags)),
    run: (input, { directory }) => ({ policy: directory.createPolicy(input) }),
  }),
  GetPolicy: queryOperation({
    input: { PolicyArn: NAME },
    output: { Policy: required(POLICY) },
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => ({ policy: directory.getPolicy(input) }),
  }),
  ListPolicies: queryOperation({
    input: {
      Scope: MAYBE_TEXT,
      OnlyAttached: optional(BOOLEAN),
      PathPrefix: MAYBE_TEXT,
      PolicyUsageFilter: MAYBE_TEXT,
      ...PAGE_INPUT,
    },
    output: { Policies: required(list(LISTED_POLICY)), ...PAGE_OUTPUT },
    // FIDELITY: the service names no ARN here.
    access: ({ pathPrefix = "/" }) => ({ resource: `policy path ${pathPrefix}` }),
    run: (input, { directory }: QueryCall) => {
      const { items, ...page } = directory.listPolicies(input);
      return { policies: items, ...page };
    },
  }),
  DeletePolicy: queryOperation({
    input: { PolicyArn: NAME },
    output: undefined,
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => {
      directory.deletePolicy(input);
    },
  }),
  CreatePolicyVersion: queryOperation({
    input: { PolicyArn: NAME, PolicyDocument: NAME, SetAsDefault: optional(BOOLEAN) },
    output: { PolicyVersion: required(LISTED_VERSION) },
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => ({ policyVersion: directory.createPolicyVersion(input) }),
  }),
  GetPolicyVersion: queryOperation({
    input: { PolicyArn: NAME, VersionId: NAME },
    output: { PolicyVersion: required(VERSION) },
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => ({ policyVersion: directory.getPolicyVersion(input) }),
  }),
  ListPolicyVersions: queryOperation({
    input: { PolicyArn: NAME, ...PAGE_INPUT },
    output: { Versions: required(list(LISTED_VERSION)), ...PAGE_OUTPUT },
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listPolicyVersions(input);
      return { versions: items, ...page };
    },
  }),
  SetDefaultPolicyVersion: queryOperation({
    input: { PolicyArn: NAME, VersionId: NAME },
    output: undefined,
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => {
      directory.setDefaultPolicyVersion(input);
    },
  }),
  DeletePolicyVersion: queryOperation({
    input: { PolicyArn: NAME, VersionId: NAME },
    output: undefined,
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => {
      directory.deletePolicyVersion(input);
    },
  }),
  TagPolicy: queryOperation({
    input: { PolicyArn: NAME, Tags: TAGS },
    output: undefined,
    access: ({ policyArn, tags }, call: QueryCall) => policyAccess(call, policyArn, tagKeys(tags)),
    run: (input, { directory }) => {
      directory.tagPolicy(input);
    },
  }),
  UntagPolicy: queryOperation({
    input: { PolicyArn: NAME, TagKeys: TAG_KEYS },
    output: undefined,
    access: ({ policyArn, tagKeys: keys }, call: QueryCall) =>
      policyAccess(call, policyArn, [["aws:tagkeys", keys]]),
    run: (input, { directory }) => {
      directory.untagPolicy(input);
    },
  }),
  ListPolicyTags: queryOperation({
    input: { PolicyArn: NAME, ...PAGE_INPUT },
    output: { Tags: TAGS, ...PAGE_OUTPUT },
    access: ({ policyArn }, call: QueryCall) => policyAccess(call, policyArn),
    run: (input, { directory }) => {
      const { items, ...page } = directory.listPolicyTags(input);
      return { tags: items, ...page };
    },
  }),
};
