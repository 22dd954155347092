/** The unmodified clients of the AWS SDK on a real socket. */
import * as iam from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
  SESSION_KEY,
  type TestKey,
} from "../../../../test/fixtures/aws/aws-world.ts";
import { IAM_SERVICE } from "./iam-service.ts";

const ARN = `arn:aws:iam::${ACCOUNT}`;
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
const CREATED = new Date("2026-01-02T03:04:05Z");
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});
const CONNECT = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" }],
});
const ENCODED_CONNECT = encodeURIComponent(CONNECT).replace(/\*/g, "%2A");

let world: AwsWorld;
let endpoint: string;
let client: iam.IAMClient;

beforeEach(async () => {
  world = makeAwsWorld();
  endpoint = await world.app.listen({ host: "127.0.0.1", port: 0 });
  client = clientOf(world.addUser("admin", ADMINISTRATOR));
});

afterEach(async () => {
  client.destroy();
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

interface ClientConfig {
  readonly endpoint: string;
  readonly credentials: TestKey;
  readonly region: string;
  readonly systemClockOffset?: number;
}

function configOf(credentials: TestKey): ClientConfig {
  const systemClockOffset = world.clock.now().getTime() - Date.now();
  return { endpoint, credentials, region: "eu-west-1", systemClockOffset };
}

function clientOf(credentials: TestKey): iam.IAMClient {
  return new iam.IAMClient({ maxAttempts: 1, ...configOf(credentials) });
}

/** Answer of any command, with its metadata. */
async function answerOf(command: object, by = client): Promise<Record<string, unknown>> {
  // The SDK has a type for each command, and none for all of them.
  return by.send(command as iam.GetUserCommand) as unknown as Promise<Record<string, unknown>>;
}

/** Answer without metadata. */
async function send(command: object): Promise<Record<string, unknown>> {
  const { $metadata, ...output } = await answerOf(command);
  const { requestId } = $metadata as { requestId?: string };
  expect(requestId).toMatch(/^00000000-0000-4000-8000-\d{12}$/);
  return output;
}

async function errorOf(sent: Promise<unknown>): Promise<object> {
  const error: unknown = await sent.then(
    () => new Error("it was answered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof iam.IAMServiceException)) throw error;
  const { name, message, $fault, $metadata } = error;
  return { class: error.constructor.name, name, message, $fault, status: $metadata.httpStatusCode };
}

const PAGE = { IsTruncated: false };
const NOTHING = {};
const NAME = { UserName: "app" };
const GROUP = { GroupName: "devs" };
const ROLE = { RoleName: "reader" };
const TAG = { Key: "Team", Value: "a b=c+d/é" };
const POLICY_ARN = `${ARN}:policy/connect`;
const PROVIDER = { OpenIDConnectProviderArn: `${ARN}:oidc-provider/oidc.example.com/a` };
const LINKED_ROLE = "AWSServiceRoleForAuroraDsql";
const INLINE = { PolicyName: "connect", PolicyDocument: CONNECT };
const ATTACHED = {
  AttachedPolicies: [{ PolicyName: "AmazonAuroraDSQLReadOnlyAccess", PolicyArn: READ_ONLY }],
  ...PAGE,
};
const USER_OUTPUT = {
  Path: "/",
  UserName: "app",
  UserId: "AIDAFAKEAAAAAAAAAAAAD",
  Arn: `${ARN}:user/app`,
  CreateDate: CREATED,
};
const GROUP_OUTPUT = {
  Path: "/team/",
  GroupName: "devs",
  GroupId: expect.stringMatching(/^AGPA/) as string,
  Arn: `${ARN}:group/team/devs`,
  CreateDate: CREATED,
};
const ROLE_OUTPUT = {
  Path: "/",
  RoleName: "reader",
  RoleId: expect.stringMatching(/^AROA/) as string,
  Arn: `${ARN}:role/reader`,
  CreateDate: CREATED,
  AssumeRolePolicyDocument: encodeURIComponent(TRUST),
  MaxSessionDuration: 7200,
};
const POLICY_OUTPUT = {
  PolicyName: "connect",
  PolicyId: expect.stringMatching(/^ANPA/) as string,
  Arn: POLICY_ARN,
  Path: "/",
  DefaultVersionId: "v1",
  AttachmentCount: 0,
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  CreateDate: CREATED,
  UpdateDate: CREATED,
};
const V2 = { VersionId: "v2", IsDefaultVersion: true, CreateDate: CREATED };
const KEY = {
  UserName: "app",
  AccessKeyId: "AKIAFAKEAAAAAAAAAAAE",
  Status: "Active",
  CreateDate: CREATED,
};
const LINKED_ROLE_OUTPUT = expect.objectContaining({
  RoleName: LINKED_ROLE,
  Arn: `${ARN}:role/aws-service-role/dsql.amazonaws.com/${LINKED_ROLE}`,
}) as object;

/** The result of a simulated action on all resources. */
function simulated(EvalActionName: string, EvalDecision: string, ...matched: object[]): object {
  const result = { EvalActionName, EvalResourceName: "*", EvalDecision, MissingContextValues: [] };
  return { ...result, MatchedStatements: matched };
}

type Step = readonly [operation: string, input: object, output: object];

/** Stories: each uses what the steps before it made. */
const STORIES: Readonly<Record<string, readonly Step[]>> = {
  "of a user": [
    ["CreateUser", { ...NAME, Tags: [TAG] }, { User: { ...USER_OUTPUT, Tags: [TAG] } }],
    ["GetUser", NAME, { User: { ...USER_OUTPUT, Tags: [TAG] } }],
    [
      "CreateAccessKey",
      NAME,
      { AccessKey: { ...KEY, SecretAccessKey: `fake/secret+${"x".repeat(28)}` } },
    ],
    ["ListAccessKeys", NAME, { AccessKeyMetadata: [KEY], ...PAGE }],
    ["UpdateAccessKey", { ...NAME, AccessKeyId: KEY.AccessKeyId, Status: "Inactive" }, NOTHING],
    ["ListAccessKeys", NAME, { AccessKeyMetadata: [{ ...KEY, Status: "Inactive" }], ...PAGE }],
    [
      "GetAccessKeyLastUsed",
      { AccessKeyId: KEY.AccessKeyId },
      { ...NAME, AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" } },
    ],
    ["DeleteAccessKey", { ...NAME, AccessKeyId: KEY.AccessKeyId }, NOTHING],
    ["TagUser", { ...NAME, Tags: [{ Key: "empty", Value: "" }] }, NOTHING],
    ["UntagUser", { ...NAME, TagKeys: ["Team"] }, NOTHING],
    ["ListUserTags", NAME, { Tags: [{ Key: "empty", Value: "" }], ...PAGE }],
    ["UntagUser", { ...NAME, TagKeys: ["empty"] }, NOTHING],
    ["PutUserPermissionsBoundary", { ...NAME, PermissionsBoundary: READ_ONLY }, NOTHING],
    [
      "GetUser",
      NAME,
      {
        User: {
          ...USER_OUTPUT,
          PermissionsBoundary: {
            PermissionsBoundaryType: "Policy",
            PermissionsBoundaryArn: READ_ONLY,
          },
        },
      },
    ],
    ["DeleteUserPermissionsBoundary", NAME, NOTHING],
    ["PutUserPolicy", { ...NAME, ...INLINE }, NOTHING],
    [
      "GetUserPolicy",
      { ...NAME, PolicyName: "connect" },
      { ...NAME, PolicyName: "connect", PolicyDocument: ENCODED_CONNECT },
    ],
    ["ListUserPolicies", NAME, { PolicyNames: ["connect"], ...PAGE }],
    ["DeleteUserPolicy", { ...NAME, PolicyName: "connect" }, NOTHING],
    ["AttachUserPolicy", { ...NAME, PolicyArn: READ_ONLY }, NOTHING],
    ["ListAttachedUserPolicies", NAME, ATTACHED],
    ["DetachUserPolicy", { ...NAME, PolicyArn: READ_ONLY }, NOTHING],
    ["UpdateUser", { ...NAME, NewPath: "/team/", NewUserName: "renamed" }, NOTHING],
    [
      "ListUsers",
      { PathPrefix: "/team/" },
      {
        Users: [
          { ...USER_OUTPUT, Path: "/team/", UserName: "renamed", Arn: `${ARN}:user/team/renamed` },
        ],
        ...PAGE,
      },
    ],
    ["DeleteUser", { UserName: "renamed" }, NOTHING],
  ],
  "of a group": [
    ["CreateGroup", { ...GROUP, Path: "/team/" }, { Group: GROUP_OUTPUT }],
    ["CreateUser", NAME, { User: expect.objectContaining(NAME) as object }],
    ["AddUserToGroup", { ...GROUP, ...NAME }, NOTHING],
    ["GetGroup", GROUP, { Group: GROUP_OUTPUT, Users: [expect.objectContaining(NAME)], ...PAGE }],
    ["ListGroupsForUser", NAME, { Groups: [GROUP_OUTPUT], ...PAGE }],
    ["RemoveUserFromGroup", { ...GROUP, ...NAME }, NOTHING],
    ["PutGroupPolicy", { ...GROUP, ...INLINE }, NOTHING],
    [
      "GetGroupPolicy",
      { ...GROUP, PolicyName: "connect" },
      { ...GROUP, PolicyName: "connect", PolicyDocument: ENCODED_CONNECT },
    ],
    ["ListGroupPolicies", GROUP, { PolicyNames: ["connect"], ...PAGE }],
    ["DeleteGroupPolicy", { ...GROUP, PolicyName: "connect" }, NOTHING],
    ["AttachGroupPolicy", { ...GROUP, PolicyArn: READ_ONLY }, NOTHING],
    ["ListAttachedGroupPolicies", GROUP, ATTACHED],
    ["DetachGroupPolicy", { ...GROUP, PolicyArn: READ_ONLY }, NOTHING],
    ["UpdateGroup", { ...GROUP, NewGroupName: "others" }, NOTHING],
    [
      "ListGroups",
      {},
      {
        Groups: [{ ...GROUP_OUTPUT, GroupName: "others", Arn: `${ARN}:group/team/others` }],
        ...PAGE,
      },
    ],
    ["DeleteGroup", { GroupName: "others" }, NOTHING],
  ],
  "of a role": [
    [
      "CreateRole",
      { ...ROLE, AssumeRolePolicyDocument: TRUST, MaxSessionDuration: 7200, Tags: [TAG] },
      { Role: { ...ROLE_OUTPUT, Tags: [TAG] } },
    ],
    ["GetRole", ROLE, { Role: { ...ROLE_OUTPUT, Tags: [TAG] } }],
    ["ListRoles", {}, { Roles: [ROLE_OUTPUT], ...PAGE }],
    ["UntagRole", { ...ROLE, TagKeys: ["Team"] }, NOTHING],
    ["TagRole", { ...ROLE, Tags: [TAG] }, NOTHING],
    ["ListRoleTags", ROLE, { Tags: [TAG], ...PAGE }],
    [
      "UpdateRoleDescription",
      { ...ROLE, Description: "reads" },
      { Role: { ...ROLE_OUTPUT, Description: "reads", Tags: [TAG] } },
    ],
    ["UpdateRole", { ...ROLE, Description: "a & b", MaxSessionDuration: 3600 }, NOTHING],
    ["UpdateAssumeRolePolicy", { ...ROLE, PolicyDocument: TRUST }, NOTHING],
    ["PutRolePermissionsBoundary", { ...ROLE, PermissionsBoundary: READ_ONLY }, NOTHING],
    [
      "GetRole",
      ROLE,
      {
        Role: {
          ...ROLE_OUTPUT,
          Description: "a & b",
          MaxSessionDuration: 3600,
          Tags: [TAG],
          PermissionsBoundary: {
            PermissionsBoundaryType: "Policy",
            PermissionsBoundaryArn: READ_ONLY,
          },
        },
      },
    ],
    ["DeleteRolePermissionsBoundary", ROLE, NOTHING],
    ["PutRolePolicy", { ...ROLE, ...INLINE }, NOTHING],
    [
      "GetRolePolicy",
      { ...ROLE, PolicyName: "connect" },
      { ...ROLE, PolicyName: "connect", PolicyDocument: ENCODED_CONNECT },
    ],
    ["ListRolePolicies", ROLE, { PolicyNames: ["connect"], ...PAGE }],
    ["DeleteRolePolicy", { ...ROLE, PolicyName: "connect" }, NOTHING],
    ["AttachRolePolicy", { ...ROLE, PolicyArn: READ_ONLY }, NOTHING],
    ["ListAttachedRolePolicies", ROLE, ATTACHED],
    ["DetachRolePolicy", { ...ROLE, PolicyArn: READ_ONLY }, NOTHING],
    ["ListInstanceProfilesForRole", ROLE, { InstanceProfiles: [], ...PAGE }],
    ["DeleteRole", ROLE, NOTHING],
  ],
  "of a service-linked role": [
    [
      "CreateServiceLinkedRole",
      { AWSServiceName: "dsql.amazonaws.com" },
      { Role: LINKED_ROLE_OUTPUT },
    ],
    [
      "DeleteServiceLinkedRole",
      { RoleName: LINKED_ROLE },
      {
        DeletionTaskId: `task/aws-service-role/dsql.amazonaws.com/${LINKED_ROLE}/AROAFAKEAAAAAAAAAAAAD`,
      },
    ],
    [
      "GetServiceLinkedRoleDeletionStatus",
      {
        DeletionTaskId: `task/aws-service-role/dsql.amazonaws.com/${LINKED_ROLE}/AROAFAKEAAAAAAAAAAAAD`,
      },
      { Status: "SUCCEEDED" },
    ],
  ],
  "of a managed policy": [
    [
      "CreatePolicy",
      { ...INLINE, Description: "to connect", Tags: [TAG] },
      { Policy: { ...POLICY_OUTPUT, Description: "to connect", Tags: [TAG] } },
    ],
    [
      "GetPolicy",
      { PolicyArn: POLICY_ARN },
      { Policy: { ...POLICY_OUTPUT, Description: "to connect", Tags: [TAG] } },
    ],
    ["ListPolicies", { Scope: "Local" }, { Policies: [POLICY_OUTPUT], ...PAGE }],
    [
      "CreatePolicyVersion",
      { PolicyArn: POLICY_ARN, PolicyDocument: CONNECT, SetAsDefault: true },
      { PolicyVersion: V2 },
    ],
    [
      "GetPolicyVersion",
      { PolicyArn: POLICY_ARN, VersionId: "v2" },
      { PolicyVersion: { ...V2, Document: ENCODED_CONNECT } },
    ],
    [
      "ListPolicyVersions",
      { PolicyArn: POLICY_ARN },
      { Versions: [V2, { ...V2, VersionId: "v1", IsDefaultVersion: false }], ...PAGE },
    ],
    ["SetDefaultPolicyVersion", { PolicyArn: POLICY_ARN, VersionId: "v1" }, NOTHING],
    ["DeletePolicyVersion", { PolicyArn: POLICY_ARN, VersionId: "v2" }, NOTHING],
    ["UntagPolicy", { PolicyArn: POLICY_ARN, TagKeys: ["Team"] }, NOTHING],
    ["TagPolicy", { PolicyArn: POLICY_ARN, Tags: [TAG] }, NOTHING],
    ["ListPolicyTags", { PolicyArn: POLICY_ARN }, { Tags: [TAG], ...PAGE }],
    ["AttachUserPolicy", { UserName: "admin", PolicyArn: POLICY_ARN }, NOTHING],
    [
      "ListEntitiesForPolicy",
      { PolicyArn: POLICY_ARN },
      {
        PolicyGroups: [],
        PolicyUsers: [{ UserName: "admin", UserId: "AIDAFAKEAAAAAAAAAAAAB" }],
        PolicyRoles: [],
        ...PAGE,
      },
    ],
    ["DetachUserPolicy", { UserName: "admin", PolicyArn: POLICY_ARN }, NOTHING],
    ["DeletePolicy", { PolicyArn: POLICY_ARN }, NOTHING],
  ],
  "of a provider": [
    [
      "CreateOpenIDConnectProvider",
      { Url: "https://oidc.example.com/a", ClientIDList: ["one"], Tags: [TAG] },
      { ...PROVIDER, Tags: [TAG] },
    ],
    ["AddClientIDToOpenIDConnectProvider", { ...PROVIDER, ClientID: "two" }, NOTHING],
    ["RemoveClientIDFromOpenIDConnectProvider", { ...PROVIDER, ClientID: "one" }, NOTHING],
    [
      "UpdateOpenIDConnectProviderThumbprint",
      { ...PROVIDER, ThumbprintList: ["a".repeat(40)] },
      NOTHING,
    ],
    [
      "GetOpenIDConnectProvider",
      PROVIDER,
      {
        Url: "oidc.example.com/a",
        ClientIDList: ["two"],
        ThumbprintList: ["a".repeat(40)],
        CreateDate: CREATED,
        Tags: [TAG],
      },
    ],
    ["UntagOpenIDConnectProvider", { ...PROVIDER, TagKeys: ["Team"] }, NOTHING],
    ["TagOpenIDConnectProvider", { ...PROVIDER, Tags: [TAG] }, NOTHING],
    ["ListOpenIDConnectProviderTags", PROVIDER, { Tags: [TAG], ...PAGE }],
    [
      "ListOpenIDConnectProviders",
      {},
      { OpenIDConnectProviderList: [{ Arn: PROVIDER.OpenIDConnectProviderArn }] },
    ],
    ["DeleteOpenIDConnectProvider", PROVIDER, NOTHING],
  ],
  "of an account": [
    [
      "GetAccountSummary",
      {},
      { SummaryMap: expect.objectContaining({ Users: 1, UsersQuota: 5000 }) as object },
    ],
    ["ListAccountAliases", {}, { AccountAliases: [], ...PAGE }],
    [
      "GetAccountAuthorizationDetails",
      { Filter: ["Role", "Group"] },
      { UserDetailList: [], GroupDetailList: [], RoleDetailList: [], Policies: [], ...PAGE },
    ],
    [
      "SimulateCustomPolicy",
      { PolicyInputList: [CONNECT], ActionNames: ["dsql:ListClusters"] },
      { EvaluationResults: [simulated("dsql:ListClusters", "implicitDeny")], ...PAGE },
    ],
    [
      "SimulatePrincipalPolicy",
      { PolicySourceArn: `${ARN}:user/admin`, ActionNames: ["dsql:ListClusters"] },
      {
        EvaluationResults: [
          simulated("dsql:ListClusters", "allowed", {
            SourcePolicyId: "user_admin_inline",
            SourcePolicyType: "IAM Policy",
            StartPosition: { Line: 1, Column: 38 },
            EndPosition: { Line: 1, Column: 96 },
          }),
        ],
        ...PAGE,
      },
    ],
  ],
};

describe("the SDK's client of IAM", () => {
  test("is asked for every operation that there is", () => {
    const asked = Object.values(STORIES).flatMap((steps) => steps.map(([name]) => name));
    expect([...new Set(asked)].sort()).toEqual([...IAM_SERVICE.operations.keys()].sort());
  });

  test.each(Object.entries(STORIES))("tells the story %s", async (_of, steps) => {
    const commands = iam as unknown as Readonly<Record<string, new (input: object) => object>>;
    for (const [operation, input, output] of steps) {
      const Command = commands[`${operation}Command`];
      if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
      expect(await send(new Command(input)), operation).toEqual(output);
    }
  });

  test("is told who the caller is when it names nobody", async () => {
    expect(await send(new iam.GetUserCommand())).toMatchObject({ User: { UserName: "admin" } });
  });

  test("reads page after page", async () => {
    for (const name of ["c", "a", "b"]) world.directory.createUser({ userName: name });
    const pages: (string | undefined)[][] = [];
    for await (const { Users = [] } of iam.paginateListUsers({ client, pageSize: 3 }, {})) {
      pages.push(Users.map(({ UserName }) => UserName));
    }
    expect(pages).toEqual([["a", "admin", "b"], ["c"]]);
  });

  test("gets a policy back, byte by byte", async () => {
    const document = `{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"<é&\\"'!()*+ %20>"}}}]}`;
    const named = { UserName: "admin", PolicyName: "odd" };
    await send(new iam.PutUserPolicyCommand({ ...named, PolicyDocument: document }));
    const { PolicyDocument } = await send(new iam.GetUserPolicyCommand(named));
    expect(decodeURIComponent(String(PolicyDocument))).toBe(document);
  });
});

describe("an error, as the SDK sees it,", () => {
  test.each<[string, string, () => object, number]>([
    ["NoSuchEntityException", "NoSuchEntity", () => new iam.GetUserCommand({ UserName: "x" }), 404],
    [
      "EntityAlreadyExistsException",
      "EntityAlreadyExists",
      () => new iam.CreateUserCommand({ UserName: "admin" }),
      409,
    ],
    [
      "DeleteConflictException",
      "DeleteConflict",
      () => new iam.DeleteUserCommand({ UserName: "admin" }),
      409,
    ],
    [
      "MalformedPolicyDocumentException",
      "MalformedPolicyDocument",
      () => new iam.CreatePolicyCommand({ PolicyName: "p", PolicyDocument: "{}" }),
      400,
    ],
    [
      "InvalidInputException",
      "InvalidInput",
      () => new iam.GetPolicyCommand({ PolicyArn: "arn:aws:iam::1:policy/p" }),
      400,
    ],
    [
      "IAMServiceException",
      "ValidationError",
      () => new iam.GetUserCommand({ UserName: "<>" }),
      400,
    ],
    [
      "IAMServiceException",
      "AccessDenied",
      () => new iam.DeletePolicyCommand({ PolicyArn: READ_ONLY }),
      403,
    ],
  ])("is %s, %s", async (_class, code, command, status) => {
    const error = await errorOf(answerOf(command()));
    expect(error).toMatchObject({ $fault: "client", status });
    expect([`${code}Exception`, code]).toContain((error as { name: string }).name);
    expect((error as { class: string }).class).toBe(_class);
  });

  test("is LimitExceededException when there are two access keys", async () => {
    await send(new iam.CreateAccessKeyCommand({ UserName: "admin" }));
    const error = await errorOf(answerOf(new iam.CreateAccessKeyCommand({ UserName: "admin" })));
    expect(error).toMatchObject({ class: "LimitExceededException", status: 409 });
  });

  test("is UnmodifiableEntityException for a service-linked role", async () => {
    world.directory.createServiceLinkedRole({ awsServiceName: "dsql.amazonaws.com" });
    const command = new iam.DeleteRoleCommand({ RoleName: LINKED_ROLE });
    const error = await errorOf(answerOf(command));
    expect(error).toMatchObject({ class: "UnmodifiableEntityException", status: 400 });
  });

  test("is PolicyNotAttachableException for the policy of a service-linked role", async () => {
    const PolicyArn = "arn:aws:iam::aws:policy/aws-service-role/AuroraDsqlServiceLinkedRolePolicy";
    const command = new iam.AttachUserPolicyCommand({ UserName: "admin", PolicyArn });
    const error = await errorOf(answerOf(command));
    expect(error).toMatchObject({ class: "PolicyNotAttachableException", status: 400 });
  });

  test.each<[string, () => TestKey]>([
    [
      "SignatureDoesNotMatch",
      () => ({ ...world.addUser("other"), secretAccessKey: "another-fake" }),
    ],
    [
      "InvalidClientTokenId",
      () => ({ accessKeyId: "AKIAFAKEFAKENOTTHERE", secretAccessKey: "fake" }),
    ],
    ["ExpiredToken", () => ({ ...SESSION_KEY, sessionToken: "expired-token" })],
  ])("is %s when it is signed wrong", async (name, credentials) => {
    const other = clientOf(credentials());
    const error = await errorOf(answerOf(new iam.ListUsersCommand(), other));
    other.destroy();
    expect(error).toMatchObject({ name, status: 403 });
  });

  test("is AccessDenied when no policy allows it", async () => {
    const other = clientOf(world.addUser("other"));
    const error = await errorOf(answerOf(new iam.ListUsersCommand(), other));
    other.destroy();
    expect(error).toEqual({
      class: "IAMServiceException",
      name: "AccessDenied",
      message: `User: ${ARN}:user/other is not authorized to perform: iam:ListUsers on resource: ${ARN}:user/ because no identity-based policy allows the iam:ListUsers action`,
      $fault: "client",
      status: 403,
    });
  });
});

describe("the SDK's client of STS", () => {
  async function identityOf(config: ClientConfig): Promise<object> {
    const sts = new STSClient(config);
    try {
      const { $metadata, ...identity } = await sts.send(new GetCallerIdentityCommand());
      return { ...identity, attempts: $metadata.attempts };
    } finally {
      sts.destroy();
    }
  }

  test("is told who a user is", async () => {
    expect(await identityOf(configOf(world.addUser("app")))).toEqual({
      UserId: "AIDAFAKEAAAAAAAAAAAAD",
      Account: ACCOUNT,
      Arn: `${ARN}:user/app`,
      attempts: 1,
    });
  });

  test("is told who a session is", async () => {
    expect(await identityOf(configOf(SESSION_KEY))).toEqual({
      UserId: "AROAFAKEFAKEFAKEFAKEF:session",
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/session`,
      attempts: 1,
    });
  });

  test("corrects its clock by the date of the answer, and tries again", async () => {
    const { systemClockOffset, ...config } = configOf(world.addUser("app"));
    expect(Math.abs(systemClockOffset ?? 0)).toBeGreaterThan(300_000);
    expect(await identityOf(config)).toMatchObject({ Account: ACCOUNT, attempts: 2 });
  });
});
