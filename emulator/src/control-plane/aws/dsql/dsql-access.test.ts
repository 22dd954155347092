/** What callers must be allowed, and what policies see of a call. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT, arn, HERE, identifier } from "../../../../test/fixtures/dsql/cluster-world.ts";
import {
  ACCOUNTS,
  ADMINISTRATOR,
  type DsqlWorld,
  makeDsqlWorld,
} from "../../../../test/fixtures/dsql/dsql-world.ts";
import { type Answer, type Call, sendCall } from "../../../../test/fixtures/dsql/signed-call.ts";
import { DSQL_OPERATIONS } from "./dsql-service.ts";

const ONE = identifier(1);
const NEW = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/*`;
const STREAM = `${arn(1)}/stream/${identifier(2)}`;
const TAG_PATH = `/tags/${encodeURIComponent(arn(1))}`;
const USER = `arn:aws:iam::${ACCOUNT}:user/app`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/cdc`;
const LINKED_ROLE = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/dsql.amazonaws.com/AWSServiceRoleForAuroraDsql`;
const CREATE_STREAM = {
  targetDefinition: {
    kinesis: { streamArn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s`, roleArn: ROLE },
  },
  ordering: "UNORDERED",
  format: "JSON",
};

/** Each operation with its resource. */
const CALLS: readonly (readonly [name: string, resource: string, call: Call])[] = [
  ["CreateCluster", NEW, { method: "POST", path: "/cluster", body: {} }],
  ["GetCluster", arn(1), { method: "GET", path: `/cluster/${ONE}` }],
  ["UpdateCluster", arn(1), { method: "POST", path: `/cluster/${ONE}`, body: {} }],
  ["DeleteCluster", arn(1), { method: "DELETE", path: `/cluster/${ONE}` }],
  ["ListClusters", "*", { method: "GET", path: "/cluster" }],
  ["PutClusterPolicy", arn(1), { method: "POST", path: `/cluster/${ONE}/policy`, body: {} }],
  ["GetClusterPolicy", arn(1), { method: "GET", path: `/cluster/${ONE}/policy` }],
  ["DeleteClusterPolicy", arn(1), { method: "DELETE", path: `/cluster/${ONE}/policy` }],
  [
    "GetVpcEndpointServiceName",
    arn(1),
    { method: "GET", path: `/clusters/${ONE}/vpc-endpoint-service-name` },
  ],
  ["CreateStream", arn(1), { method: "POST", path: `/stream/${ONE}`, body: CREATE_STREAM }],
  ["GetStream", STREAM, { method: "GET", path: `/stream/${ONE}/${identifier(2)}` }],
  ["ListStreams", arn(1), { method: "GET", path: `/stream/${ONE}` }],
  ["DeleteStream", STREAM, { method: "DELETE", path: `/stream/${ONE}/${identifier(2)}` }],
  ["TagResource", arn(1), { method: "POST", path: TAG_PATH, body: { tags: { a: "1" } } }],
  ["UntagResource", arn(1), { method: "DELETE", path: TAG_PATH, query: { tagKeys: ["a"] } }],
  ["ListTagsForResource", arn(1), { method: "GET", path: TAG_PATH }],
];
const [[, , CREATE], [, , GET]] = CALLS as unknown as [(typeof CALLS)[0], (typeof CALLS)[0]];

/** Actions for which the cluster's policy does not count. */
const WITHOUT_CLUSTER_POLICY = ["CreateCluster", "ListClusters", "GetStream", "DeleteStream"];

let world: DsqlWorld;

beforeEach(() => {
  world = makeDsqlWorld();
});

