/** How many of each thing there may be. */
import { ClustersError } from "./clusters-error.ts";

/** Quotas; each can be set otherwise. */
export interface ClusterQuotas {
  /** Of one account in one region. */
  readonly singleRegionClusters: number;
  /** Of one account in one region. */
  readonly multiRegionClusters: number;
  readonly tagsPerResource: number;
}

/**
 * The numbers of clusters are documented. The number of tags is chosen: it is what most services
 * take, while the API's model takes up to 200 in one request.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html
 */
export const DEFAULT_QUOTAS: ClusterQuotas = {
  singleRegionClusters: 20,
  multiRegionClusters: 5,
  tagsPerResource: 50,
};

/** Chosen: the codes and the resource ids that the service names are not published. */
const QUOTA_CODES: Readonly<Record<keyof ClusterQuotas, string>> = {
  singleRegionClusters: "SingleRegionClusters",
  multiRegionClusters: "MultiRegionClusters",
  tagsPerResource: "TagsPerResource",
};

/** The refusal of one thing too many. */
export function quotaExceeded(
  quota: keyof ClusterQuotas,
  resource: { readonly resourceId: string; readonly resourceType: string },
  message: string,
): ClustersError {
  const quotaCode = QUOTA_CODES[quota];
  return new ClustersError(
    { kind: "quota-exceeded", ...resource, serviceCode: "dsql", quotaCode },
    message,
  );
}
