/** Permissions of an account, asked for with the unmodified client of the AWS SDK on a real socket. */
import {
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsCommandOutput,
  type IAMClient,
  paginateGetAccountAuthorizationDetails,
} from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
} from "../../../../test/fixtures/aws/aws-world.ts";
import { listenWithClient } from "../../../../test/fixtures/aws/iam-client.ts";
import { describeAccount, parseAuthorizationDetails } from "../../../iam/index.ts";

const IAM = `arn:aws:iam::${ACCOUNT}`;
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
const CONNECT = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "dsql:DbConnect",
      Resource: "*",
      Condition: { StringLike: { "aws:PrincipalTag/team": "blé & <*>" } },
    },
  ],
});
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" }],
});

let world: AwsWorld;
let client: IAMClient;

beforeEach(async () => {
  world = makeAwsWorld();
  client = await listenWithClient(world, world.addUser("admin", ADMINISTRATOR));
});

afterEach(async () => {
  client.destroy();
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

/** Makes one of everything that has a place in the details. */
function fill(): void {
  const { directory } = world;
  const app = { userName: "app" };
  directory.createPolicy({ policyName: "own", path: "/p/", policyDocument: CONNECT });
  const policyArn = `${IAM}:policy/p/own`;
  directory.createPolicyVersion({ policyArn, policyDocument: CONNECT, setAsDefault: true });
  directory.createGroup({ groupName: "devs", path: "/g/" });
  directory.putGroupPolicy({ groupName: "devs", policyName: "g", policyDocument: CONNECT });
  directory.createUser({ ...app, permissionsBoundary: READ_ONLY });
  directory.tagUser({ ...app, tags: [{ key: "team", value: "a b=c+d/é" }] });
  directory.addUserToGroup({ ...app, groupName: "devs" });
  directory.attachUserPolicy({ ...app, policyArn });
  directory.createRole({ roleName: "reader", assumeRolePolicyDocument: TRUST });
  directory.putRolePolicy({ roleName: "reader", policyName: "r", policyDocument: CONNECT });
}

/** The answer as the CLI prints it: without metadata, with the documents as objects. */
function printed(pages: readonly GetAccountAuthorizationDetailsCommandOutput[]): unknown {
  const of = (name: "UserDetailList" | "GroupDetailList" | "RoleDetailList" | "Policies"): object =>
    pages.flatMap((page): readonly object[] => page[name] ?? []);
  const json = JSON.stringify({
    UserDetailList: of("UserDetailList"),
    GroupDetailList: of("GroupDetailList"),
    RoleDetailList: of("RoleDetailList"),
    Policies: of("Policies"),
  });
  return JSON.parse(json, (name, value: unknown) =>
    name.endsWith("Document") && typeof value === "string"
      ? (JSON.parse(decodeURIComponent(value)) as unknown)
      : value,
  );
}

describe("the details of an account", () => {
  test("are all there", async () => {
    fill();
    const { $metadata, ...answer } = await client.send(
      new GetAccountAuthorizationDetailsCommand({ Filter: ["Role", "LocalManagedPolicy"] }),
    );
    const encoded = encodeURIComponent(CONNECT).replace(/\*/g, "%2A");
    const CreateDate = new Date("2026-01-02T03:04:05Z");
    expect($metadata.httpStatusCode).toBe(200);
    expect(answer).toEqual({
      UserDetailList: [],
      GroupDetailList: [],
      RoleDetailList: [
        {
          Path: "/",
          RoleName: "reader",
          RoleId: expect.stringMatching(/^AROA/) as string,
          Arn: `${IAM}:role/reader`,
          CreateDate,
          AssumeRolePolicyDocument: encodeURIComponent(TRUST),
          InstanceProfileList: [],
          RolePolicyList: [{ PolicyName: "r", PolicyDocument: encoded }],
          AttachedManagedPolicies: [],
        },
      ],
      Policies: [
        {
          PolicyName: "own",
          PolicyId: expect.stringMatching(/^ANPA/) as string,
          Arn: `${IAM}:policy/p/own`,
          Path: "/p/",
          DefaultVersionId: "v2",
          AttachmentCount: 1,
          PermissionsBoundaryUsageCount: 0,
          IsAttachable: true,
          CreateDate,
          UpdateDate: CreateDate,
          PolicyVersionList: [
            { VersionId: "v2", IsDefaultVersion: true, Document: encoded, CreateDate },
            { VersionId: "v1", IsDefaultVersion: false, Document: encoded, CreateDate },
          ],
        },
      ],
      IsTruncated: false,
    });
  });

  test("make the same account again, page by page", async () => {
    fill();
    const pages: GetAccountAuthorizationDetailsCommandOutput[] = [];
    for await (const page of paginateGetAccountAuthorizationDetails({ client, pageSize: 2 }, {})) {
      pages.push(page);
    }
    expect(pages).toHaveLength(3);
    const { users, ...account } = describeAccount(world.directory.snapshot());
    // The details have everything of this account but its access keys.
    const withoutKeys = users.map((user) => ({ ...user, accessKeys: [] }));
    expect(parseAuthorizationDetails(printed(pages))).toEqual({
      kind: "parsed",
      account: { ...account, users: withoutKeys },
    });
  });
});
