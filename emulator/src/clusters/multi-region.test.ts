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
import type { MultiRegionProperties } from "./index.ts";

const THERE = { ...HERE, region: "us-east-2" };
const MINUTE = 60_000;
const FIRST = { identifier: identifier(1) };
const SECOND = { identifier: identifier(2) };
const FIRST_ARN = arn(1);
const SECOND_ARN = arn(2, "us-east-2");
const WITNESS = { witnessRegion: "us-west-2" };

let world: ClusterWorld;

beforeEach(() => {
  world = makeClusterWorld();
});

function create(scope: typeof HERE, multiRegionProperties: MultiRegionProperties): void {
  const deletionProtectionEnabled = false;
  world.clusters.createCluster(scope, { multiRegionProperties, deletionProtectionEnabled });
}

function statuses(): readonly string[] {
  return world.clusters.allClusters().map(({ status }) => status);
}

/** Two clusters of which each names the other, and which are active. */
function makePair(): void {
  create(HERE, WITNESS);
  create(THERE, { ...WITNESS, clusters: [FIRST_ARN] });
  world.clock.advance(MINUTE);
  world.clusters.updateCluster(HERE, {
    ...FIRST,
    multiRegionProperties: { ...WITNESS, clusters: [SECOND_ARN] },
  });
  world.clock.advance(MINUTE);
  world.clusters.settle();
}

describe("a multi-Region cluster", () => {
  test("waits for its peer until each names the other", () => {
    create(HERE, WITNESS);
    expect(statuses()).toEqual(["CREATING"]);
    world.clock.advance(MINUTE);
    expect(statuses()).toEqual(["PENDING_SETUP"]);
    create(THERE, { ...WITNESS, clusters: [FIRST_ARN] });
    world.clock.advance(MINUTE);
    expect(statuses()).toEqual(["PENDING_SETUP", "PENDING_SETUP"]);
    expect(world.events).toEqual([]);
    world.clusters.updateCluster(HERE, {
      ...FIRST,
      multiRegionProperties: { ...WITNESS, clusters: [SECOND_ARN] },
    });
    expect(statuses()).toEqual(["UPDATING", "UPDATING"]);
    world.clock.advance(MINUTE);
    expect(statuses()).toEqual(["ACTIVE", "ACTIVE"]);
    expect(world.events.map(({ kind }) => kind)).toEqual(["active", "active"]);
  });

  test("is two endpoints on the database of the older, each with its own ARN first", () => {
    makePair();
    const database = { region: "us-east-1", ...FIRST };
    expect(world.clusters.getCluster(HERE, FIRST)).toMatchObject({
      database,
      endpoint: `${identifier(1)}.dsql.us-east-1.on.aws`,
      multiRegionProperties: { ...WITNESS, clusters: [FIRST_ARN, SECOND_ARN] },
    });
    expect(world.clusters.getCluster(THERE, SECOND)).toMatchObject({
      database,
      endpoint: `${identifier(2)}.dsql.us-east-2.on.aws`,
      multiRegionProperties: { ...WITNESS, clusters: [SECOND_ARN, FIRST_ARN] },
    });
  });

  test("may have its own ARN in its list, and the list of a pair sent again changes nothing", () => {
    makePair();
    const clusters = [SECOND_ARN, FIRST_ARN];
    const input = { ...FIRST, multiRegionProperties: { clusters } };
    expect(world.clusters.updateCluster(HERE, input).status).toBe("UPDATING");
    world.clock.advance(MINUTE);
    expect(statuses()).toEqual(["ACTIVE", "ACTIVE"]);
  });

  test("waits with its end for the last of the pair, and the database goes with that", () => {
    makePair();
    world.events.length = 0;
    expect(world.clusters.deleteCluster(HERE, FIRST).status).toBe("PENDING_DELETE");
    world.clock.advance(10 * MINUTE);
    expect(statuses()).toEqual(["PENDING_DELETE", "ACTIVE"]);
    expect(world.clusters.deleteCluster(THERE, SECOND).status).toBe("PENDING_DELETE");
    expect(statuses()).toEqual(["PENDING_DELETE", "PENDING_DELETE"]);
    world.clock.advance(MINUTE);
    expect(statuses()).toEqual(["DELETING", "DELETING"]);
    world.clock.advance(MINUTE);
    expect(statuses()).toEqual([]);
    const database = { region: "us-east-1", ...FIRST };
    expect(world.events).toMatchObject([
      { kind: "gone", cluster: { ...FIRST, database }, isDatabaseUnused: false },
      { kind: "gone", cluster: { ...SECOND, database }, isDatabaseUnused: true },
    ]);
  });

  test("that waits for a peer is deleted without one", () => {
    create(HERE, WITNESS);
    world.clock.advance(MINUTE);
    expect(world.clusters.deleteCluster(HERE, FIRST).status).toBe("DELETING");
  });

  test("that is set up keeps its peers and its witness", () => {
    makePair();
    for (const change of [{ clusters: [] }, { witnessRegion: "us-west-1" }]) {
      expect(
        problemOf(() =>
          world.clusters.updateCluster(HERE, { ...FIRST, multiRegionProperties: change }),
        ),
      ).toEqual({
        kind: "conflict",
        resourceId: identifier(1),
        resourceType: "cluster",
        message: "The clusters of a multi-Region cluster that is set up cannot be changed.",
      });
    }
  });
});

