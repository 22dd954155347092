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

const MINUTE = 60_000;
const STREAMS = { clusterIdentifier: identifier(1) };
const STREAM = { ...STREAMS, streamIdentifier: identifier(2) };
const STREAM_ARN = `${arn(1)}/stream/${identifier(2)}`;
const KINESIS = {
  streamArn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/changes`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/cdc`,
};
const CREATE = {
  ...STREAMS,
  targetDefinition: { kinesis: KINESIS },
  ordering: "UNORDERED",
  format: "JSON",
};

let world: ClusterWorld;

beforeEach(() => {
  world = makeClusterWorld();
  world.clusters.createCluster(HERE, { deletionProtectionEnabled: false });
  world.clock.advance(MINUTE);
});

function status(): string {
  return world.clusters.getStream(HERE, STREAM).status;
}

describe("a stream", () => {
  test("is CREATING, ACTIVE, DELETING and gone", () => {
    expect(world.clusters.createStream(HERE, CREATE).status).toBe("CREATING");
    expect(problemOf(() => world.clusters.deleteStream(HERE, STREAM))).toEqual({
      kind: "conflict",
      resourceId: identifier(2),
      resourceType: "stream",
      message: "The stream is CREATING.",
    });
    world.clock.advance(MINUTE);
    expect(status()).toBe("ACTIVE");
    expect(world.clusters.deleteStream(HERE, STREAM).status).toBe("DELETING");
    expect(status()).toBe("DELETING");
    world.clock.advance(MINUTE);
    expect(problemOf(status)).toEqual({
      kind: "not-found",
      resourceId: identifier(2),
      resourceType: "stream",
      message: `The stream '${identifier(2)}' was not found.`,
    });
  });

  test("is impaired and recovers; a failure has its reason and its time", () => {
    world.clusters.createStream(HERE, CREATE);
    const health = { status: "FAILED", error: "ROLE_ACCESS_DENIED" } as const;
    world.clusters.setStreamHealth(HERE, STREAM, health);
    world.clock.advance(MINUTE);
    expect(world.clusters.getStream(HERE, STREAM)).toMatchObject({
      status: "FAILED",
      statusReason: {
        error: "ROLE_ACCESS_DENIED",
        updatedAt: new Date("2026-01-02T03:05:05Z"),
      },
    });
    world.clusters.setStreamHealth(HERE, STREAM, { status: "ACTIVE" });
    expect(world.clusters.getStream(HERE, STREAM)).not.toHaveProperty("statusReason");
  });

  test("is made once for one client token", () => {
    const first = world.clusters.createStream(HERE, { ...CREATE, clientToken: "t" });
    expect(world.clusters.createStream(HERE, { ...CREATE, clientToken: "t" })).toEqual(first);
    expect(world.clusters.listStreams(HERE, STREAMS).items).toHaveLength(1);
  });

  test("needs a cluster that is ACTIVE", () => {
    world.clusters.updateCluster(HERE, { identifier: identifier(1) });
    const message = "The cluster must be ACTIVE and is UPDATING.";
    expect(problemOf(() => world.clusters.createStream(HERE, CREATE))).toEqual({
      kind: "invalid",
      reason: "other",
      fieldList: [{ name: "clusterIdentifier", message }],
      message,
    });
  });

  test.each([
    [{ ...KINESIS, streamArn: "x" }, "streamArn", "The ARN is not that of a Kinesis data stream."],
    [
      { ...KINESIS, streamArn: KINESIS.streamArn.replace("us-east-1", "us-east-2") },
      "streamArn",
      "The Kinesis data stream must be in the account and Region of the cluster.",
    ],
    [
      { ...KINESIS, streamArn: KINESIS.streamArn.replace(ACCOUNT, "210987654321") },
      "streamArn",
      "The Kinesis data stream must be in the account and Region of the cluster.",
    ],
    [
      { ...KINESIS, roleArn: "arn:aws:iam::210987654321:role/cdc" },
      "roleArn",
      "The role must be in the account of the cluster.",
    ],
  ])("does not go to %j", (kinesis, name, message) => {
    const input = { ...CREATE, targetDefinition: { kinesis } };
    expect(problemOf(() => world.clusters.createStream(HERE, input))).toEqual({
      kind: "invalid",
      reason: "other",
      fieldList: [{ name: `targetDefinition.kinesis.${name}`, message }],
      message,
    });
  });

  test("is in a list of 10 a page, whose token is good for no other cluster", () => {
    for (let count = 0; count < 12; count += 1) world.clusters.createStream(HERE, CREATE);
    const { items, nextToken } = world.clusters.listStreams(HERE, STREAMS);
    expect(items).toHaveLength(10);
    expect(world.clusters.listStreams(HERE, { ...STREAMS, nextToken }).items).toHaveLength(2);
    const other = world.clusters.createCluster(HERE, {}).identifier;
    expect(
      problemOf(() => world.clusters.listStreams(HERE, { clusterIdentifier: other, nextToken })),
    ).toMatchObject({ message: "The next token is not valid." });
  });
});

