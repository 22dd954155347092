/**
 * Reading and changing the policies of clusters.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/resource-based-policies.html
 */
import type { AttachedPolicy } from "../iam/index.ts";
import { attachedPolicy, checkPolicyText } from "./cluster-policy.ts";
import type { ClusterRecord, ClusterScope, PolicyRecord } from "./cluster-records.ts";
import { conflict, notFound } from "./clusters-error.ts";
import type { ClustersState } from "./clusters-state.ts";
import type { ClusterInput } from "./cluster-operations.ts";
import { arnOf, newClusterArn } from "./resource-arn.ts";

/** Request of `putClusterPolicy`. */
export interface PutClusterPolicyInput extends ClusterInput {
  readonly policy: string;
  readonly expectedPolicyVersion?: string | undefined;
  readonly clientToken?: string | undefined;
}

/** Request of `deleteClusterPolicy`. */
export interface DeleteClusterPolicyInput extends ClusterInput {
  readonly expectedPolicyVersion?: string | undefined;
  readonly clientToken?: string | undefined;
}

/** Names a version of a policy. Chosen: versions are numbers from 1 that no later policy of the cluster has again. */
export interface PolicyVersion {
  readonly policyVersion: string;
}

/** The operations; each throws `ClustersError`. */
export interface ClusterPolicyOperations {
  putClusterPolicy(scope: ClusterScope, input: PutClusterPolicyInput): PolicyVersion;
  /** The text is the one that was sent. */
  getClusterPolicy(
    scope: ClusterScope,
    input: ClusterInput,
  ): PolicyVersion & { readonly policy: string };
  /** Answers the version that was deleted. */
  deleteClusterPolicy(scope: ClusterScope, input: DeleteClusterPolicyInput): PolicyVersion;
  /** A policy that a cluster, or one that is to be made, would have; for the check that nobody locks himself out. */
  checkedPolicy(scope: ClusterScope, text: string, identifier?: string): AttachedPolicy;
}

/** The operations on the policies of a state. */
export function policyOperations(state: ClustersState): ClusterPolicyOperations {
  return {
    putClusterPolicy: (scope, input) => {
      state.settle();
      const request = { scope, operation: "PutClusterPolicy", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () => {
        const record = state.require(scope, input.identifier);
        checkPolicyText(input.policy);
        requireVersion(record, input.expectedPolicyVersion);
        record.policyVersions += 1;
        record.policy = { text: input.policy, version: record.policyVersions };
        state.changed(record);
        return { policyVersion: String(record.policyVersions) };
      });
    },

    getClusterPolicy: (scope, { identifier }) => {
      state.settle();
      const { text, version } = requirePolicy(state.require(scope, identifier));
      return { policy: text, policyVersion: String(version) };
    },

    deleteClusterPolicy: (scope, input) => {
      state.settle();
      const request = { scope, operation: "DeleteClusterPolicy", input: { ...input } };
      return state.answers.once(request, state.nowMs(), () => {
        const record = state.require(scope, input.identifier);
        const { version } = requirePolicy(record);
        requireVersion(record, input.expectedPolicyVersion);
        record.policy = undefined;
        state.changed(record);
        return { policyVersion: String(version) };
      });
    },

    checkedPolicy: (scope, text, identifier) => {
      const record = identifier === undefined ? undefined : state.find(scope, identifier);
      const arn = record === undefined ? newClusterArn(scope) : arnOf(record);
      return attachedPolicy(checkPolicyText(text), arn);
    },
  };
}

function requirePolicy({ identifier, policy }: ClusterRecord): PolicyRecord {
  if (policy === undefined) throw notFound("cluster policy", identifier);
  return policy;
}

/** Documented: another version is a conflict. The text is chosen. */
function requireVersion({ identifier, policy }: ClusterRecord, expected: string | undefined): void {
  if (expected === undefined || expected === String(policy?.version)) return;
  const present = policy === undefined ? "there is none" : `it is version ${policy.version}`;
  const message = `The policy of the cluster is not version '${expected}': ${present}.`;
  throw conflict("cluster policy", identifier, message);
}
