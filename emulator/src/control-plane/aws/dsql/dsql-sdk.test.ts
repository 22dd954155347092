/** The unmodified client of the AWS SDK on a real socket. */
import * as dsql from "@aws-sdk/client-dsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { arn, identifier } from "../../../../test/fixtures/dsql/cluster-world.ts";
import {
  ACCOUNTS,
  ADMINISTRATOR,
  type DsqlWorld,
  makeDsqlWorld,
  type TestKey,
} from "../../../../test/fixtures/dsql/dsql-world.ts";
import { DSQL_OPERATIONS } from "./dsql-service.ts";

const CREATED = new Date("2026-01-02T03:04:05Z");
const HEADLINE = { identifier: identifier(1), arn: arn(1), creationTime: CREATED };
const OWNED = { encryptionType: "AWS_OWNED_KMS_KEY", encryptionStatus: "ENABLED" };
const ENDPOINT = `${identifier(1)}.dsql.us-east-1.on.aws`;
const ONE = { identifier: identifier(1) };
const ROLE = `arn:aws:iam::${ACCOUNTS[0]}:role/service-role/cdc`;
const KINESIS = `arn:aws:kinesis:us-east-1:${ACCOUNTS[0]}:stream/changes`;

let world: DsqlWorld;
let endpoint: string;
let key: TestKey;
let client: dsql.DSQLClient;
const clients: dsql.DSQLClient[] = [];

beforeEach(async () => {
  world = makeDsqlWorld();
  endpoint = await world.app.listen({ host: "127.0.0.1", port: 0 });
  key = world.addUser("admin", ADMINISTRATOR);
  client = clientOf(key);
});

