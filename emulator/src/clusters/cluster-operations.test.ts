import { beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  arn,
  type ClusterWorld,
  HERE,
  identifier,
  makeClusterWorld,
  problemOf,
} from "../../test/fixtures/dsql/cluster-world.ts";
import type { AccountId } from "../dsql/index.ts";
import type { ClusterScope } from "./index.ts";

const CREATED = new Date("2026-01-02T03:04:05Z");
const MINUTE = 60_000;
const OTHER_ACCOUNT: ClusterScope = { accountId: "210987654321" as AccountId, region: "us-east-1" };
const OTHER_REGION: ClusterScope = { accountId: ACCOUNT, region: "eu-west-1" };
const ONE = { identifier: identifier(1) };

let world: ClusterWorld;

beforeEach(() => {
  world = makeClusterWorld();
});

/** Makes a cluster that is ACTIVE and may be deleted. */
function makeActive(scope = HERE): string {
  const made = world.clusters.createCluster(scope, { deletionProtectionEnabled: false });
  world.clock.advance(MINUTE);
  return made.identifier;
}

describe("a new cluster", () => {
  const VIEW = {
    ...ONE,
    arn: arn(1),
    region: "us-east-1",
    accountId: ACCOUNT,
    creationTime: CREATED,
    deletionProtectionEnabled: true,
    tags: {},
    encryptionDetails: { encryptionType: "AWS_OWNED_KMS_KEY", encryptionStatus: "ENABLED" },
    endpoint: `${identifier(1)}.dsql.us-east-1.on.aws`,
    database: { region: "us-east-1", ...ONE },
  };

  test("is CREATING, protected from deletion, and ACTIVE when its time is over", () => {
    expect(world.clusters.createCluster(HERE, {})).toEqual({ ...VIEW, status: "CREATING" });
    world.clock.advance(MINUTE - 1);
    expect(world.clusters.getCluster(HERE, ONE)).toEqual({ ...VIEW, status: "CREATING" });
    expect(world.events).toEqual([]);
    world.clock.advance(1);
    expect(world.clusters.getCluster(HERE, ONE)).toEqual({ ...VIEW, status: "ACTIVE" });
    expect(world.events).toEqual([{ kind: "active", cluster: { ...VIEW, status: "ACTIVE" } }]);
  });

  test("is ACTIVE at the first look unless durations are given, and was CREATING in the answer", () => {
    world = makeClusterWorld({ durations: {} });
    expect(world.clusters.createCluster(HERE, {}).status).toBe("CREATING");
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
  });

  test("has the tags of its request, whatever their names", () => {
    const tags = JSON.parse('{"__proto__":"a","constructor":"b","Team":"c d"}') as Record<
      string,
      string
    >;
    world.clusters.createCluster(HERE, { tags });
    expect(Object.entries(world.clusters.getCluster(HERE, ONE).tags)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["Team", "c d"],
    ]);
  });

  test.each([
    [
      "arn:aws:kms:us-east-1:123456789012:key/fake-key",
      "arn:aws:kms:us-east-1:123456789012:key/fake-key",
    ],
    ["fake-key", "arn:aws:kms:us-east-1:123456789012:key/fake-key"],
    ["alias/mine", "arn:aws:kms:us-east-1:123456789012:alias/mine"],
  ])("with the key %s is ENABLING until it is ACTIVE", (kmsEncryptionKey, kmsKeyArn) => {
    const details = { encryptionType: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyArn };
    const { encryptionDetails } = world.clusters.createCluster(HERE, { kmsEncryptionKey });
    expect(encryptionDetails).toEqual({ ...details, encryptionStatus: "ENABLING" });
    world.clock.advance(MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).encryptionDetails).toEqual({
      ...details,
      encryptionStatus: "ENABLED",
    });
  });

  test("is not found in another region or account", () => {
    world.clusters.createCluster(HERE, {});
    for (const scope of [OTHER_REGION, OTHER_ACCOUNT]) {
      expect(problemOf(() => world.clusters.getCluster(scope, ONE))).toEqual({
        kind: "not-found",
        resourceId: identifier(1),
        resourceType: "cluster",
        message: `The cluster '${identifier(1)}' was not found.`,
      });
      expect(world.clusters.listClusters(scope, {})).toEqual({ items: [] });
    }
  });
});

describe("the number of clusters", () => {
  test("is limited by account and region, 20 of one Region", () => {
    for (let count = 0; count < 20; count += 1) world.clusters.createCluster(HERE, {});
    expect(problemOf(() => world.clusters.createCluster(HERE, {}))).toEqual({
      kind: "quota-exceeded",
      resourceId: `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/*`,
      resourceType: "cluster",
      serviceCode: "dsql",
      quotaCode: "SingleRegionClusters",
      message: "You have reached the cluster limit.",
    });
    expect(world.clusters.createCluster(OTHER_REGION, {}).status).toBe("CREATING");
    expect(world.clusters.createCluster(OTHER_ACCOUNT, {}).status).toBe("CREATING");
    expect(world.clusters.count()).toBe(22);
  });

  test("of multi-Region clusters is 5, and counted apart", () => {
    const multiRegionProperties = { witnessRegion: "us-west-2" };
    for (let count = 0; count < 5; count += 1) {
      world.clusters.createCluster(HERE, { multiRegionProperties });
    }
    expect(
      problemOf(() => world.clusters.createCluster(HERE, { multiRegionProperties })),
    ).toMatchObject({ quotaCode: "MultiRegionClusters" });
    expect(world.clusters.createCluster(HERE, {}).status).toBe("CREATING");
  });
});

