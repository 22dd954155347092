import type { ApplicablePolicies, Cluster, PolicyStore, Principal } from "../auth/index.ts";
import type { AttachedPolicy } from "../iam/index.ts";

/** What is attached to one principal. */
export interface PrincipalPolicies {
  /** ARN of the principal, as `GetCallerIdentity` shows it. */
  readonly arn: string;
  /** Inline and managed ones, those of its groups included. */
  readonly policies: readonly AttachedPolicy[];
  readonly boundary?: AttachedPolicy | undefined;
}

/** The policy of one cluster. */
export interface ClusterPolicy {
  /** ARN of the cluster. */
  readonly arn: string;
  readonly policy?: AttachedPolicy | undefined;
}

/** The policies that were declared at start. */
export class MemoryPolicyStore implements PolicyStore {
  readonly #principals: ReadonlyMap<string, PrincipalPolicies>;
  readonly #clusters: ReadonlyMap<string, AttachedPolicy | undefined>;

  constructor(principals: readonly PrincipalPolicies[], clusters: readonly ClusterPolicy[] = []) {
    this.#principals = new Map(principals.map((principal) => [principal.arn, principal]));
    this.#clusters = new Map(clusters.map(({ arn, policy }) => [arn, policy]));
  }

  policiesFor(principal: Principal, cluster: Cluster): ApplicablePolicies {
    const own = this.#principals.get(principal.arn);
    return {
      identity: own?.policies ?? [],
      boundary: own?.boundary,
      resource: this.#clusters.get(cluster.arn),
    };
  }
}
