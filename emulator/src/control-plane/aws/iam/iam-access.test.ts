import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT, type AwsWorld, makeAwsWorld } from "../../../../test/fixtures/aws/aws-world.ts";
import { signedPost } from "../../../../test/fixtures/aws/sign-request.ts";
import type { Members, Shape } from "../query/shape.ts";
import { IAM_SERVICE } from "./iam-service.ts";

const IAM = `arn:aws:iam::${ACCOUNT}`;

/** Resource of each operation when every text of its request is `it`, and an ARN is that of `it`. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  [`${IAM}:user/it`]: [
    ...["CreateUser", "GetUser", "UpdateUser", "DeleteUser"],
    ...["TagUser", "UntagUser", "ListUserTags"],
    ...["PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"],
    ...["CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey"],
    ...["PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy"],
    ...["AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies", "ListGroupsForUser"],
    "SimulatePrincipalPolicy",
  ],
  [`${IAM}:user/`]: ["ListUsers"],
  [`${IAM}:group/it`]: [
    ...["CreateGroup", "GetGroup", "UpdateGroup", "DeleteGroup"],
    ...["AddUserToGroup", "RemoveUserFromGroup"],
    ...["PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy"],
    ...["AttachGroupPolicy", "DetachGroupPolicy", "ListAttachedGroupPolicies"],
  ],
  [`${IAM}:group/`]: ["ListGroups"],
  [`${IAM}:role/it`]: [
    ...["CreateRole", "GetRole", "UpdateRole", "UpdateRoleDescription"],
    ...["UpdateAssumeRolePolicy", "DeleteRole", "TagRole", "UntagRole", "ListRoleTags"],
    ...["PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"],
    ...["ListInstanceProfilesForRole", "DeleteServiceLinkedRole"],
    ...["PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy"],
    ...["AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies"],
  ],
  [`${IAM}:role/`]: ["ListRoles"],
  [`${IAM}:role/aws-service-role/it/*`]: ["CreateServiceLinkedRole"],
  [`${IAM}:role/aws-service-role/dsql.amazonaws.com/*`]: ["GetServiceLinkedRoleDeletionStatus"],
  [`${IAM}:policy/it`]: [
    ...["CreatePolicy", "GetPolicy", "DeletePolicy"],
    ...["CreatePolicyVersion", "GetPolicyVersion", "ListPolicyVersions"],
    ...["SetDefaultPolicyVersion", "DeletePolicyVersion", "ListEntitiesForPolicy"],
    ...["TagPolicy", "UntagPolicy", "ListPolicyTags"],
  ],
  "policy path /": ["ListPolicies"],
  [`${IAM}:oidc-provider/it`]: [
    ...["CreateOpenIDConnectProvider", "GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider"],
    ...["UpdateOpenIDConnectProviderThumbprint", "AddClientIDToOpenIDConnectProvider"],
    ...["RemoveClientIDFromOpenIDConnectProvider", "TagOpenIDConnectProvider"],
    ...["UntagOpenIDConnectProvider", "ListOpenIDConnectProviderTags"],
  ],
  "*": [
    ...["ListOpenIDConnectProviders", "GetAccountSummary", "ListAccountAliases"],
    ...["GetAccessKeyLastUsed", "GetAccountAuthorizationDetails"],
    "SimulateCustomPolicy",
  ],
};

const CASES = Object.entries(RESOURCES).flatMap(([resource, operations]) =>
  operations.map((operation) => [operation, resource] as const),
);

let world: AwsWorld;

beforeEach(() => {
  world = makeAwsWorld();
});

afterEach(() => world.app.close());

/** A request with everything that the operation has to be told, and a user's name if it takes one. */
function smallestForm(members: Members): string[] {
  return Object.entries(members).flatMap(([name, { shape, isRequired }]) =>
    isRequired || name === "UserName" ? parameters(name, shape) : [],
  );
}

function parameters(name: string, shape: Shape): string[] {
  if (name === "ActionNames") return ["ActionNames.member.1=it:It"];
  if (shape.kind === "list") return parameters(`${name}.member.1`, shape.item);
  if (shape.kind === "structure") {
    return smallestForm(shape.members).map((parameter) => `${name}.${parameter}`);
  }
  const values: Readonly<Record<string, string>> = {
    PolicyArn: `${IAM}:policy/it`,
    PolicySourceArn: `${IAM}:user/it`,
    OpenIDConnectProviderArn: `${IAM}:oidc-provider/it`,
    DeletionTaskId: "task/aws-service-role/dsql.amazonaws.com/it/0",
  };
  return [`${name}=${encodeURIComponent(values[name] ?? "it")}`];
}

