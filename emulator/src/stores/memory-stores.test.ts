import { describe, expect, test } from "vitest";
import type { Cluster } from "../auth/index.ts";
import type { AccountId, ClusterIdentifier } from "../dsql/index.ts";
import type { Caller } from "../iam/index.ts";
import { MemoryClusterDirectory } from "./memory-cluster-directory.ts";
import { unmappedRoleMappingStore } from "./unmapped-role-mapping-store.ts";

const accountId = "123456789012" as AccountId;
const first = "a".repeat(26) as ClusterIdentifier;
const second = "b".repeat(26) as ClusterIdentifier;

function clusterIn(region: string, identifier: ClusterIdentifier): Cluster {
  const arn = `arn:aws:dsql:${region}:${accountId}:cluster/${identifier}`;
  return { identifier, region, accountId, arn, status: "ACTIVE" };
}

const alice: Caller = {
  kind: "user",
  arn: `arn:aws:iam::${accountId}:user/alice`,
  accountId,
  userId: "AIDAFAKEFAKEFAKEFAKEF",
};

describe("MemoryClusterDirectory", () => {
  const inVirginia = clusterIn("us-east-1", first);
  const inIreland = clusterIn("eu-west-1", second);
  const endpoint = { cluster: first, region: "us-east-1" };
  const directory = new MemoryClusterDirectory({
    clusters: [inVirginia, inIreland],
    aliases: new Map([["LocalHost", endpoint]]),
  });

  test.each([
    ["finds a cluster in its region", second, "eu-west-1", inIreland],
    ["does not find a cluster in another region", second, "us-east-1", undefined],
    ["finds a cluster without a region, wherever it is", second, undefined, inIreland],
    ["does not find an unknown cluster", "c".repeat(26), undefined, undefined],
  ])("%s", (_name, identifier, region, expected) => {
    expect(directory.findCluster(identifier as ClusterIdentifier, region)).toBe(expected);
  });

  test.each([
    ["localhost", endpoint],
    ["LOCALHOST", endpoint],
    ["localhost.", endpoint],
    ["localhost.example", undefined],
    ["", undefined],
  ])("resolves the alias `%s`", (hostName, expected) => {
    expect(directory.resolveAlias(hostName)).toEqual(expected);
  });
});

describe("unmappedRoleMappingStore", () => {
  test("has no mapping, not even for admin", async () => {
    const cluster = clusterIn("us-east-1", first);
    expect(await unmappedRoleMappingStore.isMapped(cluster, alice, "app")).toBe(false);
    expect(await unmappedRoleMappingStore.isMapped(cluster, alice, "admin")).toBe(false);
  });
});