describe("a change", () => {
  test("is answered with UPDATING, and its values are there at once", () => {
    const made = { identifier: makeActive() };
    expect(
      world.clusters.updateCluster(HERE, { ...made, deletionProtectionEnabled: true }),
    ).toEqual({ ...made, arn: arn(1), status: "UPDATING", creationTime: CREATED });
    expect(world.clusters.getCluster(HERE, made)).toMatchObject({
      status: "UPDATING",
      deletionProtectionEnabled: true,
    });
    world.clock.advance(MINUTE);
    expect(world.clusters.getCluster(HERE, made).status).toBe("ACTIVE");
  });

  test("of the key is UPDATING, then ENABLED; AWS's own has no ARN", () => {
    const made = { identifier: makeActive() };
    world.clusters.updateCluster(HERE, { ...made, kmsEncryptionKey: "fake-key" });
    expect(world.clusters.getCluster(HERE, made).encryptionDetails).toEqual({
      encryptionType: "CUSTOMER_MANAGED_KMS_KEY",
      kmsKeyArn: `arn:aws:kms:us-east-1:${ACCOUNT}:key/fake-key`,
      encryptionStatus: "UPDATING",
    });
    world.clock.advance(MINUTE);
    expect(world.clusters.getCluster(HERE, made).encryptionDetails.encryptionStatus).toBe(
      "ENABLED",
    );
    world.clusters.updateCluster(HERE, { ...made, kmsEncryptionKey: "AWS_OWNED_KMS_KEY" });
    world.clock.advance(MINUTE);
    expect(world.clusters.getCluster(HERE, made).encryptionDetails).toEqual({
      encryptionType: "AWS_OWNED_KMS_KEY",
      encryptionStatus: "ENABLED",
    });
  });

  test("of a cluster that is being made or deleted is a conflict", () => {
    world.clusters.createCluster(HERE, { deletionProtectionEnabled: false });
    const conflict = { kind: "conflict", resourceId: identifier(1), resourceType: "cluster" };
    expect(problemOf(() => world.clusters.updateCluster(HERE, ONE))).toEqual({
      ...conflict,
      message: "The cluster is CREATING.",
    });
    world.clock.advance(MINUTE);
    world.clusters.deleteCluster(HERE, ONE);
    expect(problemOf(() => world.clusters.updateCluster(HERE, ONE))).toEqual({
      ...conflict,
      message: "The cluster is DELETING.",
    });
  });
});

describe("a deletion", () => {
  test("is answered with DELETING; the cluster is there until its time is over, then not found", () => {
    const made = { identifier: makeActive() };
    world.events.length = 0;
    expect(world.clusters.deleteCluster(HERE, made)).toEqual({
      ...made,
      arn: arn(1),
      status: "DELETING",
      creationTime: CREATED,
    });
    expect(world.clusters.getCluster(HERE, made).status).toBe("DELETING");
    world.clock.advance(MINUTE);
    expect(problemOf(() => world.clusters.getCluster(HERE, made))).toMatchObject({
      kind: "not-found",
    });
    expect(world.clusters.listClusters(HERE, {})).toEqual({ items: [] });
    expect(world.clusters.count()).toBe(0);
    expect(world.events).toMatchObject([
      { kind: "active" },
      { kind: "gone", cluster: { identifier: identifier(1) }, isDatabaseUnused: true },
    ]);
  });

  test("is refused while the cluster is protected, with a reason of its own", () => {
    world.clusters.createCluster(HERE, {});
    world.clock.advance(MINUTE);
    expect(problemOf(() => world.clusters.deleteCluster(HERE, ONE))).toEqual({
      kind: "invalid",
      reason: "deletionProtectionEnabled",
      message: `The cluster '${identifier(1)}' cannot be deleted while deletion protection is enabled.`,
    });
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
  });

  test("is done while protection is still being taken away", () => {
    world.clusters.createCluster(HERE, {});
    world.clock.advance(MINUTE);
    world.clusters.updateCluster(HERE, { ...ONE, deletionProtectionEnabled: false });
    expect(world.clusters.deleteCluster(HERE, ONE).status).toBe("DELETING");
  });

  test("of a cluster that is being made, or deleted already, is a conflict", () => {
    world.clusters.createCluster(HERE, { deletionProtectionEnabled: false });
    expect(problemOf(() => world.clusters.deleteCluster(HERE, ONE))).toMatchObject({
      kind: "conflict",
      message: "The cluster is CREATING.",
    });
    world.clock.advance(MINUTE);
    world.clusters.deleteCluster(HERE, ONE);
    expect(problemOf(() => world.clusters.deleteCluster(HERE, ONE))).toMatchObject({
      kind: "conflict",
      message: "The cluster is DELETING.",
    });
  });
});