describe("every operation of IAM", () => {
  test("is in the table of these tests", () => {
    expect(CASES.map(([operation]) => operation).sort()).toEqual(
      [...IAM_SERVICE.operations.keys()].sort(),
    );
  });

  test.each(CASES)("%s is denied to whom nothing allows it, on %s", async (name, resource) => {
    const signing = { ...world.addUser("nobody"), signingDate: world.clock.now() };
    const before = world.directory.snapshot();
    const members = IAM_SERVICE.operations.get(name)?.input ?? {};
    const body = [`Action=${name}`, "Version=2010-05-08", ...smallestForm(members)].join("&");
    const response = await world.app.inject(await signedPost(body, signing));
    const on = resource === "*" ? "" : ` on resource: ${resource}`;
    expect(response.body).toContain(
      `<Code>AccessDenied</Code><Message>User: ${IAM}:user/nobody is not authorized to perform: iam:${name}${on} because no identity-based policy allows the iam:${name} action</Message>`,
    );
    expect(response.statusCode).toBe(403);
    expect(world.directory.snapshot()).toEqual(before);
  });
});

describe("what policies see of a call", () => {
  async function outcomeOf(body: string, condition: object, resource = "*"): Promise<string> {
    const signing = {
      ...world.addUser("somebody", {
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Action: "iam:*", Resource: resource, Condition: condition },
      }),
      signingDate: world.clock.now(),
    };
    const request = await signedPost(`${body}&Version=2010-05-08`, signing);
    const headers = { ...request.headers, "user-agent": "agent/1" };
    const response = await world.app.inject({ ...request, headers });
    return /<Code>(.*)<\/Code>/.exec(response.body)?.[1] ?? "allowed";
  }

  const TAGS = "Action=CreateUser&UserName=new&Tags.member.1.Key=Team&Tags.member.1.Value=blue";
  const READ_ONLY = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
  const BOUNDARY = `Action=CreateUser&UserName=new&PermissionsBoundary=${encodeURIComponent(READ_ONLY)}`;
  const ATTACH = `Action=AttachUserPolicy&UserName=somebody&PolicyArn=${encodeURIComponent(READ_ONLY)}`;
  const LIST = "Action=ListUsers";

  test.each<[what: string, body: string, key: string, right: string, wrong: string]>([
    ["a tag of the request", TAGS, "aws:RequestTag/Team", "blue", "red"],
    ["the keys of the request's tags", TAGS, "aws:TagKeys", "Team", "team"],
    ["the boundary", BOUNDARY, "iam:PermissionsBoundary", READ_ONLY, "arn:other"],
    ["the policy to be attached", ATTACH, "iam:PolicyARN", READ_ONLY, "arn:other"],
    ["the region that was signed for", LIST, "aws:RequestedRegion", "eu-west-1", "us-east-1"],
    ["the client's program", LIST, "aws:UserAgent", "agent/1", "agent/2"],
    ["the client's address", LIST, "aws:SourceIp", "127.0.0.1", "127.0.0.2"],
    ["that there is no TLS", LIST, "aws:SecureTransport", "false", "true"],
  ])("is %s", async (_what, body, key, right, wrong) => {
    expect(await outcomeOf(body, { StringEquals: { [key]: wrong } })).toBe("AccessDenied");
    world.directory.deleteUserPolicy({ userName: "somebody", policyName: "inline" });
    for (const { accessKeyId } of world.directory.listAccessKeys({ userName: "somebody" }).items) {
      world.directory.deleteAccessKey({ userName: "somebody", accessKeyId });
    }
    world.directory.deleteUser({ userName: "somebody" });
    expect(await outcomeOf(body, { StringEquals: { [key]: right } })).toBe("allowed");
  });

  test("is a tag of the user that the call is about", async () => {
    world.directory.createUser({ userName: "old", tags: [{ key: "Team", value: "blue" }] });
    const body = "Action=GetUser&UserName=old";
    const condition = { StringEquals: { "aws:ResourceTag/Team": "blue" } };
    expect(await outcomeOf(body, condition)).toBe("allowed");
  });

  test("is the path of a user that exists, and the path that a new one is to have", async () => {
    world.directory.createUser({ userName: "old", path: "/team/" });
    const resource = `${IAM}:user/team/*`;
    expect(await outcomeOf("Action=GetUser&UserName=old", {}, resource)).toBe("allowed");
    const signing = {
      ...world.addUser("other", {
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Action: "iam:*", Resource: resource },
      }),
      signingDate: world.clock.now(),
    };
    const create = "Action=CreateUser&Version=2010-05-08&UserName=new";
    const allowed = await signedPost(`${create}&Path=%2Fteam%2F`, signing);
    expect((await world.app.inject(allowed)).statusCode).toBe(200);
    const denied = await signedPost(`${create}2`, signing);
    expect((await world.app.inject(denied)).statusCode).toBe(403);
  });

  test("does not matter to GetCallerIdentity, not even an explicit deny", async () => {
    const key = world.addUser("denied", {
      Version: "2012-10-17",
      Statement: { Effect: "Deny", Action: "*", Resource: "*" },
    });
    const signing = { ...key, service: "sts", signingDate: world.clock.now() };
    const request = await signedPost("Action=GetCallerIdentity&Version=2011-06-15", signing);
    expect((await world.app.inject(request)).statusCode).toBe(200);
  });
});
