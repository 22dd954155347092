/** From `clusters` and `aliases` of a file to clusters with ARNs, and what a schema cannot check there. */
import { resolve } from "node:path";
import {
  type AccountId,
  ADMIN_ROLE,
  clusterArn,
  type ClusterIdentifier,
  parseAccountId,
  parseClusterEndpoint,
  parseClusterIdentifier,
} from "../dsql/index.ts";
import { POLICY_SIZE_LIMITS } from "../iam/index.ts";
import { DEFAULT_CLUSTER, DEFAULT_REGION } from "./defaults.ts";
import type { ConfiguredCluster, ConfiguredDatabaseRole, HostAlias } from "./emulator-config.ts";
import { childPath, type JsonObject, listOf, objectOf, textOf } from "./json-value.ts";
import { readConfigFile } from "./read-config-file.ts";
import { checkDocument, isTwice, type Report } from "./resolve-policies.ts";

/** The host name that stands for the first cluster unless the file says otherwise. */
const LOCAL_HOST_NAME = "localhost";

/**
 * Resolves what has the schema's form and passes over the rest, which the schema's check reports.
 *
 * @param directory base of relative paths in the file; absolute
 */
export function resolveClusters(
  file: JsonObject,
  accounts: readonly AccountId[],
  directory: string,
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
    const policy = checkDocument(
      json["policy"],
      `${path}.policy`,
      report,
      "resource",
      POLICY_SIZE_LIMITS.cluster,
    );
    const region = textOf(json["region"]) ?? DEFAULT_REGION;
    const cluster = makeCluster(identifier, region, accountId, tags);
    return [
      {
        ...cluster,
        deletionProtectionEnabled: json["deletionProtection"] === true,
        databaseRoles: databaseRoles(json["databaseRoles"], `${path}.databaseRoles`, report),
        sql: [
          ...listOf(json["sql"]).filter((text) => typeof text === "string"),
          ...listOf(json["sqlFiles"]).flatMap((file, position) =>
            sqlFile(file, directory, `${path}.sqlFiles[${position}]`, report),
          ),
        ],
        ...(policy === undefined ? {} : { policy }),
      },
    ];
  });
}

function databaseRoles(
  json: unknown,
  path: string,
  report: Report,
): readonly ConfiguredDatabaseRole[] {
  const seen = new Map<string, string>();
  return listOf(json).flatMap((item, index) => {
    const { name, arns } = objectOf(item);
    if (typeof name !== "string") return [];
    isTwice(seen, name, `${path}[${index}].name`, report);
    if (name === ADMIN_ROLE) report(`${path}[${index}].name`, "is `admin`, which is always there");
    return [{ name, arns: listOf(arns).filter((arn) => typeof arn === "string") }];
  });
}

function sqlFile(
  file: unknown,
  directory: string,
  path: string,
  report: Report,
): readonly string[] {
  if (typeof file !== "string") return [];
  const read = readConfigFile(resolve(directory, file));
  if (read.kind === "text") return [read.text];
  report(path, read.kind === "absent" ? `is \`${file}\`; it does not exist` : read.problem.message);
  return [];
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
  return {
    identifier,
    region,
    accountId,
    arn: clusterArn(region, accountId, identifier),
    tags,
    deletionProtectionEnabled: false,
    databaseRoles: [],
    sql: [],
  };
}
