import type { Brand } from "../shared/index.ts";
import type { ClusterIdentifier } from "./cluster-identifier.ts";

/** Twelve digits. */
export type AccountId = Brand<string, "AccountId">;

/** The text as an account id, or `undefined` if it is not twelve digits. */
export function parseAccountId(text: string): AccountId | undefined {
  return /^\d{12}$/.test(text) ? (text as AccountId) : undefined;
}

/**
 * The ARN of a cluster, the resource of `dsql:DbConnect` and `dsql:DbConnectAdmin`.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
 */
export function clusterArn(region: string, account: AccountId, cluster: ClusterIdentifier): string {
  return `arn:aws:dsql:${region}:${account}:cluster/${cluster}`;
}
