import { describe, expect, test } from "vitest";
import {
  ALLOW,
  AWS_POLICY,
  EC2,
  GROUP,
  IAM,
  POLICY,
  ROLE,
  USER,
  VERSION,
} from "../../../test/support/authorization-details.ts";
import { ACCOUNT } from "../../../test/support/iam-directory.ts";
import { parseAuthorizationDetails } from "./authorization-details.ts";

function problemsOf(json: unknown): readonly (readonly [path: string, message: string])[] {
  const parsed = parseAuthorizationDetails(json);
  if (parsed.kind === "parsed") return [];
  return parsed.problems.map(({ path, message }) => [path, message]);
}

describe("a problem", () => {
  test.each<[what: string, json: unknown, path: string, message: string]>([
    [
      "no object",
      [],
      "",
      "must be an object with UserDetailList, GroupDetailList, RoleDetailList, Policies",
    ],
    [
      "nothing known",
      { Users: [] },
      "",
      "must be an object with UserDetailList, GroupDetailList, RoleDetailList, Policies",
    ],
    ["an empty account", { UserDetailList: [] }, "", "nothing in it has an account id"],
    [
      "one page of several",
      { UserDetailList: [USER], IsTruncated: true },
      "IsTruncated",
      "says that there are more pages: all are needed",
    ],
    [
      "the CLI's one page of several",
      { UserDetailList: [USER], NextToken: "e30=" },
      "NextToken",
      "says that there are more pages: all are needed",
    ],
    [
      "a list that is none",
      { UserDetailList: [USER], RoleDetailList: {} },
      "RoleDetailList",
      "must be a list",
    ],
    ["a user that is none", { UserDetailList: [null] }, "UserDetailList[0]", "must be an object"],
    [
      "a name that is no text",
      { UserDetailList: [{ ...USER, UserName: 1 }] },
      "UserDetailList[0].UserName",
      "must be a string",
    ],
    [
      "a name that is missing",
      { UserDetailList: [{ ...USER, UserName: undefined }] },
      "UserDetailList[0].UserName",
      "is missing",
    ],
    [
      "a name that IAM does not take",
      { UserDetailList: [{ ...USER, UserName: "a b" }] },
      "UserDetailList[0].UserName",
      "must match [\\w+=,.@-]+",
    ],
    [
      "a name that is too long",
      { RoleDetailList: [{ ...ROLE, RoleName: "x".repeat(65) }] },
      "RoleDetailList[0].RoleName",
      "must have 1 to 64 characters",
    ],
    [
      "the same name again",
      { UserDetailList: [USER, { ...USER, UserName: "Alice", Arn: `${IAM}:user/t/Alice` }] },
      "UserDetailList[1].UserName",
      "comes twice",
    ],
    [
      "an ARN with another name",
      { UserDetailList: [{ ...USER, Arn: `${IAM}:user/alice` }] },
      "UserDetailList[0].Arn",
      "does not fit the path and the name",
    ],
    [
      "an ARN of another partition",
      { UserDetailList: [{ ...USER, Arn: USER.Arn.replace("aws", "aws-cn") }] },
      "UserDetailList[0].Arn",
      "must be an ARN of IAM in the partition `aws`",
    ],
    [
      "a user of AWS",
      { UserDetailList: [{ ...USER, Arn: "arn:aws:iam::aws:user/t/alice" }] },
      "UserDetailList[0].Arn",
      "must be an ARN of IAM in the partition `aws`",
    ],
    [
      "a second account",
      {
        UserDetailList: [USER],
        RoleDetailList: [{ ...ROLE, Arn: ROLE.Arn.replace(ACCOUNT, "210987654321") }],
      },
      "RoleDetailList[0].Arn",
      "is of another account",
    ],
    [
      "a group that is not there",
      { UserDetailList: [{ ...USER, GroupList: ["devs"] }] },
      "UserDetailList[0].GroupList[0]",
      "is no group of GroupDetailList",
    ],
    [
      "a group that is no name",
      { UserDetailList: [{ ...USER, GroupList: [{}] }] },
      "UserDetailList[0].GroupList[0]",
      "must be a string",
    ],
    [
      "a policy that is not there",
      { UserDetailList: [{ ...USER, AttachedManagedPolicies: [{ PolicyArn: EC2 }] }] },
      "UserDetailList[0].AttachedManagedPolicies[0].PolicyArn",
      "is no policy of Policies",
    ],
    [
      "a boundary that is not there",
      {
        RoleDetailList: [{ ...ROLE, PermissionsBoundary: { PermissionsBoundaryArn: POLICY.Arn } }],
      },
      "RoleDetailList[0].PermissionsBoundary.PermissionsBoundaryArn",
      "is no policy of Policies",
    ],
    [
      "a boundary that is none",
      { UserDetailList: [{ ...USER, PermissionsBoundary: EC2 }] },
      "UserDetailList[0].PermissionsBoundary",
      "must be an object",
    ],
    [
      "an inline policy twice",
      {
        UserDetailList: [
          {
            ...USER,
            UserPolicyList: [
              { PolicyName: "i", PolicyDocument: ALLOW },
              { PolicyName: "i", PolicyDocument: ALLOW },
            ],
          },
        ],
      },
      "UserDetailList[0].UserPolicyList[1].PolicyName",
      "comes twice",
    ],
    [
      "a document that is missing",
      { UserDetailList: [{ ...USER, UserPolicyList: [{ PolicyName: "i" }] }] },
      "UserDetailList[0].UserPolicyList[0].PolicyDocument",
      "is missing",
    ],
    [
      "a document that is no JSON",
      {
        GroupDetailList: [
          { ...GROUP, GroupPolicyList: [{ PolicyName: "g", PolicyDocument: "%7B%zz" }] },
        ],
      },
      "GroupDetailList[0].GroupPolicyList[0].PolicyDocument",
      "is neither JSON nor URL-encoded JSON",
    ],
    [
      "a document that is no policy",
      {
        GroupDetailList: [{ ...GROUP, GroupPolicyList: [{ PolicyName: "g", PolicyDocument: 1 }] }],
      },
      "GroupDetailList[0].GroupPolicyList[0].PolicyDocument",
      "a policy is a JSON object",
    ],
    [
      "a statement without effect",
      {
        Policies: [
          {
            ...POLICY,
            PolicyVersionList: [
              {
                ...VERSION,
                Document: { Version: "2012-10-17", Statement: [{ Action: "*", Resource: "*" }] },
              },
            ],
          },
        ],
      },
      "Policies[0].PolicyVersionList[0].Document.Statement[0].Effect",
      "must be Allow or Deny",
    ],
    [
      "a trust policy that is none",
      { RoleDetailList: [{ ...ROLE, AssumeRolePolicyDocument: ALLOW }] },
      "RoleDetailList[0].AssumeRolePolicyDocument.Statement[0]",
      "must have exactly one of Principal and NotPrincipal",
    ],
    [
      "a policy twice",
      { Policies: [AWS_POLICY, AWS_POLICY], UserDetailList: [USER] },
      "Policies[1].Arn",
      "comes twice",
    ],
    [
      "a policy's name twice",
      { Policies: [POLICY, { ...POLICY, Path: "/", Arn: `${IAM}:policy/own` }] },
      "Policies[1].PolicyName",
      "comes twice",
    ],
    [
      "a version twice",
      { Policies: [{ ...POLICY, PolicyVersionList: [VERSION, VERSION] }] },
      "Policies[0].PolicyVersionList[1].VersionId",
      "comes twice",
    ],
    [
      "a version that is none",
      {
        Policies: [
          {
            ...POLICY,
            PolicyVersionList: [VERSION, { ...VERSION, VersionId: "x2", IsDefaultVersion: false }],
          },
        ],
      },
      "Policies[0].PolicyVersionList[1].VersionId",
      "must match v[1-9][0-9]*",
    ],
    [
      "a policy without versions",
      { Policies: [{ ...POLICY, PolicyVersionList: [] }] },
      "Policies[0].DefaultVersionId",
      "is no version of PolicyVersionList",
    ],
    [
      "two default versions",
      { Policies: [{ ...POLICY, PolicyVersionList: [VERSION, { ...VERSION, VersionId: "v2" }] }] },
      "Policies[0].PolicyVersionList[1].IsDefaultVersion",
      "must be false, as DefaultVersionId says",
    ],
    [
      "a tag twice",
      {
        UserDetailList: [
          {
            ...USER,
            Tags: [
              { Key: "a", Value: "" },
              { Key: "A", Value: "" },
            ],
          },
        ],
      },
      "UserDetailList[0].Tags[1].Key",
      "comes twice",
    ],
    [
      "a tag without value",
      { UserDetailList: [{ ...USER, Tags: [{ Key: "a" }] }] },
      "UserDetailList[0].Tags[0].Value",
      "is missing",
    ],
  ])("is %s", (_what, json, path, message) => {
    expect(problemsOf(json)).toContainEqual([path, message]);
  });

  test("does not hide the others", () => {
    const json = {
      UserDetailList: [{ ...USER, GroupList: ["x"], UserPolicyList: [{ PolicyName: "i" }] }],
      GroupDetailList: "none",
      Policies: [{ ...POLICY, DefaultVersionId: "v2" }],
    };
    expect(problemsOf(json).map(([path]) => path)).toEqual([
      "GroupDetailList",
      "UserDetailList[0].UserPolicyList[0].PolicyDocument",
      "Policies[0].PolicyVersionList[0].IsDefaultVersion",
      "Policies[0].DefaultVersionId",
      "UserDetailList[0].GroupList[0]",
    ]);
  });
});

