import type { Cluster, ClusterDirectory } from "../auth/index.ts";
import type { ClusterEndpoint, ClusterIdentifier } from "../dsql/index.ts";

/** What a `MemoryClusterDirectory` is made from. */
export interface ClusterDirectoryContent {
  readonly clusters: readonly Cluster[];
  /** Further host names, and what they stand for. */
  readonly aliases: ReadonlyMap<string, ClusterEndpoint>;
}

/** The clusters that were declared at start. */
export class MemoryClusterDirectory implements ClusterDirectory {
  readonly #clusters: readonly Cluster[];
  readonly #aliases: ReadonlyMap<string, ClusterEndpoint>;

  constructor({ clusters, aliases }: ClusterDirectoryContent) {
    this.#clusters = [...clusters];
    this.#aliases = new Map([...aliases].map(([name, endpoint]) => [normalized(name), endpoint]));
  }

  findCluster(cluster: ClusterIdentifier, region?: string): Cluster | undefined {
    return this.#clusters.find(
      (known) => known.identifier === cluster && (region === undefined || known.region === region),
    );
  }

  resolveAlias(hostName: string): ClusterEndpoint | undefined {
    return this.#aliases.get(normalized(hostName));
  }
}

/** As in DNS, letter case and one trailing dot do not matter. */
function normalized(hostName: string): string {
  return hostName.toLowerCase().replace(/\.$/, "");
}
