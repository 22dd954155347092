/** What the policy simulator refuses, as the client of the AWS SDK sees it. */
import * as iam from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
} from "../../../../test/fixtures/aws/aws-world.ts";
import { clientAt } from "../../../../test/fixtures/aws/iam-client.ts";
import {
  ALICE,
  ALLOW,
  CLUSTER,
  CONNECT,
  GRANT,
  IAM,
  OTHER,
  policy,
  simulateCustom,
  simulatePrincipal,
  type CustomInput,
  type PrincipalInput,
} from "../../../../test/fixtures/aws/simulations.ts";

let world: AwsWorld;
let endpoint: string;
let client: iam.IAMClient;

beforeEach(async () => {
  world = makeAwsWorld();
  endpoint = await world.app.listen({ host: "127.0.0.1", port: 0 });
  client = clientAt(endpoint, world, world.addUser("admin", ADMINISTRATOR));
  world.directory.createUser({ userName: "alice", path: "/t/" });
});

afterEach(async () => {
  client.destroy();
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

describe("refused is", () => {
  async function refusalOf(sent: Promise<unknown>): Promise<readonly unknown[]> {
    const error: unknown = await sent.then(
      () => new Error("it was answered"),
      (reason: unknown) => reason,
    );
    if (!(error instanceof iam.IAMServiceException)) throw error;
    return [error.name.replace(/Exception$/, ""), error.$metadata.httpStatusCode, error.message];
  }

  const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/session`;
  const INVALID = "InvalidInput";

  test.each<[what: string, input: PrincipalInput, code: string, message: string]>([
    [
      "a user that is not there",
      { PolicySourceArn: `${IAM}:user/alice` },
      "NoSuchEntity",
      "The user with name alice cannot be found.",
    ],
    [
      "a role that is not there",
      { PolicySourceArn: `${IAM}:role/x/app` },
      "NoSuchEntity",
      "The role with name app cannot be found.",
    ],
    [
      "a session",
      { PolicySourceArn: SESSION },
      INVALID,
      `Invalid Entity Arn: ${SESSION} does not clearly define entity type and name.`,
    ],
    [
      "a user of another account",
      { PolicySourceArn: ALICE.replace(ACCOUNT, OTHER) },
      INVALID,
      `Invalid Policy Source Arn: caller's account ${ACCOUNT} does not have access to policies in account ${OTHER}`,
    ],
    [
      "a policy of a resource for a group",
      {
        PolicySourceArn: `${IAM}:group/devs`,
        ResourcePolicy: policy(GRANT),
        ResourceArns: [CLUSTER],
      },
      INVALID,
      "Invalid caller - Caller must be an IAM user in this context.",
    ],
    [
      "an exclusion of nothing",
      { PolicyExclusionList: [{ PolicyArn: "arn:aws:s3:::x" }] },
      INVALID,
      "Invalid policy identifier in PolicyExclusionList: arn:aws:s3:::x is not an ARN of a policy.",
    ],
    [
      "an exclusion with two wildcards",
      { PolicyExclusionList: [{ PolicyArn: `${IAM}:policy/*x*` }] },
      INVALID,
      "Invalid policy identifier in PolicyExclusionList: *x* has more than one *.",
    ],
  ])("%s", async (_what, input, code, message) => {
    world.directory.createGroup({ groupName: "devs" });
    const status = code === INVALID ? 400 : 404;
    expect(await refusalOf(simulatePrincipal(client, input))).toEqual([code, status, message]);
  });

  test.each<[what: string, input: CustomInput, message: string]>([
    [
      "an action without service",
      { ActionNames: [CONNECT, "DbConnect"] },
      "Invalid Input Actions: [DbConnect]",
    ],
    [
      "an action with a wildcard",
      { ActionNames: ["dsql:Db*"] },
      "Invalid Input Actions: [dsql:Db*]",
    ],
    [
      "a resource that is no ARN",
      { ResourceArns: [CLUSTER, "bucket"] },
      "ResourceNames are not in a valid ARN format: bucket.",
    ],
    [
      "a policy that is no JSON",
      { PolicyInputList: [policy(ALLOW), "{"] },
      "Invalid policy in PolicyInputList.2: This policy contains invalid Json",
    ],
    [
      "a policy that is none",
      { PolicyInputList: ["{}"] },
      "Invalid policy in PolicyInputList.1: Syntax errors in policy.",
    ],
    [
      "a policy of a resource without principal",
      { ResourcePolicy: policy(ALLOW), ResourceArns: [CLUSTER], CallerArn: ALICE },
      "Invalid policy in ResourcePolicy: Missing required field Principal",
    ],
    [
      "a policy of a resource without caller",
      { ResourcePolicy: policy(GRANT), ResourceArns: [CLUSTER] },
      "Invalid caller - Caller cannot be null or empty.",
    ],
    [
      "a policy of all resources",
      { ResourcePolicy: policy(GRANT), CallerArn: ALICE },
      "Invalid Entity Arn: * does not clearly define entity type and name.",
    ],
    [
      "a policy of a resource for a role",
      { ResourcePolicy: policy(GRANT), ResourceArns: [CLUSTER], CallerArn: `${IAM}:role/app` },
      "Invalid caller - Caller must be an IAM user in this context.",
    ],
    [
      "a session as caller",
      { CallerArn: SESSION },
      "Invalid caller - Caller must be an IAM user, role or group in this context.",
    ],
    [
      "an account id as owner",
      { ResourceOwner: OTHER },
      `'${OTHER}' is not a valid as a Resource Owner.`,
    ],
    [
      "two boundaries",
      { PermissionsBoundaryPolicyInputList: [policy(ALLOW), policy(ALLOW)] },
      "The list of Permissions Boundary policies cannot exceed 1 items.",
    ],
    [
      "a level without policies",
      { OrderedOrganizationPolicyInputList: [{ ServiceControlPolicyInputList: [] }] },
      "OrderedOrganizationPolicyInputList.1 must have at least one service control policy.",
    ],
    [
      "a key of another type",
      {
        ContextEntries: [
          { ContextKeyName: "aws:EpochTime", ContextKeyValues: ["now"], ContextKeyType: "numeric" },
        ],
      },
      "Invalid context entry in ContextEntries.1: now is not of the type numeric.",
    ],
    [
      "a kind of simulation for EC2",
      { ResourceHandlingOption: "EC2-VPC-EBS" },
      "ResourceHandlingOption is not supported.",
    ],
  ])("%s", async (_what, input, message) => {
    expect(await refusalOf(simulateCustom(client, input))).toEqual([INVALID, 400, message]);
  });

  test("a type of key that there is not", async () => {
    const entry = { ContextKeyName: "aws:EpochTime", ContextKeyValues: ["1"] };
    const ContextEntries = [{ ...entry, ContextKeyType: "number" as "numeric" }];
    expect(await refusalOf(simulateCustom(client, { ContextEntries }))).toEqual([
      "ValidationError",
      400,
      "1 validation error detected: Value 'number' at 'contextEntries.1.member.contextKeyType' failed to satisfy constraint: Member must satisfy enum value set: [string, stringList, numeric, numericList, boolean, booleanList, ip, ipList, binary, binaryList, date, dateList]",
    ]);
  });

  test("whoever may not simulate for another", async () => {
    const own = world.addUser("bob", {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "iam:Simulate*", Resource: `${IAM}:user/bob` },
    });
    const bob = clientAt(endpoint, world, own);
    const simulate = async (PolicySourceArn: string): Promise<unknown> =>
      bob.send(new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: [CONNECT] }));
    await expect(simulate(`${IAM}:user/bob`)).resolves.toBeDefined();
    expect((await refusalOf(simulate(ALICE))).slice(0, 2)).toEqual(["AccessDenied", 403]);
    bob.destroy();
  });
});
