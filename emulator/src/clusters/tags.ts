/** Tags of clusters and streams. Form and length are checked by who reads the request. */
import type { TagMap } from "./cluster-records.ts";
import { invalid } from "./clusters-error.ts";
import { type ClusterQuotas, quotaExceeded } from "./quotas.ts";

/** What the tags are of, as an error names it. */
export interface TaggedResource {
  readonly resourceId: string;
  readonly resourceType: "cluster" | "stream";
}

/**
 * Tags with others put in or in place of those with the same name.
 *
 * @throws ClustersError `invalid` for a name that is AWS's, `quota-exceeded` if there are too many
 */
export function withTags(
  present: TagMap,
  added: TagMap,
  resource: TaggedResource,
  { tagsPerResource }: ClusterQuotas,
): TagMap {
  if (Object.keys(added).some((name) => /^aws:/i.test(name))) {
    // Chosen: that the prefix is AWS's holds for all of its services; the text is ours.
    throw invalid("Tag keys that begin with 'aws:' are reserved.", "tags");
  }
  const tags = Object.fromEntries([...Object.entries(present), ...Object.entries(added)]);
  if (Object.keys(tags).length <= tagsPerResource) return tags;
  const message = `A ${resource.resourceType} can have no more than ${tagsPerResource} tags.`;
  throw quotaExceeded("tagsPerResource", resource, message);
}

/** Tags without those of the names. */
export function withoutTags(present: TagMap, names: readonly string[]): TagMap {
  return Object.fromEntries(Object.entries(present).filter(([name]) => !names.includes(name)));
}
