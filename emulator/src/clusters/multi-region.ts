/**
 * Multi-Region clusters: two clusters that name each other become one database with two endpoints.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/multi-region-aws-cli.html
 */
import type { ClusterRecord, ClusterScope, MultiRegionRecord } from "./cluster-records.ts";
import type { MultiRegionProperties } from "./cluster-view.ts";
import type { ClustersState } from "./clusters-state.ts";
import { conflict, invalid } from "./clusters-error.ts";
import { arnOf, parseDsqlArn } from "./resource-arn.ts";

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
/** Two Regions and a witness. */
const MAX_PEERS = 1;

/**
 * Reads the properties that a new or an existing cluster is to have. The rules are documented; all
 * texts, and that the peer must be there, are chosen.
 *
 * @param present of an existing cluster
 * @throws ClustersError `invalid`; `conflict` for a change of clusters that are linked
 */
export function checkMultiRegion(
  state: ClustersState,
  scope: ClusterScope,
  properties: MultiRegionProperties,
  present?: ClusterRecord,
): MultiRegionRecord {
  const before = present?.multiRegion;
  if (present !== undefined && before === undefined) {
    throw invalid(
      "A single-Region cluster cannot become a multi-Region cluster.",
      "multiRegionProperties",
    );
  }
  const ownArn = present === undefined ? undefined : arnOf(present);
  const witnessRegion = properties.witnessRegion ?? before?.witnessRegion;
  const named = properties.clusters?.filter((arn) => arn !== ownArn);
  const peers = named ?? before?.peers ?? [];
  if (witnessRegion === undefined || !REGION.test(witnessRegion)) {
    throw invalid(
      "A multi-Region cluster needs a witness Region.",
      "multiRegionProperties.witnessRegion",
    );
  }
  if (before?.isLinked === true && present !== undefined) {
    const isSame = witnessRegion === before.witnessRegion && peers.join() === before.peers.join();
    if (isSame) return before;
    const message = "The clusters of a multi-Region cluster that is set up cannot be changed.";
    throw conflict("cluster", present.identifier, message);
  }
  checkRegions(scope, witnessRegion, peers);
  for (const arn of peers) checkPeer(state, scope, arn, witnessRegion, ownArn);
  return { witnessRegion, peers: [...peers], isLinked: false };
}

function checkRegions(
  { region }: ClusterScope,
  witnessRegion: string,
  peers: readonly string[],
): void {
  const regions = [region, ...peers.map((arn) => parseDsqlArn(arn)?.region ?? "")];
  if (regions.includes(witnessRegion)) {
    throw invalid(
      "The witness Region must be another Region than those of the clusters.",
      "multiRegionProperties.witnessRegion",
    );
  }
  if (peers.length > MAX_PEERS) {
    throw invalid(
      "A multi-Region cluster has clusters in two Regions.",
      "multiRegionProperties.clusters",
    );
  }
  if (new Set(regions).size < regions.length) {
    throw invalid(
      "The clusters of a multi-Region cluster must be in different Regions.",
      "multiRegionProperties.clusters",
    );
  }
}

function checkPeer(
  state: ClustersState,
  { accountId }: ClusterScope,
  arn: string,
  witnessRegion: string,
  ownArn: string | undefined,
): void {
  const peer = state.findByArn(arn, accountId);
  const say = (message: string): Error => invalid(message, "multiRegionProperties.clusters");
  if (peer === undefined || isEnding(peer)) throw say(`There is no cluster '${arn}'.`);
  if (peer.multiRegion === undefined) {
    throw say(`The cluster '${arn}' is not a multi-Region cluster.`);
  }
  if (peer.multiRegion.witnessRegion !== witnessRegion) {
    throw say(`The cluster '${arn}' has another witness Region.`);
  }
  const [other] = peer.multiRegion.peers;
  if (other !== undefined && other !== ownArn && state.findByArn(other, accountId) !== undefined) {
    throw say(`The cluster '${arn}' is peered with another cluster.`);
  }
}

function isEnding({ status }: ClusterRecord): boolean {
  return status === "DELETING" || status === "PENDING_DELETE";
}

/**
 * Links a cluster that was changed to its peer, if each names the other. The database is the older
 * cluster's: neither could be connected to before.
 */
export function linkToPeer(state: ClustersState, record: ClusterRecord): void {
  const { multiRegion } = record;
  if (multiRegion === undefined || multiRegion.isLinked) return;
  const peer = state.findByArn(multiRegion.peers[0] ?? "", record.accountId);
  if (peer?.multiRegion?.peers.includes(arnOf(record)) !== true || isEnding(peer)) return;
  const older = record.sequence < peer.sequence ? record : peer;
  for (const cluster of [record, peer]) {
    cluster.database = { region: older.region, identifier: older.identifier };
    if (cluster.multiRegion !== undefined) {
      cluster.multiRegion = { ...cluster.multiRegion, isLinked: true };
    }
  }
  if (peer.status === "PENDING_SETUP") {
    peer.status = "UPDATING";
    peer.dueAtMs = state.nowMs() + state.durations.updatingMs;
  }
  state.changed(peer);
}

/** The other clusters of the database, if it is a multi-Region cluster that is set up. */
export function linkedPeers(
  state: ClustersState,
  { multiRegion, accountId }: ClusterRecord,
): readonly ClusterRecord[] {
  if (multiRegion?.isLinked !== true) return [];
  return multiRegion.peers.flatMap((arn) => state.findByArn(arn, accountId) ?? []);
}