describe("a client token", () => {
  test("gives the first answer again and does nothing", () => {
    const first = world.clusters.createCluster(HERE, {
      clientToken: "t",
      tags: { a: "1", b: "2" },
    });
    world.clock.advance(MINUTE);
    const again = { clientToken: "t", tags: { b: "2", a: "1" }, policy: undefined };
    expect(world.clusters.createCluster(HERE, again)).toEqual(first);
    expect(world.clusters.count()).toBe(1);
  });

  test("gives the answer to a deletion when the cluster is gone", () => {
    const input = { identifier: makeActive(), clientToken: "t" };
    const first = world.clusters.deleteCluster(HERE, input);
    world.clock.advance(MINUTE);
    expect(world.clusters.deleteCluster(HERE, input)).toEqual(first);
  });

  test("with other parameters is a conflict", () => {
    world.clusters.createCluster(HERE, { clientToken: "t" });
    expect(
      problemOf(() =>
        world.clusters.createCluster(HERE, { clientToken: "t", deletionProtectionEnabled: false }),
      ),
    ).toEqual({
      kind: "conflict",
      resourceId: "t",
      resourceType: "clientToken",
      message: "The client token was used for a request with other parameters.",
    });
  });

  test("is another one in another region, account or operation", () => {
    world.clusters.createCluster(HERE, { clientToken: "t" });
    world.clusters.createCluster(OTHER_REGION, { clientToken: "t" });
    world.clusters.createCluster(OTHER_ACCOUNT, { clientToken: "t" });
    world.clock.advance(MINUTE);
    expect(world.clusters.updateCluster(HERE, { ...ONE, clientToken: "t" }).status).toBe(
      "UPDATING",
    );
    expect(world.clusters.count()).toBe(3);
  });

  test("of a request that failed is not remembered", () => {
    world.clusters.createCluster(HERE, {});
    world.clock.advance(MINUTE);
    const input = { ...ONE, clientToken: "t" };
    expect(problemOf(() => world.clusters.deleteCluster(HERE, input))).toMatchObject({
      kind: "invalid",
    });
    world.clusters.updateCluster(HERE, { ...ONE, deletionProtectionEnabled: false });
    expect(world.clusters.deleteCluster(HERE, input).status).toBe("DELETING");
  });

  test("is forgotten after a day", () => {
    world.clusters.createCluster(HERE, { clientToken: "t" });
    world.clock.advance(24 * 60 * MINUTE - 1);
    world.clusters.createCluster(HERE, { clientToken: "t" });
    expect(world.clusters.count()).toBe(1);
    world.clock.advance(1);
    world.clusters.createCluster(HERE, { clientToken: "t" });
    expect(world.clusters.count()).toBe(2);
  });
});

describe("a list", () => {
  const idsOf = (items: readonly { readonly identifier: string }[]): readonly string[] =>
    items.map((item) => item.identifier);

  test("has pages of 20 unless a size is given, in the order of creation", () => {
    world = makeClusterWorld({ quotas: { singleRegionClusters: 45 } });
    for (let count = 0; count < 45; count += 1) world.clusters.createCluster(HERE, {});
    const all = Array.from({ length: 45 }, (_, index) => identifier(index + 1));
    const first = world.clusters.listClusters(HERE, {});
    expect(idsOf(first.items)).toEqual(all.slice(0, 20));
    const second = world.clusters.listClusters(HERE, { nextToken: first.nextToken });
    expect(idsOf(second.items)).toEqual(all.slice(20, 40));
    const third = world.clusters.listClusters(HERE, { nextToken: second.nextToken });
    expect(idsOf(third.items)).toEqual(all.slice(40));
    expect(third).not.toHaveProperty("nextToken");
    expect(world.clusters.listClusters(HERE, { maxResults: 45 })).not.toHaveProperty("nextToken");
  });

  test("goes on where it was when a cluster of the page before is gone", () => {
    makeActive();
    for (let count = 0; count < 3; count += 1) world.clusters.createCluster(HERE, {});
    const { nextToken } = world.clusters.listClusters(HERE, { maxResults: 2 });
    world.clusters.deleteCluster(HERE, ONE);
    world.clock.advance(MINUTE);
    const { items } = world.clusters.listClusters(HERE, { maxResults: 2, nextToken });
    expect(idsOf(items)).toEqual([identifier(3), identifier(4)]);
  });

  test("refuses a token that is not one of its own", () => {
    for (const scope of [HERE, OTHER_REGION, HERE, OTHER_REGION]) {
      world.clusters.createCluster(scope, {});
    }
    const { nextToken = "" } = world.clusters.listClusters(OTHER_REGION, { maxResults: 1 });
    for (const wrong of [nextToken, "", "%", "x", btoa("clusters:1"), `${nextToken}=`]) {
      expect(problemOf(() => world.clusters.listClusters(HERE, { nextToken: wrong }))).toEqual({
        kind: "invalid",
        reason: "other",
        fieldList: [{ name: "nextToken", message: "The next token is not valid." }],
        message: "The next token is not valid.",
      });
    }
  });
});
