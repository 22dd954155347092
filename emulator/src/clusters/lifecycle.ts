/** How clusters and streams get from one state to the next as time passes. */
import type { ClusterRecord, StreamRecord } from "./cluster-records.ts";

/** How long things take, in milliseconds of the emulator's clock. */
export interface LifecycleDurations {
  readonly creatingMs: number;
  readonly updatingMs: number;
  /** From the deletion of the last cluster of a multi-Region cluster until all of them are DELETING. */
  readonly pendingDeleteMs: number;
  readonly deletingMs: number;
  readonly streamCreatingMs: number;
  readonly streamDeletingMs: number;
  /** How long an INACTIVE cluster takes to wake. */
  readonly wakingMs: number;
  /** Without a connection for so long a cluster is IDLE; never unless given. */
  readonly idleAfterMs?: number | undefined;
  /** Without a connection for so long a cluster is INACTIVE; never unless given. */
  readonly inactiveAfterMs?: number | undefined;
}

/**
 * Chosen: every state is gone at the next look, so that a waiter returns after its first poll. Answers
 * of the operations themselves still say CREATING, UPDATING and DELETING.
 */
export const DEFAULT_DURATIONS: LifecycleDurations = {
  creatingMs: 0,
  updatingMs: 0,
  pendingDeleteMs: 0,
  deletingMs: 0,
  streamCreatingMs: 0,
  streamDeletingMs: 0,
  wakingMs: 0,
};

/** What a step of a cluster's life leads to. */
export type LifecycleStep = "active" | "gone" | "other";

/** When the next thing happens to the cluster or one of its streams; `undefined` if nothing will. */
export function nextDueMs(
  cluster: ClusterRecord,
  durations: LifecycleDurations,
  isInUse: boolean,
): number | undefined {
  const times = [cluster.dueAtMs, restDueMs(cluster, durations, isInUse)];
  for (const { dueAtMs } of cluster.streams) times.push(dueAtMs);
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** When a cluster that nobody uses goes to rest. */
function restDueMs(
  { status, lastActivityMs }: ClusterRecord,
  { idleAfterMs, inactiveAfterMs }: LifecycleDurations,
  isInUse: boolean,
): number | undefined {
  if (isInUse) return undefined;
  const delays =
    status === "ACTIVE"
      ? [idleAfterMs, inactiveAfterMs]
      : status === "IDLE"
        ? [inactiveAfterMs]
        : [];
  const known = delays.filter((delay) => delay !== undefined);
  return known.length === 0 ? undefined : lastActivityMs + Math.min(...known);
}

/** Takes the one step of the cluster that was due first, at `nowMs` at the latest; `undefined` if none was. */
export function stepCluster(
  cluster: ClusterRecord,
  durations: LifecycleDurations,
  nowMs: number,
  isInUse: boolean,
): LifecycleStep | undefined {
  const { dueAtMs } = cluster;
  if (dueAtMs !== undefined && dueAtMs <= nowMs) return finish(cluster, durations, dueAtMs);
  const restMs = restDueMs(cluster, durations, isInUse);
  if (restMs === undefined || restMs > nowMs) return undefined;
  const { inactiveAfterMs = Infinity } = durations;
  const isLong = nowMs - cluster.lastActivityMs >= inactiveAfterMs;
  cluster.status = isLong ? "INACTIVE" : "IDLE";
  return "other";
}

function finish(
  cluster: ClusterRecord,
  durations: LifecycleDurations,
  dueAtMs: number,
): LifecycleStep {
  cluster.dueAtMs = undefined;
  switch (cluster.status) {
    case "DELETING":
      return "gone";
    case "PENDING_DELETE":
      cluster.status = "DELETING";
      cluster.dueAtMs = dueAtMs + durations.deletingMs;
      return "other";
    case "CREATING":
    case "UPDATING":
    case "INACTIVE":
    case "ACTIVE":
    case "IDLE":
    case "DELETED":
    case "FAILED":
    case "PENDING_SETUP":
      cluster.encryption = { ...cluster.encryption, status: "ENABLED" };
      cluster.lastActivityMs = dueAtMs;
      cluster.status = isWaitingForPeer(cluster) ? "PENDING_SETUP" : "ACTIVE";
      return cluster.status === "ACTIVE" ? "active" : "other";
  }
}

function isWaitingForPeer({ multiRegion }: ClusterRecord): boolean {
  return multiRegion?.isLinked === false;
}

/** Takes the steps of the streams that are due; returns whether there were any. */
export function stepStreams(cluster: ClusterRecord, nowMs: number): boolean {
  const due = cluster.streams.filter(({ dueAtMs }) => dueAtMs !== undefined && dueAtMs <= nowMs);
  if (due.length === 0) return false;
  const gone = new Set<StreamRecord>();
  for (const stream of due) {
    if (stream.status === "DELETING") gone.add(stream);
    else stream.status = "ACTIVE";
    stream.dueAtMs = undefined;
  }
  cluster.streams = cluster.streams.filter((stream) => !gone.has(stream));
  return true;
}
