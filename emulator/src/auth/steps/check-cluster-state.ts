/** The cluster is in a state in which it takes connections. */
import { assertNever } from "../../shared/index.ts";
import type { Cluster } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

/**
 * Checks the cluster's status.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cluster-lifecycle.html
 */
export function checkClusterState(facts: { readonly cluster: Cluster }): StepOutcome<object> {
  const { status } = facts.cluster;
  const saw = { status };
  switch (status) {
    case "ACTIVE":
    case "IDLE":
    case "UPDATING":
      return { kind: "continue", facts: {}, saw };
    case "INACTIVE":
      return {
        kind: "refuse",
        saw,
        refusal: refuse("cluster_waking_up", "the cluster is INACTIVE"),
      };
    case "CREATING":
    case "DELETING":
    case "DELETED":
    case "FAILED":
    case "PENDING_SETUP":
    case "PENDING_DELETE":
      return {
        kind: "refuse",
        saw,
        refusal: refuse("cluster_not_available", `the cluster is ${status}`),
      };
    default:
      return assertNever(status, "cluster status");
  }
}
