/** From `clusters` and `aliases` of a file to clusters with ARNs, and what a schema cannot check there. */
import {
  type AccountId,
  clusterArn,
  type ClusterIdentifier,
  parseAccountId,
  parseClusterEndpoint,
  parseClusterIdentifier,
} from "../dsql/index.ts";
import { POLICY_SIZE_LIMITS } from "../iam/index.ts";
import { DEFAULT_CLUSTER, DEFAULT_REGION } from "./defaults.ts";
import type { ConfiguredCluster, HostAlias } from "./emulator-config.ts";
import { childPath, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";
import { readDocument, type Report } from "./resolve-policies.ts";

/** The host name that stands for the first cluster unless the file says otherwise. */
const LOCAL_HOST_NAME = "localhost";

/** A cluster has one policy, without a name; in the reasons of a decision it is called this. */
const CLUSTER_POLICY_NAME = "cluster policy";

/** Resolves what has the schema's form and passes over the rest, which the schema's check reports. */
export function resolveClusters(
  file: JsonObject,
  accounts: readonly AccountId[],
  report: Report,
): readonly ConfiguredCluster[] {
  const firstAccount = accounts[0];
  if (firstAccount === undefined) return [];
  if (file["clusters"] === undefined) {
    return [makeCluster(DEFAULT_CLUSTER, DEFAULT_REGION, firstAccount, {})];
  }
  const seen = new Map<ClusterIdentifier, string>();
  return listOf(file["clusters"]).flatMap((item, index) => {
    const path = `clusters[${index}]`;
    const json = objectOf(item);
    const accountId = parseAccountId(textOf(json["account"]) ?? firstAccount);
    if (accountId !== undefined && !accounts.includes(accountId)) {
      const declared = accounts.join(", ");
      report(`${path}.account`, `is \`${accountId}\`; expected a declared account: ${declared}`);
    }
    const identifier = parseClusterIdentifier(textOf(json["identifier"]) ?? "");
    if (identifier === undefined || accountId === undefined) return [];
    const first = seen.get(identifier);
    if (first !== undefined) report(`${path}.identifier`, `is the same as ${first}`);
    else seen.set(identifier, `${path}.identifier`);
    const tags = objectOf(json["tags"]) as Readonly<Record<string, string>>;
    const document = readDocument(
      json["policy"],
      `${path}.policy`,
      report,
      "resource",
      POLICY_SIZE_LIMITS.cluster,
    );
    const region = textOf(json["region"]) ?? DEFAULT_REGION;
    const cluster = makeCluster(identifier, region, accountId, tags);
    const source = { kind: "inline", name: CLUSTER_POLICY_NAME, attachedTo: cluster.arn } as const;
    return [document === undefined ? cluster : { ...cluster, policy: { document, source } }];
  });
}

/** Resolves aliases against the clusters; `localhost` is the first cluster if nothing else is said. */
export function resolveAliases(
  aliases: unknown,
  clusters: readonly ConfiguredCluster[],
  report: Report,
): readonly HostAlias[] {
  const seen = new Map<string, string>();
  const declared = Object.entries(objectOf(aliases)).flatMap(([key, target]) => {
    const path = childPath("aliases", key);
    const hostName = key.toLowerCase().replace(/\.$/, "");
    const first = seen.get(hostName);
    if (first === undefined) seen.set(hostName, path);
    else report(path, `is the same as ${first}`);
    if (parseClusterEndpoint(hostName) !== undefined) {
      report(path, "has the form of a cluster's own host name, which needs no alias");
    }
    const cluster = findCluster(target, clusters, path, report);
    return cluster === undefined
      ? []
      : [{ hostName, cluster: cluster.identifier, region: cluster.region }];
  });
  const [first] = clusters;
  if (first === undefined || seen.has(LOCAL_HOST_NAME)) return declared;
  const { identifier, region } = first;
  return [{ hostName: LOCAL_HOST_NAME, cluster: identifier, region }, ...declared];
}

function findCluster(
  target: unknown,
  clusters: readonly ConfiguredCluster[],
  path: string,
  report: Report,
): ConfiguredCluster | undefined {
  const { cluster: inObject, region } = objectOf(target);
  const identifier = parseClusterIdentifier(textOf(target) ?? textOf(inObject) ?? "");
  if (identifier === undefined) return undefined;
  const found = clusters.find((cluster) => cluster.identifier === identifier);
  if (found === undefined) {
    const declared = clusters.map((cluster) => cluster.identifier).join(", ");
    report(
      path,
      `is \`${identifier}\`; expected a declared cluster: ${declared || "there is none"}`,
    );
  } else if (typeof region === "string" && region !== found.region) {
    report(`${path}.region`, `is \`${region}\`; the cluster is declared in ${found.region}`);
  }
  return found;
}

function makeCluster(
  identifier: ClusterIdentifier,
  region: string,
  accountId: AccountId,
  tags: Readonly<Record<string, string>>,
): ConfiguredCluster {
  return { identifier, region, accountId, arn: clusterArn(region, accountId, identifier), tags };
}
