import { type ClusterIdentifier, parseClusterIdentifier } from "./cluster-identifier.ts";

/** What a cluster's host name says: which cluster, in which region. */
export interface ClusterEndpoint {
  readonly cluster: ClusterIdentifier;
  readonly region: string;
}

const ENDPOINT =
  /^(?<cluster>[a-z0-9]{26})\.dsql(?:-[a-z0-9]+)?\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.on\.aws$/;

/**
 * Reads `ID.dsql.REGION.on.aws` and the PrivateLink form `ID.dsql-SUFFIX.REGION.on.aws`.
 * Letter case and one trailing dot do not matter, as in DNS.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html
 */
export function parseClusterEndpoint(hostName: string): ClusterEndpoint | undefined {
  const groups = ENDPOINT.exec(hostName.toLowerCase().replace(/\.$/, ""))?.groups;
  const cluster = parseClusterIdentifier(groups?.["cluster"] ?? "");
  const region = groups?.["region"];
  return cluster === undefined || region === undefined ? undefined : { cluster, region };
}

/** The public host name of a cluster. */
export function clusterHostName(endpoint: ClusterEndpoint): string {
  return `${endpoint.cluster}.dsql.${endpoint.region}.on.aws`;
}
