import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  arn,
  HERE,
  identifier,
  makeClusterWorld,
  problemOf,
} from "../../test/fixtures/dsql/cluster-world.ts";
import { restoreClusters } from "./index.ts";

const ONE = { identifier: identifier(1) };
const MINUTE = 60_000;

describe("time", () => {
  test("says when something becomes due, and does it when it is looked at or told to", () => {
    const world = makeClusterWorld();
    expect(world.clusters.nextDue()).toBeUndefined();
    world.clusters.createCluster(HERE, {});
    expect(world.clusters.nextDue()).toEqual(new Date("2026-01-02T03:05:05Z"));
    world.clock.advance(MINUTE);
    expect(world.events).toEqual([]);
    world.clusters.settle();
    expect(world.events).toMatchObject([{ kind: "active", cluster: ONE }]);
    expect(world.clusters.nextDue()).toBeUndefined();
  });

  test("that goes back only delays", () => {
    const world = makeClusterWorld();
    world.clusters.createCluster(HERE, {});
    world.clock.advance(-10 * MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("CREATING");
    world.clock.advance(11 * MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
  });
});

describe("a cluster that nobody connects to", () => {
  const durations = {
    idleAfterMs: MINUTE,
    inactiveAfterMs: 10 * MINUTE,
    wakingMs: MINUTE,
  };

  test("stays ACTIVE unless rest is switched on", () => {
    const world = makeClusterWorld();
    world.clusters.createCluster(HERE, {});
    world.clock.advance(100_000 * MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
  });

  test("is IDLE, and ACTIVE again when a client comes", () => {
    const world = makeClusterWorld({ durations });
    world.clusters.createCluster(HERE, {});
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
    world.clock.advance(MINUTE - 1);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
    world.clock.advance(1);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("IDLE");
    world.clusters.clientConnects(identifier(1));
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
  });

  test("is INACTIVE later, and a client wakes it", () => {
    const world = makeClusterWorld({ durations });
    world.clusters.createCluster(HERE, {});
    world.clock.advance(10 * MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("INACTIVE");
    world.clusters.clientConnects(identifier(1));
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("INACTIVE");
    world.clock.advance(MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
  });

  test("does not rest while a connection is open, and counts from its end", () => {
    const world = makeClusterWorld({ durations });
    world.clusters.createCluster(HERE, {});
    world.clusters.connectionOpened(identifier(1));
    world.clusters.connectionOpened(identifier(1));
    world.clock.advance(5 * MINUTE);
    world.clusters.connectionClosed(identifier(1));
    world.clock.advance(5 * MINUTE);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
    world.clusters.connectionClosed(identifier(1));
    world.clock.advance(MINUTE - 1);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("ACTIVE");
    world.clock.advance(1);
    expect(world.clusters.getCluster(HERE, ONE).status).toBe("IDLE");
  });
});

describe("a snapshot", () => {
  test("is plain JSON from which everything goes on", () => {
    const world = makeClusterWorld();
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "dsql:DbConnect", Resource: "*" }],
    });
    const input = { clientToken: "t", tags: { a: "1" }, policy, kmsEncryptionKey: "fake-key" };
    const first = world.clusters.createCluster(HERE, input);
    const text = JSON.stringify(world.clusters.snapshot());
    const restored = restoreClusters(
      JSON.parse(text) as ReturnType<typeof world.clusters.snapshot>,
      world.options,
    );
    expect(JSON.parse(JSON.stringify(restored.snapshot()))).toEqual(JSON.parse(text));
    expect(restored.createCluster(HERE, input)).toEqual(first);
    expect(restored.getCluster(HERE, ONE)).toEqual(world.clusters.getCluster(HERE, ONE));
    expect(restored.policyOf(identifier(1))?.source.attachedTo).toBe(arn(1));
    world.clock.advance(MINUTE);
    expect(restored.getCluster(HERE, ONE).status).toBe("ACTIVE");
    restored.createCluster(HERE, {});
    expect(restored.listClusters(HERE, {}).items.map((item) => item.identifier)).toEqual([
      identifier(1),
      identifier(2),
    ]);
  });

  test("is not changed by what happens later, and each change is told", () => {
    const world = makeClusterWorld();
    world.clusters.createCluster(HERE, {});
    expect(world.changes.count).toBe(1);
    const snapshot = world.clusters.snapshot();
    world.clusters.tagResource(HERE, { resourceArn: arn(1), tags: { a: "1" } });
    expect(world.changes.count).toBe(2);
    expect(snapshot.clusters[0]?.tags).toEqual({});
    world.clusters.getCluster(HERE, ONE);
    expect(world.changes.count).toBe(2);
    world.clock.advance(MINUTE);
    world.clusters.settle();
    expect(world.changes.count).toBe(3);
  });
});

describe("a declared cluster", () => {
  const declared = { ...HERE, identifier: identifier(7), tags: { a: "1" } };

  test("is ACTIVE and unprotected from the start, and declared once", () => {
    const world = makeClusterWorld();
    expect(world.clusters.declareCluster(declared)).toMatchObject({
      status: "ACTIVE",
      deletionProtectionEnabled: false,
      tags: { a: "1" },
      accountId: ACCOUNT,
    });
    world.clusters.declareCluster({ ...declared, tags: { a: "2" } });
    expect(world.clusters.findCluster(identifier(7))?.tags).toEqual({ a: "1" });
    expect(world.clusters.count()).toBe(1);
    expect(world.clusters.findCluster(identifier(7), "us-east-1")?.arn).toBe(arn(7));
    expect(world.clusters.findCluster(identifier(7), "eu-west-1")).toBeUndefined();
  });

  test("has no policy that is none", () => {
    const world = makeClusterWorld();
    expect(
      problemOf(() => world.clusters.declareCluster({ ...declared, policy: "{" })),
    ).toMatchObject({ message: "The policy is not valid: it is not JSON." });
    expect(world.clusters.count()).toBe(0);
  });
});

describe("the PrivateLink service", () => {
  test("has a name of the documented form, one for a Region", () => {
    const world = makeClusterWorld();
    world.clusters.createCluster(HERE, {});
    world.clusters.createCluster({ ...HERE, region: "eu-west-1" }, {});
    const here = world.clusters.vpcEndpointServiceName(HERE, identifier(1));
    expect(here).toMatch(/^com\.amazonaws\.us-east-1\.dsql-[a-z0-9]{4}$/);
    expect(
      world.clusters.vpcEndpointServiceName({ ...HERE, region: "eu-west-1" }, identifier(2)),
    ).toMatch(/^com\.amazonaws\.eu-west-1\.dsql-[a-z0-9]{4}$/);
  });
});
