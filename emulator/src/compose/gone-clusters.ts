/** What follows when a cluster is gone: its sessions end and its data are removed. */
import type { ClusterEvent, ClusterView, DatabaseLocation } from "../clusters/index.ts";

/** A cluster that is gone. */
export type GoneCluster = Extract<ClusterEvent, { readonly kind: "gone" }>;

/** The rest of the emulator, as far as it must forget a cluster. */
export interface ForgetfulParts {
  /** Notes beforehand that the data of a database are to be removed. */
  markForDrop(database: DatabaseLocation): void;
  /** Takes the note back. */
  unmark(database: DatabaseLocation): void;
  /** Keeps that the cluster is gone. @throws StateFileError when it cannot; it is there again then */
  keepClusters(): Promise<void>;
  endSessionsOf(cluster: ClusterView): Promise<unknown>;
  drop(database: DatabaseLocation): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Clusters that are gone. Those that went while the emulator was down are told of before the parts are
 * there, and wait for them.
 */
export class GoneClusters {
  #parts: ForgetfulParts | undefined;
  readonly #waiting: GoneCluster[] = [];

  add(gone: GoneCluster): void {
    if (this.#parts === undefined) this.#waiting.push(gone);
    else void forget(gone, this.#parts);
  }

  /** Forgets those that wait, and from now on the others as they go. */
  async start(parts: ForgetfulParts): Promise<void> {
    this.#parts = parts;
    for (const gone of this.#waiting.splice(0)) await forget(gone, parts);
  }
}

/** Nothing is removed before it is kept that the cluster is gone: it would come back without its data. */
async function forget(
  { cluster, isDatabaseUnused }: GoneCluster,
  parts: ForgetfulParts,
): Promise<void> {
  const { database } = cluster;
  try {
    if (isDatabaseUnused) parts.markForDrop(database);
    try {
      await parts.keepClusters();
    } catch (error) {
      parts.unmark(database);
      throw error;
    }
    await parts.endSessionsOf(cluster);
    if (isDatabaseUnused) await parts.drop(database);
  } catch (error) {
    parts.onError(error);
  }
}
