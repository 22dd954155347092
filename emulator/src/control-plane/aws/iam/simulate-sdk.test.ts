/** The policy simulator, asked with the unmodified client of the AWS SDK. */
import * as iam from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
} from "../../../../test/fixtures/aws/aws-world.ts";
import { listenWithClient } from "../../../../test/fixtures/aws/iam-client.ts";
import {
  ALICE,
  ALLOW,
  CLUSTER,
  CONNECT,
  DENY,
  FOREIGN,
  GRANT,
  IAM,
  OTHER,
  SECOND,
  TEMPLATE,
  only,
  policy,
  simulateCustom,
  simulatePrincipal,
  type Statement,
} from "../../../../test/fixtures/aws/simulations.ts";

let world: AwsWorld;
let client: iam.IAMClient;

beforeEach(async () => {
  world = makeAwsWorld();
  client = await listenWithClient(world, world.addUser("admin", ADMINISTRATOR));
  world.directory.createUser({ userName: "alice", path: "/t/" });
});

afterEach(async () => {
  client.destroy();
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

async function decisions(simulated: Promise<readonly iam.EvaluationResult[]>): Promise<unknown> {
  return (await simulated).map(({ EvalDecision }) => EvalDecision);
}

describe("the policies of a principal", () => {
  test("are its own, those of its groups, and those of the request", async () => {
    const text = policy(ALLOW);
    const { directory } = world;
    directory.createGroup({ groupName: "devs" });
    directory.addUserToGroup({ userName: "alice", groupName: "devs" });
    directory.putUserPolicy({ userName: "alice", policyName: "i", policyDocument: text });
    directory.putGroupPolicy({ groupName: "devs", policyName: "g", policyDocument: text });
    directory.createPolicy({ policyName: "own", policyDocument: text });
    directory.attachGroupPolicy({ groupName: "devs", policyArn: `${IAM}:policy/own` });
    const matched = [only("user_alice_i", text), only("group_devs_g", text), only("own", text)];
    const [result] = await simulatePrincipal(client, { PolicyInputList: [text, text] });
    expect(result?.MatchedStatements).toEqual([
      ...matched,
      only("PolicyInputList.1", text),
      only("PolicyInputList.2", text),
    ]);
    const [ofGroup] = await simulatePrincipal(client, { PolicySourceArn: `${IAM}:group/devs` });
    expect(ofGroup?.MatchedStatements).toEqual(matched.slice(1));
  });

  test("are those of a role under its boundary, or under that of the request", async () => {
    const roleName = "app";
    const assumeRolePolicyDocument = policy(GRANT).replace("dsql:*", "sts:AssumeRole");
    const trust = assumeRolePolicyDocument.replace(',"Resource":"*"', "");
    const permissionsBoundary = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
    const { directory } = world;
    directory.createRole({ roleName, assumeRolePolicyDocument: trust, permissionsBoundary });
    directory.putRolePolicy({ roleName, policyName: "r", policyDocument: policy(ALLOW) });
    const PolicySourceArn = `${IAM}:role/app`;
    const ActionNames = [CONNECT, "dsql:GetCluster"];
    const results = await simulatePrincipal(client, { PolicySourceArn, ActionNames });
    expect(
      results.map(({ EvalDecision, PermissionsBoundaryDecisionDetail: detail }) => [
        EvalDecision,
        detail?.AllowedByPermissionsBoundary,
      ]),
    ).toEqual([
      ["implicitDeny", false],
      ["allowed", true],
    ]);
    const denying = policy({ ...DENY, Resource: "*" });
    const PermissionsBoundaryPolicyInputList = [denying];
    const [bounded] = await simulatePrincipal(client, {
      PolicySourceArn,
      PermissionsBoundaryPolicyInputList,
    });
    expect(bounded).toMatchObject({
      EvalDecision: "explicitDeny",
      MatchedStatements: [
        only("PermissionsBoundaryPolicyInputList.1", denying, "Permissions Boundary Policy"),
      ],
    });
  });

  test.each<[what: string, exclusion: iam.PolicyIdentifier, left: readonly string[]]>([
    ["inline ones", { PolicyType: "inline" }, ["own", "AmazonAuroraDSQLFullAccess"]],
    [
      "the account's managed ones",
      { PolicyType: "user-managed" },
      ["user_alice_i", "AmazonAuroraDSQLFullAccess"],
    ],
    ["those of AWS", { PolicyType: "aws-managed" }, ["user_alice_i", "own"]],
    [
      "one by its ARN",
      { PolicyArn: `${IAM}:policy/own` },
      ["user_alice_i", "AmazonAuroraDSQLFullAccess"],
    ],
    [
      "some by ARN",
      { PolicyArn: "arn:aws:iam::aws:policy/Amazon*DSQL????Access" },
      ["user_alice_i", "own"],
    ],
    [
      "one by name",
      {
        InlinePolicyIdentifier: { PolicyName: "i", AttachmentType: "user", AttachmentName: "al*" },
      },
      ["own", "AmazonAuroraDSQLFullAccess"],
    ],
    [
      "none that is another's",
      { InlinePolicyIdentifier: { PolicyName: "i", AttachmentType: "group", AttachmentName: "*" } },
      ["user_alice_i", "own", "AmazonAuroraDSQLFullAccess"],
    ],
  ])("can be without %s", async (_what, exclusion, left) => {
    const { directory } = world;
    const userName = "alice";
    directory.putUserPolicy({ userName, policyName: "i", policyDocument: policy(ALLOW) });
    directory.createPolicy({ policyName: "own", policyDocument: policy(ALLOW) });
    directory.attachUserPolicy({ userName, policyArn: `${IAM}:policy/own` });
    const policyArn = "arn:aws:iam::aws:policy/AmazonAuroraDSQLFullAccess";
    directory.attachUserPolicy({ userName, policyArn });
    const [result] = await simulatePrincipal(client, { PolicyExclusionList: [exclusion] });
    expect(result?.MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId)).toEqual(left);
  });

  test("can be without the boundary", async () => {
    const permissionsBoundary = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
    world.directory.putUserPermissionsBoundary({ userName: "alice", permissionsBoundary });
    const PolicyInputList = [policy(ALLOW)];
    expect(await decisions(simulatePrincipal(client, { PolicyInputList }))).toEqual([
      "implicitDeny",
    ]);
    const PolicyExclusionList: iam.PolicyIdentifier[] = [{ PolicyType: "permission-boundary" }];
    const left = simulatePrincipal(client, { PolicyInputList, PolicyExclusionList });
    expect(await decisions(left)).toEqual(["allowed"]);
  });
});

describe("a result", () => {
  test("is of an action, with one for each resource", async () => {
    const text = policy(ALLOW, DENY);
    const allowing = { ...only("PolicyInputList.1", policy(ALLOW)) };
    const denying = {
      SourcePolicyId: "PolicyInputList.1",
      SourcePolicyType: "IAM Policy",
      StartPosition: { Line: 1, Column: policy(ALLOW).length - 1 },
      EndPosition: { Line: 1, Column: text.length - 1 },
    };
    const ResourceArns = [CLUSTER, SECOND];
    expect(await simulateCustom(client, { PolicyInputList: [text], ResourceArns })).toEqual([
      {
        EvalActionName: CONNECT,
        EvalResourceName: TEMPLATE,
        EvalDecision: "explicitDeny",
        MatchedStatements: [denying],
        MissingContextValues: [],
        EvalDecisionDetails: {},
        ResourceSpecificResults: [
          {
            EvalResourceName: CLUSTER,
            EvalResourceDecision: "allowed",
            MatchedStatements: [allowing],
            MissingContextValues: [],
          },
          {
            EvalResourceName: SECOND,
            EvalResourceDecision: "explicitDeny",
            MatchedStatements: [denying],
            MissingContextValues: [],
          },
        ],
      },
    ]);
  });

  test("of resources that are allowed and not allowed is allowed", async () => {
    const PolicyInputList = [policy({ ...ALLOW, Resource: CLUSTER })];
    const ResourceArns = [CLUSTER, SECOND];
    const [result] = await simulateCustom(client, { PolicyInputList, ResourceArns });
    const { EvalDecision, MatchedStatements, ResourceSpecificResults = [] } = result ?? {};
    expect(EvalDecision).toBe("allowed");
    expect(MatchedStatements).toHaveLength(1);
    expect(ResourceSpecificResults.map((one) => one.EvalResourceDecision)).toEqual([
      "allowed",
      "implicitDeny",
    ]);
  });

  test.each([
    [CONNECT, TEMPLATE],
    [
      "dsql:GetStream",
      "arn:${Partition}:dsql:${Region}:${Account}:cluster/${ClusterId}/stream/${StreamId}",
    ],
    ["dsql:ListClusters", "*"],
    ["s3:GetObject", "*"],
  ])("of %s names the resource %s", async (action, name) => {
    const input = { ActionNames: [action], ResourceArns: [CLUSTER] };
    const [result] = await simulateCustom(client, input);
    expect(result?.EvalResourceName).toBe(name);
  });

  test("of all resources has no results of resources", async () => {
    for (const ResourceArns of [undefined, ["*"]]) {
      const [result] = await simulateCustom(client, { ResourceArns });
      expect(result).toEqual({
        EvalActionName: CONNECT,
        EvalResourceName: "*",
        EvalDecision: "allowed",
        MatchedStatements: [only("PolicyInputList.1", policy(ALLOW))],
        MissingContextValues: [],
      });
    }
  });

  test("names the keys that were not given, and uses those that were", async () => {
    const Condition = {
      IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
      StringEquals: { "aws:username": "alice", "aws:PrincipalArn": ALICE },
    };
    const input = {
      PolicyInputList: [policy({ ...ALLOW, Condition })],
      ResourceArns: [CLUSTER, SECOND],
    };
    const missing = ["aws:SourceIp", "aws:username", "aws:PrincipalArn"];
    expect(await simulateCustom(client, input)).toMatchObject([
      {
        EvalDecision: "implicitDeny",
        MissingContextValues: missing,
        ResourceSpecificResults: [
          { MissingContextValues: missing },
          { MissingContextValues: missing },
        ],
      },
    ]);
    const ContextEntries: iam.ContextEntry[] = [
      { ContextKeyName: "AWS:sourceip", ContextKeyValues: ["10.1.2.3"], ContextKeyType: "ip" },
    ];
    // What the caller is follows from its ARN, unless the request says otherwise.
    expect(await simulatePrincipal(client, { ...input, ContextEntries })).toMatchObject([
      { EvalDecision: "allowed", MissingContextValues: [] },
    ]);
    const bob = { ContextKeyName: "aws:username", ContextKeyValues: ["bob"] };
    ContextEntries.push({ ...bob, ContextKeyType: "string" });
    expect(await decisions(simulatePrincipal(client, { ...input, ContextEntries }))).toEqual([
      "implicitDeny",
    ]);
  });

  test("comes page by page", async () => {
    const ActionNames = Array.from({ length: 12 }, (_, index) => `dsql:A${index}`);
    const input = { PolicyInputList: [policy(ALLOW)], ActionNames };
    const pages: unknown[][] = [];
    for await (const page of iam.paginateSimulateCustomPolicy({ client, pageSize: 5 }, input)) {
      pages.push((page.EvaluationResults ?? []).map(({ EvalActionName }) => EvalActionName));
    }
    expect(pages.map(({ length }) => length)).toEqual([5, 5, 2]);
    expect(pages.flat()).toEqual(ActionNames);
  });
});

describe("the policy of a resource", () => {
  const input = { PolicyInputList: [], ResourceArns: [CLUSTER] };

  test("allows the user who is named in it", async () => {
    const ResourcePolicy = policy(GRANT);
    const [result] = await simulatePrincipal(client, { ...input, ResourcePolicy });
    expect(result).toMatchObject({
      EvalDecision: "allowed",
      MatchedStatements: [only("ResourcePolicy", ResourcePolicy, "Resource Policy")],
    });
    const CallerArn = `${IAM}:user/bob`;
    const byAnother = simulatePrincipal(client, { ...input, ResourcePolicy, CallerArn });
    expect(await decisions(byAnother)).toEqual(["implicitDeny"]);
  });

  test("must allow, as the caller's must, what is of another account", async () => {
    const PolicyInputList = [policy(ALLOW)];
    const foreign = { PolicyInputList, ResourceArns: [FOREIGN], CallerArn: ALICE };
    const [both] = await simulateCustom(client, { ...foreign, ResourcePolicy: policy(GRANT) });
    const allowed = { "IAM Policy": "allowed", "Resource Policy": "allowed" };
    expect(both).toMatchObject({
      EvalDecision: "allowed",
      EvalDecisionDetails: allowed,
      ResourceSpecificResults: [{ EvalDecisionDetails: allowed }],
    });
    const ResourcePolicy = policy({ ...GRANT, Action: "dsql:GetCluster" });
    const [one] = await simulateCustom(client, { ...foreign, ResourcePolicy });
    expect(one).toMatchObject({
      EvalDecision: "implicitDeny",
      EvalDecisionDetails: { "IAM Policy": "allowed", "Resource Policy": "implicitDeny" },
    });
  });

  test("is of the owner where the ARN does not say whose the resource is", async () => {
    const ResourceArns = ["arn:aws:s3:::bucket"];
    const own = { ResourceArns, ActionNames: ["s3:ListBucket"], CallerArn: ALICE };
    const ResourcePolicy = policy({ ...GRANT, Action: "s3:*" });
    const simulated = { ...own, PolicyInputList: [policy(ALLOW)], ResourcePolicy };
    expect(await decisions(simulateCustom(client, simulated))).toEqual(["allowed"]);
    const ResourceOwner = `arn:aws:iam::${OTHER}:root`;
    expect(await decisions(simulateCustom(client, { ...simulated, ResourceOwner }))).toEqual([
      "implicitDeny",
    ]);
  });
});

test("service control policies limit, level by level", async () => {
  const level = (...statements: Statement[]): iam.OrderedOrganizationPolicyType => ({
    ServiceControlPolicyInputList: [policy(...statements)],
  });
  const everything = { ...ALLOW, Action: "*" };
  const OrderedOrganizationPolicyInputList = [
    level(everything),
    level({ ...ALLOW, Action: "s3:*" }),
  ];
  expect(await simulateCustom(client, { OrderedOrganizationPolicyInputList })).toMatchObject([
    {
      EvalDecision: "implicitDeny",
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
    },
  ]);
  const one = { OrderedOrganizationPolicyInputList: [level(everything)] };
  expect(await simulateCustom(client, one)).toMatchObject([
    { EvalDecision: "allowed", OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
  ]);
});