afterEach(async () => {
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

/** Answer to a user with these statements. */
function callAs(call: Call, statements: readonly object[]): Promise<Answer> {
  const policy = { Version: "2012-10-17", Statement: statements };
  return sendCall(world, world.addUser("app", statements.length === 0 ? undefined : policy), call);
}

function allow(action: string | readonly string[], resource = "*", more: object = {}): object {
  return { Effect: "Allow", Action: action, Resource: resource, ...more };
}

function denied(action: string, resource: string): object {
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  return {
    message: `User: ${USER} is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`,
  };
}

/** Makes a cluster with a stream, under a policy. */
function makeCluster(policy?: object): void {
  world.clusters.createCluster(HERE, {
    tags: { team: "blue" },
    deletionProtectionEnabled: false,
    policy: policy === undefined ? undefined : JSON.stringify(policy),
  });
  world.clusters.createStream(HERE, { clusterIdentifier: ONE, ...CREATE_STREAM });
}

describe("every operation", () => {
  test("is in the table of these tests", () => {
    expect(CALLS.map(([name]) => name).sort()).toEqual([...DSQL_OPERATIONS.keys()].sort());
  });

  test.each(CALLS)(
    "%s is denied to whom nothing allows it, on %s",
    async (name, resource, call) => {
      makeCluster();
      const before = world.clusters.snapshot();
      const answer = await callAs(call, []);
      expect(answer.json).toEqual(denied(`dsql:${name}`, resource));
      expect(answer.headers["x-amzn-errortype"]).toBe("AccessDeniedException");
      expect(answer.status).toBe(403);
      expect(world.clusters.snapshot()).toEqual(before);
    },
  );

  test.each(CALLS)(
    "%s is denied by the policy of the cluster, if that counts",
    async (name, resource, call) => {
      const everybody = { AWS: "*" };
      makeCluster({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Deny", Principal: everybody, Action: `dsql:${name}`, Resource: "*" },
        ],
      });
      const answer = await callAs(call, [allow("*")]);
      if (WITHOUT_CLUSTER_POLICY.includes(name)) {
        expect(answer.status).toBe(200);
        return;
      }
      expect(answer.json).toEqual({
        message: `User: ${USER} is not authorized to perform: dsql:${name} on resource: ${resource} with an explicit deny in a resource-based policy`,
      });
    },
  );

  test.each(CALLS)(
    "%s is denied before it is called not valid or not found",
    async (name, _resource, call) => {
      const path = call.path.replace(ONE, "BAD");
      const answer = await callAs({ ...call, path }, []);
      expect(answer.status, name).toBe(403);
    },
  );
});

describe("a cluster's policy", () => {
  test("allows alone what it grants to a user of the account", async () => {
    makeCluster({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { AWS: USER }, Action: "dsql:GetCluster", Resource: "*" },
      ],
    });
    expect((await callAs(GET, [])).status).toBe(200);
  });
});

