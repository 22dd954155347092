import type { Brand } from "../shared/index.ts";

/**
 * The 26 lower-case letters and digits that name a cluster.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_GetCluster.html
 */
export type ClusterIdentifier = Brand<string, "ClusterIdentifier">;

const CLUSTER_IDENTIFIER = /^[a-z0-9]{26}$/;

/** The text as a cluster identifier, or `undefined` if it has not that form. */
export function parseClusterIdentifier(text: string): ClusterIdentifier | undefined {
  return CLUSTER_IDENTIFIER.test(text) ? (text as ClusterIdentifier) : undefined;
}
