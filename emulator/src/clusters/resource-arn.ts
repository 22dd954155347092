/** ARNs of clusters and their streams. */
import {
  type AccountId,
  clusterArn,
  type ClusterIdentifier,
  parseAccountId,
  parseClusterIdentifier,
} from "../dsql/index.ts";
import type { ClusterRecord, ClusterScope, StreamRecord } from "./cluster-records.ts";

/** What an ARN names. */
export interface DsqlResource {
  readonly region: string;
  readonly accountId: AccountId;
  readonly cluster: ClusterIdentifier;
  /** Of a stream's ARN. */
  readonly streamIdentifier?: string;
}

const RESOURCE =
  /^arn:aws(?:-[^:]+)?:dsql:(?<region>[a-z0-9-]{1,20}):(?<account>\d{12}):cluster\/(?<cluster>[a-z0-9]{26})(?:\/stream\/(?<stream>[a-z0-9]{26}))?$/;

/** Reads the ARN of a cluster or stream; `undefined` for every other text. */
export function parseDsqlArn(arn: string): DsqlResource | undefined {
  const groups = RESOURCE.exec(arn)?.groups;
  const accountId = parseAccountId(groups?.["account"] ?? "");
  const cluster = parseClusterIdentifier(groups?.["cluster"] ?? "");
  if (groups === undefined || accountId === undefined || cluster === undefined) return undefined;
  const { region = "", stream } = groups;
  return {
    region,
    accountId,
    cluster,
    ...(stream === undefined ? {} : { streamIdentifier: stream }),
  };
}

/** ARN of a cluster. */
export function arnOf({ region, accountId, identifier }: ClusterRecord): string {
  return clusterArn(region, accountId, identifier);
}

/** The ARN that stands for a cluster that has no id yet. */
export function newClusterArn({ region, accountId }: ClusterScope): string {
  return `arn:aws:dsql:${region}:${accountId}:cluster/*`;
}

/** ARN of a stream. */
export function streamArnOf(cluster: ClusterRecord, { streamIdentifier }: StreamRecord): string {
  return `${arnOf(cluster)}/stream/${streamIdentifier}`;
}