describe("what is needed besides the action", () => {
  const WITNESS = { witnessRegion: "us-west-2" };
  const PEER = arn(9, "us-east-2");
  const linked = `iam:CreateServiceLinkedRole ${LINKED_ROLE}`;

  test.each<[what: string, body: object, asked: readonly string[]]>([
    ["nothing but the role of the service", {}, []],
    ["the tags", { tags: { a: "1" } }, [`dsql:TagResource ${NEW}`]],
    [
      "the policy",
      { policy: "{}" },
      [`dsql:PutClusterPolicy ${NEW}`, `dsql:DeleteClusterPolicy ${NEW}`],
    ],
    [
      "the witness, in both Regions",
      { multiRegionProperties: WITNESS },
      [
        `dsql:PutMultiRegionProperties ${NEW}`,
        `dsql:PutWitnessRegion ${NEW}`,
        `dsql:PutWitnessRegion arn:aws:dsql:us-west-2:${ACCOUNT}:cluster/*`,
      ],
    ],
    [
      "the peers",
      { multiRegionProperties: { clusters: [PEER] } },
      [
        `dsql:AddPeerCluster ${NEW}`,
        `dsql:PutMultiRegionProperties ${NEW}`,
        `dsql:AddPeerCluster ${PEER}`,
      ],
    ],
    [
      "a key of the user",
      { kmsEncryptionKey: "fake-key" },
      ["DescribeKey", "Encrypt", "Decrypt", "GenerateDataKey"].map(
        (action) => `kms:${action} arn:aws:kms:us-east-1:${ACCOUNT}:key/fake-key`,
      ),
    ],
  ])("CreateCluster asks for %s", async (_what, body, asked) => {
    await sendCall(world, world.addUser("admin", ADMINISTRATOR), { ...CREATE, body });
    expect(world.asked).toEqual([`dsql:CreateCluster ${NEW}`, ...asked, linked]);
  });

  test("each of it is denied by its own name", async () => {
    const body = { tags: { a: "1" } };
    const answer = await callAs({ ...CREATE, body }, [allow("dsql:CreateCluster")]);
    expect(answer.json).toEqual(denied("dsql:TagResource", NEW));
  });

  test("CreateCluster makes the role of the service with the first cluster of the account", async () => {
    const first = await callAs(CREATE, [allow("dsql:CreateCluster")]);
    expect(first.json).toEqual(denied("iam:CreateServiceLinkedRole", LINKED_ROLE));
    const admin = world.addUser("admin", ADMINISTRATOR);
    expect((await sendCall(world, admin, CREATE)).status).toBe(200);
    expect(world.directories.get(ACCOUNT)?.findRole(LINKED_ROLE)).toBeDefined();
    world.asked.length = 0;
    expect((await sendCall(world, admin, CREATE)).status).toBe(200);
    expect(world.asked).toEqual([`dsql:CreateCluster ${NEW}`]);
  });

  test("UpdateCluster asks for peers that come and go", async () => {
    const region = { ...HERE, region: "us-east-2" };
    world.clusters.createCluster(region, { multiRegionProperties: WITNESS });
    world.clusters.createCluster(HERE, {
      multiRegionProperties: { ...WITNESS, clusters: [arn(1, "us-east-2")] },
    });
    await sendCall(world, world.addUser("admin", ADMINISTRATOR), {
      method: "POST",
      path: `/cluster/${identifier(2)}`,
      body: { multiRegionProperties: { witnessRegion: "us-west-1", clusters: [arn(2), PEER] } },
    });
    expect(world.asked).toEqual([
      `dsql:UpdateCluster ${arn(2)}`,
      `dsql:GetCluster ${arn(2)}`,
      `dsql:PutMultiRegionProperties ${arn(2)}`,
      `dsql:AddPeerCluster ${PEER}`,
      `dsql:RemovePeerCluster ${arn(1, "us-east-2")}`,
      `dsql:PutWitnessRegion ${arn(2)}`,
      `dsql:PutWitnessRegion arn:aws:dsql:us-west-1:${ACCOUNT}:cluster/*`,
    ]);
  });

  test("CreateStream asks for tags, for the role that it passes on, and for the cluster's key", async () => {
    world.clusters.createCluster(HERE, { kmsEncryptionKey: "fake-key" });
    const body = { ...CREATE_STREAM, tags: { a: "1" } };
    const call = { method: "POST", path: `/stream/${ONE}`, body };
    const answer = await sendCall(world, world.addUser("admin", ADMINISTRATOR), call);
    expect(answer.status).toBe(200);
    expect(world.asked).toEqual([
      `dsql:CreateStream ${arn(1)}`,
      `dsql:TagResource ${arn(1)}/stream/*`,
      `iam:PassRole ${ROLE}`,
      `kms:Decrypt arn:aws:kms:us-east-1:${ACCOUNT}:key/fake-key`,
    ]);
    const passing = world.requests.find(({ action }) => action === "iam:PassRole");
    expect(passing?.keys.get("iam:passedtoservice")).toEqual(["dsql.amazonaws.com"]);
  });
});

describe("what policies see of a call", () => {
  const tags = { Team: "blue" };
  const create: Call = { ...CREATE, body: { tags } };
  const witness: Call = {
    ...CREATE,
    body: { multiRegionProperties: { witnessRegion: "us-west-2" } },
  };

  test.each<[what: string, call: Call, key: string, right: string, wrong: string]>([
    ["a tag of the request", create, "aws:RequestTag/Team", "blue", "red"],
    ["the names of the request's tags", create, "aws:TagKeys", "Team", "team"],
    ["the witness Region", witness, "dsql:WitnessRegion", "us-west-2", "us-west-1"],
    ["a tag of the cluster", GET, "aws:ResourceTag/team", "blue", "red"],
    ["the Region that was signed for", GET, "aws:RequestedRegion", "us-east-1", "us-west-2"],
    ["the address of the client", GET, "aws:SourceIp", "127.0.0.1", "127.0.0.2"],
  ])("is %s", async (_what, call, key, right, wrong) => {
    makeCluster();
    const statusWith = async (userName: string, value: string): Promise<number> => {
      const condition = { Condition: { StringEquals: { [key]: value } } };
      const actions = ["dsql:CreateCluster", "dsql:GetCluster"];
      const others = { Effect: "Allow", NotAction: actions, Resource: "*" };
      const policy = { Version: "2012-10-17", Statement: [allow(actions, "*", condition), others] };
      return (await sendCall(world, world.addUser(userName, policy), call)).status;
    };
    expect(await statusWith("wrong", wrong)).toBe(403);
    expect(await statusWith("right", right)).toBe(200);
  });
});

