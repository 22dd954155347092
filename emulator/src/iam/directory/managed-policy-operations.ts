/** The operations on managed policies and their versions. */
import { POLICY_SIZE_LIMITS } from "../policy-size.ts";
import { refuseDelete } from "./delete-conflict.ts";
import type { DirectoryState } from "./directory-state.ts";
import { describePolicy, describeVersion, type Policy, type PolicyVersion } from "./entities.ts";
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { PolicyRecord, PolicyVersionRecord } from "./iam-snapshot.ts";
import { checkMembers, optional, required, TEXT_RULES } from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { parsePolicyText } from "./parse-policy-text.ts";
import { refuseQuota, requireRoom } from "./quota.ts";
import { checkTagKeys, checkTags, type Tag, withoutTags, withTags } from "./tags.ts";

/** Names a managed policy. */
export interface PolicyArnInput {
  readonly policyArn: string | undefined;
}

/** Names a version. */
export interface PolicyVersionInput extends PolicyArnInput {
  readonly versionId: string | undefined;
}

/** Request of `CreatePolicy`. */
export interface CreatePolicyInput {
  readonly policyName: string | undefined;
  readonly path?: string | undefined;
  readonly policyDocument: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

/** Request of `CreatePolicyVersion`. */
export interface CreatePolicyVersionInput extends PolicyArnInput {
  readonly policyDocument: string | undefined;
  readonly setAsDefault?: boolean | undefined;
}

/** Request of `ListPolicies`. */
export interface ListPoliciesInput extends PageInput {
  /** `All`, `AWS` or `Local`; `All` unless given. */
  readonly scope?: string | undefined;
  readonly onlyAttached?: boolean | undefined;
  readonly pathPrefix?: string | undefined;
  /** `PermissionsPolicy` or `PermissionsBoundary`: only policies that are used so. */
  readonly policyUsageFilter?: string | undefined;
}

/** The operations; each throws `IamError`. */
export interface ManagedPolicyOperations {
  createPolicy(input: CreatePolicyInput): Policy;
  getPolicy(input: PolicyArnInput): Policy;
  listPolicies(input: ListPoliciesInput): Page<Policy>;
  deletePolicy(input: PolicyArnInput): void;
  createPolicyVersion(input: CreatePolicyVersionInput): PolicyVersion;
  getPolicyVersion(input: PolicyVersionInput): PolicyVersion;
  listPolicyVersions(input: PolicyArnInput & PageInput): Page<PolicyVersion>;
  setDefaultPolicyVersion(input: PolicyVersionInput): void;
  deletePolicyVersion(input: PolicyVersionInput): void;
  tagPolicy(input: PolicyArnInput & { readonly tags: readonly Tag[] }): void;
  untagPolicy(input: PolicyArnInput & { readonly tagKeys: readonly string[] }): void;
  listPolicyTags(input: PolicyArnInput & PageInput): Page<Tag>;
}

const POLICY_ARN = { policyArn: required(TEXT_RULES.arn) };
const CREATE_POLICY = {
  policyName: required(TEXT_RULES.policyName),
  path: optional(TEXT_RULES.policyPath),
  policyDocument: required(TEXT_RULES.document),
  description: optional(TEXT_RULES.policyDescription),
};
const CREATE_VERSION = { ...POLICY_ARN, policyDocument: required(TEXT_RULES.document) };
const VERSION = { ...POLICY_ARN, versionId: required(TEXT_RULES.versionId) };
const LIST_POLICIES = {
  scope: optional(TEXT_RULES.policyScope),
  pathPrefix: optional(TEXT_RULES.pathPrefix),
  policyUsageFilter: optional(TEXT_RULES.policyUsage),
};

/** The operations on the managed policies of a directory. */
export function managedPolicyOperations(state: DirectoryState): ManagedPolicyOperations {
  const { policies, attachments, boundaries } = state;
  const policyOf = (input: PolicyArnInput): PolicyRecord =>
    state.requirePolicy(checkMembers(input, POLICY_ARN).policyArn);
  const ownPolicy = (policyArn: string): PolicyRecord => {
    if (policyArn.startsWith("arn:aws:iam::aws:")) refuseOutsidePolicy();
    return state.requirePolicy(policyArn);
  };
  const isListed = (policy: PolicyRecord, input: ListPoliciesInput): boolean => {
    const { arn } = policy;
    const { scope = "All", pathPrefix = "/", onlyAttached = false, policyUsageFilter } = input;
    const isAttached = attachments.countOf(arn) > 0;
    const isBoundary = boundaries.countOf(arn) > 0;
    if (scope !== "All" && (scope === "AWS") !== state.isOfAws(policy)) return false;
    if (onlyAttached && !isAttached && !isBoundary) return false;
    if (policyUsageFilter === "PermissionsPolicy" && !isAttached) return false;
    if (policyUsageFilter === "PermissionsBoundary" && !isBoundary) return false;
    return policy.path.startsWith(pathPrefix);
  };

  return {
    createPolicy: (input) => {
      const members = checkMembers(input, CREATE_POLICY);
      const { policyName, path = "/", policyDocument, description } = members;
      const tags = checkTags(input.tags);
      if (state.policyNames.has(policyName.toLowerCase())) {
        const message = `A policy called ${policyName} already exists. Duplicate names are not allowed.`;
        throw new IamError("EntityAlreadyExists", message);
      }
      const quota = IAM_QUOTAS.policiesPerAccount;
      requireRoom(state.policyNames.size, "PoliciesPerAccount", quota);
      checkManagedDocument(policyDocument);
      const createDate = state.now();
      const policy: PolicyRecord = {
        name: policyName,
        path,
        arn: `arn:aws:iam::${state.accountId}:policy${path}${policyName}`,
        id: state.identities.newId("ANPA"),
        ...(description === undefined ? {} : { description }),
        createDate,
        updateDate: createDate,
        tags,
        defaultVersionId: "v1",
        versions: [{ versionId: "v1", document: policyDocument, createDate }],
        nextVersion: 2,
      };
      state.addPolicy(policy);
      return describePolicy(state, policy);
    },

    getPolicy: (input) => describePolicy(state, policyOf(input)),

    listPolicies: (input) => {
      checkMembers(input, LIST_POLICIES);
      const found = Array.from(policies.values()).filter((policy) => isListed(policy, input));
      const page = paginate(found, ({ name, arn }) => `${name.toLowerCase()} ${arn}`, input);
      return { ...page, items: page.items.map((policy) => describePolicy(state, policy)) };
    },

    deletePolicy: (input) => {
      const policy = ownPolicy(checkMembers(input, POLICY_ARN).policyArn);
      const { arn, name, versions } = policy;
      const isUsed = attachments.countOf(arn) > 0 || boundaries.countOf(arn) > 0;
      refuseDelete(isUsed, "Cannot delete a policy attached to entities.");
      refuseDelete(
        versions.length > 1,
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
      policies.delete(arn);
      state.policyNames.delete(name.toLowerCase());
    },

    createPolicyVersion: (input) => {
      const { policyArn, policyDocument } = checkMembers(input, CREATE_VERSION);
      const policy = ownPolicy(policyArn);
      checkManagedDocument(policyDocument);
      if (policy.versions.length >= IAM_QUOTAS.versionsPerPolicy) {
        const message = `A managed policy can have up to ${IAM_QUOTAS.versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`;
        throw new IamError("LimitExceeded", message);
      }
      const versionId = `v${policy.nextVersion}`;
      const version = { versionId, document: policyDocument, createDate: state.now() };
      policy.nextVersion += 1;
      policy.versions = [...policy.versions, version];
      policy.updateDate = version.createDate;
      if (input.setAsDefault === true) policy.defaultVersionId = versionId;
      return describeVersion(policy, version);
    },

    getPolicyVersion: (input) => {
      const { policyArn, versionId } = checkMembers(input, VERSION);
      const policy = state.requirePolicy(policyArn);
      return describeVersion(policy, requireVersion(policy, versionId));
    },

    listPolicyVersions: (input) => {
      const policy = policyOf(input);
      // The newest first.
      const page = paginate(policy.versions, ({ versionId }) => newestFirst(versionId), input);
      return { ...page, items: page.items.map((version) => describeVersion(policy, version)) };
    },

    setDefaultPolicyVersion: (input) => {
      const { policyArn, versionId } = checkMembers(input, VERSION);
      const policy = ownPolicy(policyArn);
      policy.defaultVersionId = requireVersion(policy, versionId).versionId;
      policy.updateDate = state.now();
    },

    deletePolicyVersion: (input) => {
      const { policyArn, versionId } = checkMembers(input, VERSION);
      const policy = ownPolicy(policyArn);
      const gone = requireVersion(policy, versionId);
      const isDefault = gone.versionId === policy.defaultVersionId;
      refuseDelete(isDefault, "Cannot delete the default version of a policy.");
      policy.versions = policy.versions.filter((version) => version !== gone);
      policy.updateDate = state.now();
    },

    tagPolicy: (input) => {
      const added = checkTags(input.tags);
      const policy = ownPolicy(checkMembers(input, POLICY_ARN).policyArn);
      policy.tags = withTags(policy.tags, added);
    },

    untagPolicy: (input) => {
      const keys = checkTagKeys(input.tagKeys);
      const policy = ownPolicy(checkMembers(input, POLICY_ARN).policyArn);
      policy.tags = withoutTags(policy.tags, keys);
    },

    listPolicyTags: (input) => paginate(policyOf(input).tags, ({ key }) => key, input),
  };
}

function refuseOutsidePolicy(): never {
  throw new IamError("AccessDenied", "Policy is outside your own account.");
}

function checkManagedDocument(text: string): void {
  const { characters } = parsePolicyText(text);
  const limit = POLICY_SIZE_LIMITS.managed;
  if (characters > limit) refuseQuota("PolicySize", limit);
}

function requireVersion(policy: PolicyRecord, versionId: string): PolicyVersionRecord {
  const version = policy.versions.find((present) => present.versionId === versionId);
  if (version !== undefined) return version;
  const message = `Policy ${policy.arn} version ${versionId} does not exist or is not attachable.`;
  throw new IamError("NoSuchEntity", message);
}

function newestFirst(versionId: string): string {
  const number = Number(versionId.slice(1));
  return String(Number.MAX_SAFE_INTEGER - number).padStart(16, "0");
}
