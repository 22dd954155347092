import { describe, expect, test } from "vitest";
import {
  ALLOW,
  AWS_POLICY,
  EC2,
  ENCODED,
  GROUP,
  IAM,
  POLICY,
  READ_ONLY,
  ROLE,
  TRUSTING,
  USER,
  VERSION,
} from "../../../test/support/authorization-details.ts";
import {
  ACCOUNT,
  ALLOW_ALL,
  countingIdentities,
  testDirectory,
} from "../../../test/support/iam-directory.ts";
import { parseAuthorizationDetails } from "./authorization-details.ts";
import { declareAccount } from "./declare-account.ts";
import type { DeclaredAccount } from "./declared-account.ts";
import { describeAccount } from "./describe-account.ts";
import { restoreIamDirectory } from "./iam-directory.ts";

/** What the CLI prints, with everything that there can be. */
const FULL = {
  UserDetailList: [
    {
      ...USER,
      UserId: "AIDAFAKE",
      CreateDate: "2026-03-01T12:00:00+00:00",
      UserPolicyList: [{ PolicyName: "i", PolicyDocument: ALLOW }],
      GroupList: ["devs"],
      AttachedManagedPolicies: [{ PolicyName: "own", PolicyArn: POLICY.Arn }],
      PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: READ_ONLY },
      Tags: [{ Key: "team", Value: "blue" }],
    },
  ],
  GroupDetailList: [
    {
      ...GROUP,
      GroupPolicyList: [{ PolicyName: "g", PolicyDocument: ENCODED }],
      AttachedManagedPolicies: [
        { PolicyName: "AmazonEC2ReadOnlyAccess", PolicyArn: EC2 },
        { PolicyName: "AmazonAuroraDSQLReadOnlyAccess", PolicyArn: READ_ONLY },
      ],
    },
  ],
  RoleDetailList: [
    {
      ...ROLE,
      InstanceProfileList: [{ InstanceProfileName: "p", Roles: [] }],
      RolePolicyList: [],
      RoleLastUsed: { LastUsedDate: "2026-03-01T12:00:00+00:00", Region: "us-east-1" },
    },
    {
      ...ROLE,
      RoleName: "AWSServiceRoleForX",
      Path: "/aws-service-role/x.amazonaws.com/",
      Arn: `${IAM}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
    },
  ],
  Policies: [
    {
      ...POLICY,
      Description: "to do things",
      DefaultVersionId: "v10",
      PolicyVersionList: [
        { ...VERSION, VersionId: "v10" },
        { ...VERSION, VersionId: "v9", IsDefaultVersion: false, Document: ENCODED },
      ],
    },
    AWS_POLICY,
    {
      ...AWS_POLICY,
      PolicyName: "AmazonAuroraDSQLReadOnlyAccess",
      Arn: READ_ONLY,
    },
  ],
};

const ENTITY = { policies: [], managedPolicies: [] };
const PARSED: DeclaredAccount = {
  accountId: ACCOUNT,
  users: [
    {
      name: "alice",
      path: "/t/",
      policies: [{ name: "i", document: ALLOW as never }],
      managedPolicies: [POLICY.Arn],
      groups: ["devs"],
      permissionsBoundary: READ_ONLY,
      tags: { team: "blue" },
      accessKeys: [],
      mfaDevices: [],
    },
  ],
  groups: [
    {
      name: "devs",
      path: "/",
      policies: [{ name: "g", document: ALLOW as never }],
      managedPolicies: [EC2, READ_ONLY],
    },
  ],
  roles: [
    {
      ...ENTITY,
      name: "app",
      path: "/",
      trustPolicy: TRUSTING as never,
      maxSessionDuration: 3600,
      tags: {},
    },
    {
      ...ENTITY,
      name: "AWSServiceRoleForX",
      path: "/aws-service-role/x.amazonaws.com/",
      trustPolicy: TRUSTING as never,
      maxSessionDuration: 3600,
      tags: {},
      linkedService: "x.amazonaws.com",
    },
  ],
  policies: [
    {
      name: "own",
      path: "/p/",
      description: "to do things",
      versions: [
        { id: "v9", document: ALLOW as never, isDefault: false },
        { id: "v10", document: ALLOW as never, isDefault: true },
      ],
      tags: {},
    },
    {
      name: "AmazonEC2ReadOnlyAccess",
      path: "/",
      versions: [{ id: "v1", document: ALLOW as never, isDefault: true }],
      tags: {},
      isOfAws: true,
    },
  ],
  oidcProviders: [],
};

describe("what the CLI prints", () => {
  test("becomes a declaration of the account", () => {
    expect(parseAuthorizationDetails(FULL)).toEqual({ kind: "parsed", account: PARSED });
  });

  test("has documents as objects, as their text, or as URL-encoded text", () => {
    const documents = [ALLOW, ALLOW_ALL, ` ${ALLOW_ALL}`, ENCODED, encodeURI(ALLOW_ALL)];
    const parsed = parseAuthorizationDetails({
      UserDetailList: [
        {
          ...USER,
          UserPolicyList: documents.map((PolicyDocument, index) => ({
            PolicyName: `p${index}`,
            PolicyDocument,
          })),
        },
      ],
    });
    expect(parsed.kind === "parsed" && parsed.account.users[0]?.policies).toEqual(
      documents.map((_, index) => ({ name: `p${index}`, document: ALLOW })),
    );
  });

  test("has in a document's text a percent sign that is one", () => {
    const document = { ...ALLOW, Id: "100% %41" };
    for (const PolicyDocument of [
      JSON.stringify(document),
      encodeURIComponent(JSON.stringify(document)),
    ]) {
      const policies = [{ PolicyName: "p", PolicyDocument }];
      const parsed = parseAuthorizationDetails({
        GroupDetailList: [{ ...GROUP, GroupPolicyList: policies }],
      });
      expect(parsed).toMatchObject({ account: { groups: [{ policies: [{ document }] }] } });
    }
  });

  test("may be without the lists that a filter left out", () => {
    const parsed = parseAuthorizationDetails({ GroupDetailList: [GROUP] });
    expect(parsed).toMatchObject({ kind: "parsed", account: { users: [], policies: [] } });
  });

  test("is again what an account answers that was made of it", () => {
    const identities = countingIdentities();
    const { snapshot } = declareAccount(PARSED, {
      now: identities.now(),
      idFor: (prefix) => identities.newId(prefix),
    });
    const restored = restoreIamDirectory(snapshot, countingIdentities());
    const directory = restoreIamDirectory(restored.snapshot(), countingIdentities());
    expect(describeAccount(directory.snapshot())).toEqual(PARSED);
    const answer = capitalized(directory.getAccountAuthorizationDetails({}));
    const parsed = parseAuthorizationDetails(answer);
    expect(parsed).toMatchObject({ kind: "parsed", account: { accountId: ACCOUNT } });
    const again = parsed.kind === "parsed" ? parsed.account : undefined;
    expect(again).toEqual({ ...PARSED, policies: [PARSED.policies[1], PARSED.policies[0]] });
  });
});

/** The members of an answer as the wire and the CLI name them. */
function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalized);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const wireName = name.charAt(0).toUpperCase() + name.slice(1);
      return [wireName, capitalized(member)];
    }),
  );
}

describe("a policy of AWS that the emulator does not come with", () => {
  test("does not take its name from the account", () => {
    const identities = countingIdentities();
    const { snapshot } = declareAccount(PARSED, {
      now: identities.now(),
      idFor: (prefix) => identities.newId(prefix),
    });
    const directory = restoreIamDirectory(snapshot, identities);
    const named = { policyName: "AmazonEC2ReadOnlyAccess", policyDocument: ALLOW_ALL };
    expect(directory.createPolicy(named).arn).toBe(`${IAM}:policy/AmazonEC2ReadOnlyAccess`);
    expect(directory.listPolicies({ scope: "AWS" }).items.map(({ arn }) => arn)).toContain(EC2);
  });
});

describe("an account of the API", () => {
  test("is the same after its details were printed and read", () => {
    const directory = testDirectory();
    directory.createPolicy({ policyName: "own", path: "/p/", policyDocument: ALLOW_ALL });
    directory.createGroup({ groupName: "devs" });
    directory.createUser({ userName: "alice", permissionsBoundary: READ_ONLY });
    directory.addUserToGroup({ userName: "alice", groupName: "devs" });
    directory.putUserPolicy({ userName: "alice", policyName: "i", policyDocument: ALLOW_ALL });
    directory.attachUserPolicy({ userName: "alice", policyArn: POLICY.Arn });
    directory.createServiceLinkedRole({ awsServiceName: "dsql.amazonaws.com" });
    const parsed = parseAuthorizationDetails(
      capitalized(directory.getAccountAuthorizationDetails({})),
    );
    expect(parsed).toEqual({ kind: "parsed", account: describeAccount(directory.snapshot()) });
  });
});
