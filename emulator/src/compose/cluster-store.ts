/** The clusters of the emulator: declared, made by the API, kept in the data directory. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Cluster, ClusterDirectory } from "../auth/index.ts";
import {
  type ClusterEvent,
  type ClusterRecord,
  type ClusterQuotas,
  type Clusters,
  type ClustersOptions,
  type ClustersSnapshot,
  createClusters,
  type DatabaseLocation,
  type LifecycleDurations,
  restoreClusters,
} from "../clusters/index.ts";
import type { ConfiguredCluster, HostAlias } from "../config/index.ts";
import type { ClusterEndpoint } from "../dsql/index.ts";
import { type CancelTimer, type Clock, type ClockTimers, encodeBase32 } from "../shared/index.ts";
import { JsonStateFile } from "../stores/index.ts";

const FILE_NAME = "clusters.json";
/** 26 characters of base32. */
const IDENTIFIER_BYTES = 16;

/** What clusters are opened from. */
export interface ClusterStoreOptions {
  readonly declared: readonly ConfiguredCluster[];
  readonly aliases: readonly HostAlias[];
  /** Where they are kept; `undefined` keeps them in memory. */
  readonly dataDirectory: string | undefined;
  readonly durations: Partial<LifecycleDurations>;
  readonly quotas: Partial<ClusterQuotas>;
  readonly clock: Clock & ClockTimers;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** The clusters, and how connections find them. */
export interface ClusterStore extends ClusterDirectory {
  readonly clusters: Clusters;
  /** The clusters as the configuration declares them, without what the API has made. */
  declared(): ClustersSnapshot;
  /** Whether it was kept, when the emulator started, that a cluster uses the database. */
  readonly wasKept: (database: DatabaseLocation) => boolean;
  /** @throws StateFileError when they cannot be kept */
  keep(): Promise<void>;
}

/**
 * Opens the clusters: those of the file have its tags and policy; one that the file no longer has stays
 * with its data until it is deleted.
 *
 * @throws StateFileError when the kept state cannot be read
 */
export function openClusters(options: ClusterStoreOptions): ClusterStore {
  const { declared, dataDirectory, clock, durations, quotas, onEvent } = options;
  const file: JsonStateFile<ClustersSnapshot> | undefined =
    dataDirectory === undefined
      ? undefined
      : new JsonStateFile<ClustersSnapshot>(join(dataDirectory, FILE_NAME), {
          // What the API was told has failed has not happened.
          onFailedWrite: () => {
            const kept = file?.read(isSnapshot);
            if (kept !== undefined) clusters.reset(kept);
          },
        });
  const stored = file?.read(isSnapshot);
  const clustersOptions: ClustersOptions = {
    clock,
    durations,
    quotas,
    onEvent,
    onChange: () => {
      scheduleNext();
    },
    ids: { newIdentifier: () => encodeBase32(randomBytes(IDENTIFIER_BYTES)) },
  };
  let cancelNext: CancelTimer = () => undefined;
  /** What becomes due by itself happens then, and not only when somebody looks. */
  function scheduleNext(): void {
    cancelNext();
    const due = clusters.nextDue();
    if (due === undefined) return;
    cancelNext = clock.schedule(due, () => {
      clusters.settle();
      scheduleNext();
    });
  }
  const clusters: Clusters = openStored();
  function openStored(): Clusters {
    if (stored === undefined) return createClusters(clustersOptions);
    try {
      return restoreClusters(asDeclared(stored, declared), clustersOptions);
    } catch (error) {
      throw file?.notUnderstood(error) ?? error;
    }
  }
  declareAll(clusters, declared);
  scheduleNext();
  const aliases = new Map(options.aliases.map(({ hostName, ...endpoint }) => [hostName, endpoint]));
  return {
    clusters,
    declared: () => {
      const { clock: now, ids } = clustersOptions;
      const fresh = createClusters({ clock: now, ids, durations, quotas });
      declareAll(fresh, declared);
      return fresh.snapshot();
    },
    wasKept: ({ region, identifier }) =>
      stored?.clusters.some(
        ({ database }) => database.region === region && database.identifier === identifier,
      ) === true,
    findCluster: (identifier, region) => clusterOf(clusters, identifier, region),
    resolveAlias: (hostName): ClusterEndpoint | undefined =>
      // As in DNS, letter case and one trailing dot do not matter.
      aliases.get(hostName.toLowerCase().replace(/\.$/, "")),
    keep: async () => {
      await file?.write(() => clusters.snapshot());
    },
  };
}

function declareAll(clusters: Clusters, declared: readonly ConfiguredCluster[]): void {
  for (const { policy, ...cluster } of declared) {
    clusters.declareCluster({
      ...cluster,
      policy: policy === undefined ? undefined : JSON.stringify(policy),
    });
  }
}

function clusterOf(
  clusters: Clusters,
  identifier: string,
  region: string | undefined,
): Cluster | undefined {
  const view = clusters.findCluster(identifier, region);
  if (view === undefined) return undefined;
  const { arn, accountId, status, tags } = view;
  return { identifier: view.identifier, region: view.region, accountId, arn, status, tags };
}

/** What was kept, with the tags and policies of the file. */
function asDeclared(
  stored: ClustersSnapshot,
  declared: readonly ConfiguredCluster[],
): ClustersSnapshot {
  return {
    ...stored,
    clusters: stored.clusters.map((record) => {
      const cluster = declared.find(({ identifier }) => identifier === record.identifier);
      if (cluster === undefined) return record;
      const text = cluster.policy === undefined ? undefined : JSON.stringify(cluster.policy);
      if (text === record.policy?.text) return { ...record, tags: cluster.tags };
      const version = record.policyVersions + 1;
      return {
        ...record,
        tags: cluster.tags,
        policy: text === undefined ? undefined : { text, version },
        policyVersions: version,
      };
    }),
  };
}

function isSnapshot(json: unknown): json is ClustersSnapshot {
  const { version, sequence, clusters, answers } = (json ?? {}) as Partial<ClustersSnapshot>;
  return (
    version === 1 &&
    typeof sequence === "number" &&
    Array.isArray(answers) &&
    Array.isArray(clusters) &&
    clusters.every(isRecord)
  );
}

/** A look at the outside of what JSON has: that no later version or other program wrote it. */
function isRecord(value: unknown): boolean {
  const record = (value ?? {}) as Partial<ClusterRecord>;
  return (
    typeof record.identifier === "string" &&
    typeof record.region === "string" &&
    typeof record.accountId === "string" &&
    typeof record.status === "string" &&
    typeof record.database === "object" &&
    Array.isArray(record.streams)
  );
}