afterEach(async () => {
  for (const made of clients.splice(0)) made.destroy();
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

function clientOf(credentials: TestKey, region = "us-east-1"): dsql.DSQLClient {
  const systemClockOffset = world.clock.now().getTime() - Date.now();
  const made = new dsql.DSQLClient({
    endpoint,
    credentials,
    region,
    maxAttempts: 1,
    systemClockOffset,
  });
  clients.push(made);
  return made;
}

/** Answer of any command without metadata. */
async function send(command: object, by = client): Promise<object> {
  // The SDK has a type for each command, and none for all of them.
  const answer = (await by.send(command as dsql.GetClusterCommand)) as object as {
    $metadata: { requestId?: string };
  };
  const { $metadata, ...output } = answer;
  expect($metadata.requestId).toMatch(/^00000000-0000-4000-8000-\d{12}$/);
  return output;
}

async function errorOf(sent: Promise<unknown>): Promise<object> {
  const error: unknown = await sent.then(
    () => new Error("it was answered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof dsql.DSQLServiceException)) throw error;
  const { $response: _response, $metadata, $fault, message, ...members } = error;
  return { ...members, message, $fault, status: $metadata.httpStatusCode };
}

async function makeCluster(input: dsql.CreateClusterCommandInput = {}): Promise<void> {
  await send(new dsql.CreateClusterCommand({ deletionProtectionEnabled: false, ...input }));
}

describe("the SDK's client", () => {
  test("has the operations of the table, and no others", () => {
    const commands = Object.keys(dsql)
      .map((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1])
      .filter((name) => name !== undefined);
    expect([...DSQL_OPERATIONS.keys()].sort()).toEqual(commands.sort());
    expect(commands).toHaveLength(16);
  });

  test("makes, reads, changes, lists and deletes a cluster", async () => {
    const tags = { Team: "a b=c+d", "": "" };
    await expect(errorOf(send(new dsql.CreateClusterCommand({ tags })))).resolves.toMatchObject({
      name: "ValidationException",
    });
    expect(await send(new dsql.CreateClusterCommand({ tags: { Team: "a b=c+d" } }))).toEqual({
      ...HEADLINE,
      status: "CREATING",
      deletionProtectionEnabled: true,
      encryptionDetails: OWNED,
      endpoint: ENDPOINT,
    });
    expect(await send(new dsql.GetClusterCommand(ONE))).toEqual({
      ...HEADLINE,
      status: "ACTIVE",
      deletionProtectionEnabled: true,
      encryptionDetails: OWNED,
      endpoint: ENDPOINT,
      tags: { Team: "a b=c+d" },
    });
    expect(
      await send(new dsql.UpdateClusterCommand({ ...ONE, deletionProtectionEnabled: false })),
    ).toEqual({ ...HEADLINE, status: "UPDATING" });
    expect(await send(new dsql.ListClustersCommand({}))).toEqual({
      clusters: [{ identifier: identifier(1), arn: arn(1) }],
    });
    expect(await send(new dsql.GetVpcEndpointServiceNameCommand(ONE))).toEqual({
      serviceName: expect.stringMatching(/^com\.amazonaws\.us-east-1\.dsql-[a-z0-9]{4}$/) as string,
    });
    expect(await send(new dsql.DeleteClusterCommand(ONE))).toEqual({
      ...HEADLINE,
      status: "DELETING",
    });
    expect(await errorOf(send(new dsql.GetClusterCommand(ONE)))).toEqual({
      name: "ResourceNotFoundException",
      resourceId: identifier(1),
      resourceType: "cluster",
      message: `The cluster '${identifier(1)}' was not found.`,
      $fault: "client",
      status: 404,
    });
  });

  test("waits for one poll, until a cluster is active and until it is gone", async () => {
    await makeCluster();
    const waiting = { client, maxWaitTime: 3 };
    const polls = () => world.asked.filter((asked) => asked.startsWith("dsql:GetCluster "));
    expect((await dsql.waitUntilClusterActive(waiting, ONE)).state).toBe("SUCCESS");
    expect(polls()).toHaveLength(1);
    await send(new dsql.DeleteClusterCommand(ONE));
    expect((await dsql.waitUntilClusterNotExists(waiting, ONE)).state).toBe("SUCCESS");
    expect(polls()).toHaveLength(2);
  });

  test("pages through clusters and streams", async () => {
    for (let count = 0; count < 5; count += 1) await makeCluster();
    const clusters: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of dsql.paginateListClusters({ client, pageSize: 2 }, {})) {
      clusters.push(...(page.clusters ?? []).map((cluster) => cluster.identifier));
      pages += 1;
    }
    expect(pages).toBe(3);
    expect(clusters).toEqual([1, 2, 3, 4, 5].map(identifier));
    for (let count = 0; count < 3; count += 1) await makeStream();
    const streams: (string | undefined)[] = [];
    const input = { clusterIdentifier: identifier(1) };
    for await (const page of dsql.paginateListStreams({ client, pageSize: 2 }, input)) {
      streams.push(...(page.streams ?? []).map((stream) => stream.streamIdentifier));
    }
    expect(streams).toEqual([6, 7, 8].map(identifier));
  });

  async function makeStream(): Promise<object> {
    return send(
      new dsql.CreateStreamCommand({
        clusterIdentifier: identifier(1),
        targetDefinition: { kinesis: { streamArn: KINESIS, roleArn: ROLE } },
        ordering: "UNORDERED",
        format: "JSON",
        tags: { Team: "blue" },
      }),
    );
  }

  test("makes, reads, lists and deletes a stream, and waits for it", async () => {
    await makeCluster();
    const ids = { clusterIdentifier: identifier(1), streamIdentifier: identifier(2) };
    const headline = { ...ids, arn: `${arn(1)}/stream/${identifier(2)}`, creationTime: CREATED };
    const form = { ordering: "UNORDERED", format: "JSON" };
    expect(await makeStream()).toEqual({ ...headline, status: "CREATING", ...form });
    const waiting = { client, maxWaitTime: 3 };
    expect((await dsql.waitUntilStreamActive(waiting, ids)).state).toBe("SUCCESS");
    const whole = {
      ...headline,
      ...form,
      targetDefinition: { kinesis: { streamArn: KINESIS, roleArn: ROLE } },
      tags: { Team: "blue" },
    };
    expect(await send(new dsql.GetStreamCommand(ids))).toEqual({ ...whole, status: "ACTIVE" });
    const scope = { accountId: world.clusters.allClusters()[0]?.accountId, region: "us-east-1" };
    world.clusters.setStreamHealth(scope as never, ids, {
      status: "IMPAIRED",
      error: "KINESIS_STREAM_NOT_FOUND",
    });
    expect(await send(new dsql.GetStreamCommand(ids))).toEqual({
      ...whole,
      status: "IMPAIRED",
      statusReason: { error: "KINESIS_STREAM_NOT_FOUND", updatedAt: CREATED },
    });
    expect(await send(new dsql.ListStreamsCommand({ clusterIdentifier: identifier(1) }))).toEqual({
      streams: [{ ...headline, status: "IMPAIRED" }],
    });
    expect(await send(new dsql.DeleteStreamCommand(ids))).toEqual({
      ...headline,
      status: "DELETING",
    });
    expect((await dsql.waitUntilStreamNotExists(waiting, ids)).state).toBe("SUCCESS");
  });

  test("tags, untags and lists the tags of a cluster and of a stream", async () => {
    await makeCluster({ tags: { a: "1" } });
    await makeStream();
    for (const [resourceArn, before] of [
      [arn(1), { a: "1" }],
      [`${arn(1)}/stream/${identifier(2)}`, { Team: "blue" }],
    ] as const) {
      const resource = { resourceArn };
      const tags = { "b c": "x/y+z", d: "" };
      expect(await send(new dsql.TagResourceCommand({ ...resource, tags }))).toEqual({});
      expect(await send(new dsql.ListTagsForResourceCommand(resource))).toEqual({
        tags: { ...before, ...tags },
      });
      const tagKeys = ["b c", "not there", "d"];
      expect(await send(new dsql.UntagResourceCommand({ ...resource, tagKeys }))).toEqual({});
      expect(await send(new dsql.ListTagsForResourceCommand(resource))).toEqual({ tags: before });
    }
  });

  test("sets, reads and deletes the policy of a cluster by its versions", async () => {
    await makeCluster();
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
          Resource: "*",
          Condition: { Null: { "aws:SourceVpc": "true" } },
        },
      ],
    });
    const put = (expectedPolicyVersion?: string) =>
      send(new dsql.PutClusterPolicyCommand({ ...ONE, policy, expectedPolicyVersion }));
    expect(await put()).toEqual({ policyVersion: "1" });
    expect(await put("1")).toEqual({ policyVersion: "2" });
    expect(await errorOf(put("1"))).toEqual({
      name: "ConflictException",
      resourceId: identifier(1),
      resourceType: "cluster policy",
      message: "The policy of the cluster is not version '1': it is version 2.",
      $fault: "client",
      status: 409,
    });
    expect(await send(new dsql.GetClusterPolicyCommand(ONE))).toEqual({
      policy,
      policyVersion: "2",
    });
    const remove = (expectedPolicyVersion: string) =>
      send(new dsql.DeleteClusterPolicyCommand({ ...ONE, expectedPolicyVersion }));
    expect(await errorOf(remove("1"))).toMatchObject({ name: "ConflictException" });
    expect(await remove("2")).toEqual({ policyVersion: "2" });
    expect(await errorOf(send(new dsql.GetClusterPolicyCommand(ONE)))).toEqual({
      name: "ResourceNotFoundException",
      resourceId: identifier(1),
      resourceType: "cluster policy",
      message: `The cluster policy '${identifier(1)}' was not found.`,
      $fault: "client",
      status: 404,
    });
  });

  test("gets the errors of the service as its own classes", async () => {
    await makeCluster({ deletionProtectionEnabled: true });
    const remove = send(new dsql.DeleteClusterCommand(ONE));
    await expect(remove).rejects.toBeInstanceOf(dsql.ValidationException);
    expect(await errorOf(send(new dsql.DeleteClusterCommand(ONE)))).toEqual({
      name: "ValidationException",
      reason: "deletionProtectionEnabled",
      message: `The cluster '${identifier(1)}' cannot be deleted while deletion protection is enabled.`,
      $fault: "client",
      status: 400,
    });
    for (let count = 1; count < 20; count += 1) await makeCluster();
    const quota = send(new dsql.CreateClusterCommand({}));
    expect(await errorOf(quota)).toEqual({
      name: "ServiceQuotaExceededException",
      resourceId: `arn:aws:dsql:us-east-1:${ACCOUNTS[0]}:cluster/*`,
      resourceType: "cluster",
      serviceCode: "dsql",
      quotaCode: "SingleRegionClusters",
      message: "You have reached the cluster limit.",
      $fault: "client",
      status: 402,
    });
    await expect(quota).rejects.toBeInstanceOf(dsql.ServiceQuotaExceededException);
    expect(await errorOf(send(new dsql.GetClusterCommand({ identifier: "BAD ID/x" })))).toEqual({
      name: "ValidationException",
      reason: "fieldValidationFailed",
      fieldList: [
        {
          name: "identifier",
          message: "Member must satisfy regular expression pattern: ^[a-z0-9]{26}$",
        },
      ],
      message:
        "1 validation error detected: Value 'BAD ID/x' at 'identifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]{26}$",
      $fault: "client",
      status: 400,
    });
  });

  test("does the same request once for one client token", async () => {
    const input = { clientToken: "token", tags: { a: "1" } };
    const first = await send(new dsql.CreateClusterCommand(input));
    expect(await send(new dsql.CreateClusterCommand(input))).toEqual(first);
    expect(world.clusters.count()).toBe(1);
    await makeCluster();
    expect(world.clusters.count()).toBe(2);
  });

  test("passes the three smoke tests of the model", async () => {
    const smoke = { identifier: "ruabtlcu6nqjdl6k6jjcug67ta" };
    for (const command of [
      new dsql.GetClusterCommand(smoke),
      new dsql.GetVpcEndpointServiceNameCommand(smoke),
    ]) {
      await expect(send(command)).rejects.toBeInstanceOf(dsql.ResourceNotFoundException);
    }
    expect(await send(new dsql.ListClustersCommand({}))).toEqual({ clusters: [] });
  });

  test("sees the clusters of its own region and account alone", async () => {
    await makeCluster();
    const elsewhere = clientOf(key, "eu-west-1");
    const other = clientOf(world.addUser("admin", ADMINISTRATOR, ACCOUNTS[1]));
    for (const stranger of [elsewhere, other]) {
      const get = send(new dsql.GetClusterCommand(ONE), stranger);
      await expect(get).rejects.toBeInstanceOf(dsql.ResourceNotFoundException);
      expect(await send(new dsql.ListClustersCommand({}), stranger)).toEqual({ clusters: [] });
    }
    expect(await send(new dsql.CreateClusterCommand({}), elsewhere)).toMatchObject({
      arn: arn(2, "eu-west-1"),
      endpoint: `${identifier(2)}.dsql.eu-west-1.on.aws`,
    });
  });

  test("sets up two clusters in two Regions, which are one, and deletes them together", async () => {
    const elsewhere = clientOf(key, "us-east-2");
    const multiRegionProperties = { witnessRegion: "us-west-2" };
    const first = { identifier: identifier(1) };
    const second = { identifier: identifier(2) };
    const properties = (...clusters: string[]) => ({ witnessRegion: "us-west-2", clusters });
    const status = async (one: dsql.GetClusterInput, by: dsql.DSQLClient): Promise<unknown> =>
      ((await send(new dsql.GetClusterCommand(one), by)) as { status: unknown }).status;

    expect(
      await send(
        new dsql.CreateClusterCommand({ multiRegionProperties, deletionProtectionEnabled: false }),
      ),
    ).toMatchObject({ status: "CREATING", multiRegionProperties: properties(arn(1)) });
    expect(await status(first, client)).toBe("PENDING_SETUP");
    await send(
      new dsql.CreateClusterCommand({
        multiRegionProperties: properties(arn(1)),
        deletionProtectionEnabled: false,
      }),
      elsewhere,
    );
    expect(await status(second, elsewhere)).toBe("PENDING_SETUP");
    const update = { ...first, multiRegionProperties: properties(arn(2, "us-east-2")) };
    expect(await send(new dsql.UpdateClusterCommand(update))).toMatchObject({
      status: "UPDATING",
    });
    expect(await send(new dsql.GetClusterCommand(first))).toMatchObject({
      status: "ACTIVE",
      multiRegionProperties: properties(arn(1), arn(2, "us-east-2")),
    });
    expect(await send(new dsql.GetClusterCommand(second), elsewhere)).toMatchObject({
      status: "ACTIVE",
      multiRegionProperties: properties(arn(2, "us-east-2"), arn(1)),
    });
    expect(await send(new dsql.DeleteClusterCommand(first))).toMatchObject({
      status: "PENDING_DELETE",
    });
    expect(await status(first, client)).toBe("PENDING_DELETE");
    expect(await status(second, elsewhere)).toBe("ACTIVE");
    expect(await send(new dsql.DeleteClusterCommand(second), elsewhere)).toMatchObject({
      status: "PENDING_DELETE",
    });
    const waiting = { client, maxWaitTime: 3 };
    expect((await dsql.waitUntilClusterNotExists(waiting, first)).state).toBe("SUCCESS");
    expect(world.clusters.count()).toBe(0);
  });
});