describe("tags", () => {
  const resource = { resourceArn: arn(1) };

  test("are set, replaced and taken away", () => {
    world.clusters.tagResource(HERE, { ...resource, tags: { a: "1", b: "2" } });
    world.clusters.tagResource(HERE, { ...resource, tags: { b: "3" } });
    expect(world.clusters.listTagsForResource(HERE, resource)).toEqual({
      tags: { a: "1", b: "3" },
    });
    world.clusters.untagResource(HERE, { ...resource, tagKeys: ["a", "A", "none"] });
    expect(world.clusters.findCluster(identifier(1))?.tags).toEqual({ b: "3" });
  });

  test("of a stream are its own", () => {
    world.clusters.createStream(HERE, { ...CREATE, tags: { a: "1" } });
    world.clusters.tagResource(HERE, { resourceArn: STREAM_ARN, tags: { b: "2" } });
    expect(world.clusters.getStream(HERE, STREAM).tags).toEqual({ a: "1", b: "2" });
    expect(world.clusters.listTagsForResource(HERE, resource)).toEqual({ tags: {} });
  });

  test("are 50 at most, those that are there included", () => {
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, ""]));
    world.clusters.tagResource(HERE, { ...resource, tags });
    world.clusters.tagResource(HERE, { ...resource, tags: { k0: "again" } });
    expect(
      problemOf(() => {
        world.clusters.tagResource(HERE, { ...resource, tags: { more: "" } });
      }),
    ).toEqual({
      kind: "quota-exceeded",
      resourceId: arn(1),
      resourceType: "cluster",
      serviceCode: "dsql",
      quotaCode: "TagsPerResource",
      message: "A cluster can have no more than 50 tags.",
    });
  });

  test.each(["aws:a", "AWS:a"])("with the name %s are AWS's", (name) => {
    const tags = { [name]: "1" };
    const problem = { message: "Tag keys that begin with 'aws:' are reserved." };
    expect(problemOf(() => world.clusters.createCluster(HERE, { tags }))).toMatchObject(problem);
    expect(
      problemOf(() => {
        world.clusters.tagResource(HERE, { ...resource, tags });
      }),
    ).toMatchObject(problem);
  });

  test.each([
    ["arn:aws:s3:::bucket", { kind: "invalid", reason: "other" }],
    [`${arn(1)}/database/x`, { kind: "invalid", reason: "other" }],
    [arn(9), { kind: "not-found", resourceId: arn(9), resourceType: "cluster" }],
    [arn(1, "eu-west-1"), { kind: "not-found", resourceType: "cluster" }],
    [arn(1).replace(ACCOUNT, "210987654321"), { kind: "not-found", resourceType: "cluster" }],
    [STREAM_ARN, { kind: "not-found", resourceId: STREAM_ARN, resourceType: "stream" }],
  ])("of %s are not there", (resourceArn, problem) => {
    expect(
      problemOf(() => world.clusters.listTagsForResource(HERE, { resourceArn })),
    ).toMatchObject(problem);
  });
});