describe("a policy that is set", () => {
  const put = (policy: object, more: object = {}): Call => ({
    method: "POST",
    path: `/cluster/${ONE}/policy`,
    body: { policy: JSON.stringify(policy), ...more },
  });
  const lockingOut = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Deny", Principal: "*", Action: "dsql:DeleteClusterPolicy", Resource: "*" },
    ],
  };
  const text =
    "The policy would lock you out: you could not call dsql:DeleteClusterPolicy any more. Change it, or set bypassPolicyLockoutSafetyCheck.";

  test("must leave its author the right to change it, unless he waives the check", async () => {
    makeCluster();
    const admin = world.addUser("admin", ADMINISTRATOR);
    expect(await sendCall(world, admin, put(lockingOut))).toMatchObject({
      status: 400,
      json: { message: text, reason: "other", fieldList: [{ name: "policy", message: text }] },
    });
    const bypass = { bypassPolicyLockoutSafetyCheck: true };
    expect((await sendCall(world, admin, put(lockingOut, bypass))).json).toEqual({
      policyVersion: "1",
    });
    expect((await sendCall(world, admin, put(lockingOut))).status).toBe(403);
  });

  test("is looked at in the same way when it comes with a new cluster", async () => {
    const admin = world.addUser("admin", ADMINISTRATOR);
    const call = { ...CREATE, body: { policy: JSON.stringify(lockingOut) } };
    expect((await sendCall(world, admin, call)).json).toMatchObject({ message: text });
    expect(world.clusters.count()).toBe(0);
  });
});

describe("a request", () => {
  test("of nobody is refused with the codes of a JSON service", async () => {
    const unsigned = await world.app.inject({ method: "GET", url: "/cluster" });
    expect(unsigned.statusCode).toBe(403);
    expect(unsigned.headers["x-amzn-errortype"]).toBe("MissingAuthenticationTokenException");
    const key = { accessKeyId: "AKIAFAKEFAKEFAKEFAKE", secretAccessKey: "fake" };
    const unknown = await sendCall(world, key, GET);
    expect(unknown.headers["x-amzn-errortype"]).toBe("UnrecognizedClientException");
    const admin = world.addUser("admin", ADMINISTRATOR);
    const forged = await sendCall(world, { ...admin, secretAccessKey: "fake" }, GET);
    expect(forged.headers["x-amzn-errortype"]).toBe("InvalidSignatureException");
  });

  test("for a Region that is none is refused", async () => {
    const admin = world.addUser("admin", ADMINISTRATOR, ACCOUNTS[0]);
    const answer = await sendCall(world, admin, { ...GET, region: "mars" });
    expect(answer).toMatchObject({
      status: 403,
      json: { message: "Credential should be scoped to a valid region, not 'mars'." },
    });
  });

  test.each([
    ["PUT", "/cluster"],
    ["GET", "/clusters"],
    ["GET", "/cluster/"],
    ["POST", `/stream/${ONE}/${ONE}/x`],
    ["DELETE", "/tags"],
  ])("that is no operation, %s %s, is answered as such", async (method, url) => {
    const answer = await world.app.inject({ method: method as "GET", url });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["x-amzn-errortype"]).toBe("UnknownOperationException");
    expect(answer.json()).toEqual({ message: "There is no operation with this method and path." });
  });

  test("that is too large is refused", async () => {
    const payload = "x".repeat(1_100_000);
    const headers = { "content-type": "application/json" };
    const answer = await world.app.inject({ method: "POST", url: "/cluster", payload, headers });
    expect(answer.statusCode).toBe(413);
    expect(answer.headers["x-amzn-errortype"]).toBe("RequestEntityTooLargeException");
  });

  test("that meets a bug is answered with a time to wait, and without the bug", async () => {
    const admin = world.addUser("admin", ADMINISTRATOR);
    world.clusters.getCluster = () => {
      throw new Error("a secret of the emulator");
    };
    const answer = await sendCall(world, admin, GET);
    expect(answer.status).toBe(500);
    expect(answer.headers).toMatchObject({
      "x-amzn-errortype": "InternalServerException",
      "retry-after": "1",
    });
    expect(JSON.stringify(answer.json)).not.toContain("secret");
    expect(world.internalErrors.splice(0)).toHaveLength(1);
  });
});
