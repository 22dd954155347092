/** From SNI, or `amzn-cluster-id` where SNI names no cluster, to the cluster. */
import {
  type ClusterEndpoint,
  parseClusterEndpoint,
  parseClusterIdentifier,
} from "../../dsql/index.ts";
import type { Cluster, ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { ClusterDirectory } from "../ports.ts";
import { refuse } from "../refusal.ts";

interface Found {
  readonly cluster: Cluster;
}

/** Makes the step that finds the cluster which the client wants. */
export function findCluster(
  clusters: ClusterDirectory,
): (facts: { readonly attempt: ConnectionAttempt }) => StepOutcome<Found> {
  return ({ attempt }) => {
    const { serverName, clusterOption } = attempt;
    const named = serverName === undefined ? undefined : endpointOf(serverName, clusters);
    const saw = { serverName: serverName ?? null, clusterOption: clusterOption ?? null };
    const invalid = (reason: string): StepOutcome<Found> => ({
      kind: "refuse",
      saw,
      refusal: refuse("sni_invalid", reason),
    });

    // DEVIATION: whether the option overrides a valid public SNI is unknown; a contradiction is refused.
    if (named !== undefined && clusterOption !== undefined && named.cluster !== clusterOption) {
      return invalid(
        `server name is for cluster \`${named.cluster}\` but amzn-cluster-id is \`${clusterOption}\``,
      );
    }
    const identifier = named?.cluster ?? parseClusterIdentifier(clusterOption ?? "");
    if (identifier === undefined) {
      return invalid(
        clusterOption === undefined
          ? `server name \`${serverName ?? ""}\` is neither <id>.dsql.<region>.on.aws nor a configured alias`
          : `amzn-cluster-id \`${clusterOption}\` is not 26 lower-case letters and digits`,
      );
    }
    const cluster = clusters.findCluster(identifier, named?.region);
    if (cluster === undefined) {
      const where = named === undefined ? "" : ` in region \`${named.region}\``;
      return invalid(
        `there is no cluster \`${identifier}\`${where}: create it or declare it in the configuration`,
      );
    }
    return { kind: "continue", facts: { cluster }, saw: { ...saw, cluster: cluster.arn } };
  };
}

/** What a host name stands for, by its form or as an alias. */
export function endpointOf(
  hostName: string,
  clusters: ClusterDirectory,
): ClusterEndpoint | undefined {
  return parseClusterEndpoint(hostName) ?? clusters.resolveAlias(hostName.toLowerCase());
}