describe("hostile input", () => {
  const deep = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  const withDocument = (PolicyDocument: unknown): object => ({
    UserDetailList: [{ ...USER, UserPolicyList: [{ PolicyName: "i", PolicyDocument }] }],
  });

  test.each<[what: string, json: unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", Number.NaN],
    ["a text", "{}"],
    ["a list in itself", deep(5000)],
    ["lists of everything", { UserDetailList: [[], 1, "x", true, null, deep(5000)] }],
    [
      "members of everything",
      { UserDetailList: [{ UserName: [], Path: {}, Arn: 1, Tags: "x", GroupList: 1 }] },
    ],
    ["a deep document", withDocument({ Statement: deep(5000) })],
    ["a deep document as text", withDocument(`{"Statement":${"[".repeat(50_000)}`)],
    ["a document of half a character", withDocument("%E0%A4")],
    ["a long document", withDocument({ Id: "x".repeat(200_000), Statement: [] })],
    [
      "inherited names",
      JSON.parse(`{"__proto__":{"UserDetailList":[]},"Policies":[{"__proto__":1}]}`),
    ],
  ])("of %s gives problems and no exception", (_what, json) => {
    expect(problemsOf(json).length).toBeGreaterThan(0);
  });

  test("is not looked at any further when a document is longer than IAM takes", () => {
    const problems = problemsOf(withDocument({ ...ALLOW, Id: "x".repeat(131_072) }));
    const path = "UserDetailList[0].UserPolicyList[0].PolicyDocument";
    expect(problems).toEqual([[path, "must not have more than 131072 characters"]]);
  });

  test("gives no more problems than anybody reads", () => {
    expect(problemsOf({ UserDetailList: new Array(5000).fill(1) })).toHaveLength(1000);
  });

  test("does not make members of tags into anything else", () => {
    const Tags = [{ Key: "__proto__", Value: "x" }];
    const parsed = parseAuthorizationDetails({ UserDetailList: [{ ...USER, Tags }] });
    const tags = parsed.kind === "parsed" ? parsed.account.users[0]?.tags : undefined;
    expect(Object.entries(tags ?? {})).toEqual([["__proto__", "x"]]);
  });
});
