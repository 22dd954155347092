import { describe, expect, test } from "vitest";
import type { AccessKey, Cluster, Principal } from "../auth/index.ts";
import type { AccountId, ClusterIdentifier } from "../dsql/index.ts";
import type { AttachedPolicy } from "../iam/index.ts";
import { MemoryAccessKeyStore } from "./memory-access-key-store.ts";
import { MemoryClusterDirectory } from "./memory-cluster-directory.ts";
import { MemoryPolicyStore } from "./memory-policy-store.ts";
import { unmappedRoleMappingStore } from "./unmapped-role-mapping-store.ts";

const accountId = "123456789012" as AccountId;
const first = "a".repeat(26) as ClusterIdentifier;
const second = "b".repeat(26) as ClusterIdentifier;

function clusterIn(region: string, identifier: ClusterIdentifier): Cluster {
  const arn = `arn:aws:dsql:${region}:${accountId}:cluster/${identifier}`;
  return { identifier, region, accountId, arn, status: "ACTIVE" };
}

const alice: Principal = { kind: "user", arn: `arn:aws:iam::${accountId}:user/alice`, accountId };

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

describe("MemoryAccessKeyStore", () => {
  const key: AccessKey = {
    accessKeyId: "AKIAFAKEFAKEFAKEFAKE",
    secretAccessKey: "fake-secret-for-tests",
    status: "Inactive",
    principal: alice,
  };

  test("finds a key by its exact id", () => {
    const store = new MemoryAccessKeyStore([key]);
    expect(store.findAccessKey("AKIAFAKEFAKEFAKEFAKE")).toBe(key);
    expect(store.findAccessKey("akiafakefakefakefake")).toBeUndefined();
    expect(store.findAccessKey("constructor")).toBeUndefined();
  });

  test("does not take two keys with one id", () => {
    expect(() => new MemoryAccessKeyStore([key, key])).toThrow(
      "access key `AKIAFAKEFAKEFAKEFAKE` is there twice (this is a bug in the emulator)",
    );
  });
});

describe("MemoryPolicyStore", () => {
  const cluster = clusterIn("us-east-1", first);

  function policyNamed(name: string): AttachedPolicy {
    const source = { kind: "inline" as const, name, attachedTo: alice.arn };
    return { document: { version: "2012-10-17", statements: [] }, source };
  }

  test("gives what is attached to the principal, and to the cluster", () => {
    const [one, boundary, other, policy] = ["one", "limit", "other", "cluster"].map(policyNamed);
    const store = new MemoryPolicyStore(
      [
        { arn: alice.arn, policies: [one!], boundary },
        { arn: `${alice.arn}2`, policies: [other!] },
      ],
      [{ arn: cluster.arn, policy }],
    );
    expect(store.policiesFor(alice, cluster)).toEqual({
      identity: [one],
      boundary,
      resource: policy,
    });
  });

  test("has nothing for an unknown principal and a cluster without a policy", () => {
    expect(new MemoryPolicyStore([]).policiesFor(alice, cluster)).toEqual({
      identity: [],
      boundary: undefined,
      resource: undefined,
    });
  });
});

describe("unmappedRoleMappingStore", () => {
  test("has no mapping, not even for admin", async () => {
    const cluster = clusterIn("us-east-1", first);
    expect(await unmappedRoleMappingStore.isMapped(cluster, alice, "app")).toBe(false);
    expect(await unmappedRoleMappingStore.isMapped(cluster, alice, "admin")).toBe(false);
  });
});