describe("multi-Region properties are refused", () => {
  const witness = "multiRegionProperties.witnessRegion";
  const peers = "multiRegionProperties.clusters";
  const ABSENT = arn(9, "us-east-2");
  const OF_ANOTHER = SECOND_ARN.replace(ACCOUNT, "210987654321");

  test.each<[string, MultiRegionProperties, string, string]>([
    ["without a witness", {}, witness, "A multi-Region cluster needs a witness Region."],
    [
      "with a witness that is no Region",
      { witnessRegion: "x" },
      witness,
      "A multi-Region cluster needs a witness Region.",
    ],
    [
      "with the own Region as witness",
      { witnessRegion: "us-east-1" },
      witness,
      "The witness Region must be another Region than those of the clusters.",
    ],
    [
      "with the peer's Region as witness",
      { witnessRegion: "us-east-2", clusters: [SECOND_ARN] },
      witness,
      "The witness Region must be another Region than those of the clusters.",
    ],
    [
      "with a peer in the own Region",
      { ...WITNESS, clusters: [FIRST_ARN] },
      peers,
      "The clusters of a multi-Region cluster must be in different Regions.",
    ],
    [
      "with two peers",
      { ...WITNESS, clusters: [SECOND_ARN, arn(3, "eu-west-1")] },
      peers,
      "A multi-Region cluster has clusters in two Regions.",
    ],
    [
      "with a peer that is not there",
      { ...WITNESS, clusters: [ABSENT] },
      peers,
      `There is no cluster '${ABSENT}'.`,
    ],
    [
      "with a peer of another account",
      { ...WITNESS, clusters: [OF_ANOTHER] },
      peers,
      `There is no cluster '${OF_ANOTHER}'.`,
    ],
    [
      "with a peer of one Region",
      { ...WITNESS, clusters: [arn(3, "us-east-2")] },
      peers,
      `The cluster '${arn(3, "us-east-2")}' is not a multi-Region cluster.`,
    ],
    [
      "with a peer that has another witness",
      { witnessRegion: "us-west-1", clusters: [SECOND_ARN] },
      peers,
      `The cluster '${SECOND_ARN}' has another witness Region.`,
    ],
    [
      "with a peer that has another peer",
      { ...WITNESS, clusters: [SECOND_ARN] },
      peers,
      `The cluster '${SECOND_ARN}' is peered with another cluster.`,
    ],
  ])("%s", (_what, multiRegionProperties, name, message) => {
    makePair();
    world.clusters.createCluster(THERE, {});
    const before = world.clusters.count();
    expect(
      problemOf(() => {
        create(HERE, multiRegionProperties);
      }),
    ).toEqual({
      kind: "invalid",
      reason: "other",
      fieldList: [{ name, message }],
      message,
    });
    expect(world.clusters.count()).toBe(before);
  });

  test("for a cluster of one Region", () => {
    world.clusters.createCluster(HERE, {});
    world.clock.advance(MINUTE);
    const input = { ...FIRST, multiRegionProperties: WITNESS };
    expect(problemOf(() => world.clusters.updateCluster(HERE, input))).toMatchObject({
      message: "A single-Region cluster cannot become a multi-Region cluster.",
    });
  });
});
