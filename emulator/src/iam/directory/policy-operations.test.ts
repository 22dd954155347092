/** Inline policies, managed policies, attachments, and the question of what a policy is attached to. */
import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  errorOf,
  oneViolation,
  policyOfSize,
  type Refusal,
  testDirectory,
  testRefusals,
  times,
  TRUST,
} from "../../../test/support/iam-directory.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const P_ARN = `arn:aws:iam::${ACCOUNT}:policy/p`;
const p = { policyName: "p", policyDocument: ALLOW_ALL };
const pArn = { policyArn: P_ARN };
const alice = { userName: "alice" };
const devs = { groupName: "devs" };
const app = { roleName: "app" };
const everybody = (d: ReturnType<typeof testDirectory>): void => {
  d.createUser(alice);
  d.createGroup(devs);
  d.createRole({ ...app, assumeRolePolicyDocument: TRUST });
};

describe("inline policies", () => {
  test("of a user: put, replaced, listed, deleted, and the text is kept", () => {
    const directory = testDirectory();
    everybody(directory);
    const policyDocument = `\n${ALLOW_ALL} `;
    directory.putUserPolicy({ ...alice, ...p });
    directory.putUserPolicy({ ...alice, ...p, policyDocument });
    directory.putUserPolicy({ ...alice, ...p, policyName: "a" });
    expect(directory.getUserPolicy({ ...alice, policyName: "p" })).toEqual({
      ...alice,
      policyName: "p",
      policyDocument,
    });
    expect(directory.listUserPolicies(alice)).toEqual({ items: ["a", "p"], isTruncated: false });
    directory.deleteUserPolicy({ ...alice, policyName: "p" });
    expect(directory.listUserPolicies({ ...alice, maxItems: 1 }).items).toEqual(["a"]);
  });

  test("of a group and of a role", () => {
    const directory = testDirectory();
    everybody(directory);
    directory.putGroupPolicy({ ...devs, ...p });
    directory.putRolePolicy({ ...app, ...p });
    expect(directory.getGroupPolicy({ ...devs, ...p })).toEqual({ ...devs, ...p });
    expect(directory.getRolePolicy({ ...app, ...p })).toEqual({ ...app, ...p });
    directory.deleteGroupPolicy({ ...devs, ...p });
    directory.deleteRolePolicy({ ...app, ...p });
    expect([
      directory.listGroupPolicies(devs).items,
      directory.listRolePolicies(app).items,
    ]).toEqual([[], []]);
  });

  test("white space does not count, and the largest size is allowed", () => {
    const directory = testDirectory();
    everybody(directory);
    const policyDocument = policyOfSize(2048) + " ".repeat(3000);
    directory.putUserPolicy({ ...alice, ...p, policyDocument });
    // In place of itself it may be as large again.
    directory.putUserPolicy({ ...alice, ...p, policyDocument });
    expect(directory.listUserPolicies(alice).items).toEqual(["p"]);
  });
});

describe("inline policies: what is refused", () => {
  const given: Refusal["given"] = everybody;
  testRefusals([
    {
      rule: "2,049 characters of a user",
      given,
      when: (d) => {
        d.putUserPolicy({ ...alice, ...p, policyDocument: policyOfSize(2049) });
      },
      code: "LimitExceeded",
      message: "Maximum policy size of 2048 bytes exceeded for user alice",
    },
    {
      rule: "5,121 characters of a group",
      given,
      when: (d) => {
        d.putGroupPolicy({ ...devs, ...p, policyDocument: policyOfSize(5121) });
      },
      code: "LimitExceeded",
      message: "Maximum policy size of 5120 bytes exceeded for group devs",
    },
    {
      rule: "10,241 characters of a role",
      given,
      when: (d) => {
        d.putRolePolicy({ ...app, ...p, policyDocument: policyOfSize(10_241) });
      },
      code: "LimitExceeded",
      message: "Maximum policy size of 10240 bytes exceeded for role app",
    },
    {
      rule: "2,049 characters in two policies",
      given: (d) => {
        everybody(d);
        d.putUserPolicy({ ...alice, ...p, policyDocument: policyOfSize(1024) });
      },
      when: (d) => {
        d.putUserPolicy({ ...alice, policyName: "q", policyDocument: policyOfSize(1025) });
      },
      code: "LimitExceeded",
      message: "Maximum policy size of 2048 bytes exceeded for user alice",
    },
    {
      rule: "a policy of a user that is not there",
      given,
      when: (d) => d.getUserPolicy({ ...alice, ...p }),
      code: "NoSuchEntity",
      message: "The user policy with name p cannot be found.",
    },
    {
      rule: "a policy of a group that is not there",
      given,
      when: (d) => d.getGroupPolicy({ ...devs, ...p }),
      code: "NoSuchEntity",
      message: "The group policy with name p cannot be found.",
    },
    {
      rule: "to delete a policy of a role that is not there",
      given,
      when: (d) => {
        d.deleteRolePolicy({ ...app, ...p });
      },
      code: "NoSuchEntity",
      message: "The role policy with name p cannot be found.",
    },
    {
      rule: "a name with a slash",
      given,
      when: (d) => {
        d.putUserPolicy({ ...alice, ...p, policyName: "a/b" });
      },
      code: "ValidationError",
      message:
        "The specified value for policyName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    },
    {
      rule: "an empty document",
      given,
      when: (d) => {
        d.putUserPolicy({ ...alice, ...p, policyDocument: "" });
      },
      code: "ValidationError",
      message: oneViolation("''", "policyDocument", "have length greater than or equal to 1"),
    },
    {
      rule: "a document beyond Latin-1",
      given,
      when: (d) => {
        d.putUserPolicy({ ...alice, ...p, policyDocument: "€" });
      },
      code: "ValidationError",
      message: oneViolation(
        "'€'",
        "policyDocument",
        "satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
      ),
    },
    {
      rule: "no JSON",
      given,
      when: (d) => {
        d.putUserPolicy({ ...alice, ...p, policyDocument: "x" });
      },
      code: "MalformedPolicyDocument",
      message: "This policy contains invalid Json",
    },
    {
      rule: "JSON that is no object",
      given,
      when: (d) => {
        d.putUserPolicy({ ...alice, ...p, policyDocument: "[]" });
      },
      code: "MalformedPolicyDocument",
      message: "Syntax errors in policy.",
    },
    {
      rule: "a trust policy",
      given,
      when: (d) => {
        d.putRolePolicy({ ...app, ...p, policyDocument: TRUST });
      },
      code: "MalformedPolicyDocument",
      message: "Policy document should not specify a principal.",
    },
  ]);

  const statement = { Effect: "Allow", Action: "*", Resource: "*" };
  const texts: readonly (readonly [string, object, string])[] = [
    [
      "two equal Sids",
      {
        Version: "2012-10-17",
        Statement: [
          { Sid: "a", ...statement },
          { Sid: "a", ...statement },
        ],
      },
      "Statement IDs (SID) in a single policy must be unique.",
    ],
    [
      "a Sid with a dash",
      { Version: "2012-10-17", Statement: [{ Sid: "a-b", ...statement }] },
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ],
    ["no statement", { Version: "2012-10-17" }, "Syntax errors in policy."],
    [
      "another version",
      { Version: "2020-01-01", Statement: [statement] },
      "Syntax errors in policy.",
    ],
    [
      "an effect in lower case",
      { Version: "2012-10-17", Statement: [{ ...statement, Effect: "allow" }] },
      "Syntax errors in policy.",
    ],
  ];
  test.each(texts)("a document with %s is malformed", (_, document, message) => {
    const directory = testDirectory();
    const error = errorOf(() =>
      directory.createPolicy({ ...p, policyDocument: JSON.stringify(document) }),
    );
    expect({ code: error.code, message: error.message }).toEqual({
      code: "MalformedPolicyDocument",
      message,
    });
    expect(error.problems).not.toEqual([]);
  });
});

describe("managed policies", () => {
  test("a policy is made with version v1", () => {
    const directory = testDirectory();
    const policy = directory.createPolicy({
      ...p,
      path: "/team/x/",
      description: "d",
      tags: [{ key: "k", value: "v" }],
    });
    const createDate = new Date("2026-03-01T12:00:00Z");
    const arn = `arn:aws:iam::${ACCOUNT}:policy/team/x/p`;
    expect(policy).toEqual({
      policyName: "p",
      policyId: "ANPA00000000000000001",
      arn,
      path: "/team/x/",
      defaultVersionId: "v1",
      attachmentCount: 0,
      permissionsBoundaryUsageCount: 0,
      isAttachable: true,
      description: "d",
      createDate,
      updateDate: createDate,
      tags: [{ key: "k", value: "v" }],
    });
    expect(directory.getPolicy({ policyArn: arn })).toEqual(policy);
    expect(directory.getPolicyVersion({ policyArn: arn, versionId: "v1" })).toEqual({
      document: ALLOW_ALL,
      versionId: "v1",
      isDefaultVersion: true,
      createDate,
    });
  });

  test("versions come, become the default, and go; their numbers do not come again", () => {
    const directory = testDirectory();
    directory.createPolicy(p);
    expect(directory.createPolicyVersion({ ...pArn, ...p })).toMatchObject({
      versionId: "v2",
      isDefaultVersion: false,
    });
    expect(directory.createPolicyVersion({ ...pArn, ...p, setAsDefault: true })).toMatchObject({
      versionId: "v3",
      isDefaultVersion: true,
    });
    const ids = (): readonly string[] =>
      directory.listPolicyVersions(pArn).items.map(({ versionId }) => versionId);
    expect(ids()).toEqual(["v3", "v2", "v1"]);
    directory.setDefaultPolicyVersion({ ...pArn, versionId: "v1" });
    expect(directory.getPolicy(pArn).defaultVersionId).toBe("v1");
    directory.deletePolicyVersion({ ...pArn, versionId: "v3" });
    expect(directory.createPolicyVersion({ ...pArn, ...p }).versionId).toBe("v4");
    expect(ids()).toEqual(["v4", "v2", "v1"]);
  });

  test("version 10 is before version 9", () => {
    const directory = testDirectory();
    directory.createPolicy(p);
    times(9, (index) => {
      directory.createPolicyVersion({ ...pArn, ...p, setAsDefault: true });
      directory.deletePolicyVersion({ ...pArn, versionId: `v${index + 1}` });
    });
    directory.createPolicyVersion({ ...pArn, ...p });
    expect(directory.listPolicyVersions(pArn).items.map(({ versionId }) => versionId)).toEqual([
      "v11",
      "v10",
    ]);
  });

  test("lists are by scope, path and use", () => {
    const directory = testDirectory();
    directory.createPolicy(p);
    directory.createPolicy({ ...p, policyName: "q", path: "/x/" });
    directory.createUser({ ...alice, permissionsBoundary: P_ARN });
    directory.attachUserPolicy({ ...alice, policyArn: ADMIN });
    const names = (input: Parameters<typeof directory.listPolicies>[0]): readonly string[] =>
      directory.listPolicies(input).items.map(({ policyName }) => policyName);
    expect(names({ scope: "Local" })).toEqual(["p", "q"]);
    expect(names({ scope: "Local", pathPrefix: "/x/" })).toEqual(["q"]);
    expect(names({ onlyAttached: true })).toEqual(["AdministratorAccess", "p"]);
    expect(names({ policyUsageFilter: "PermissionsPolicy" })).toEqual(["AdministratorAccess"]);
    expect(names({ policyUsageFilter: "PermissionsBoundary" })).toEqual(["p"]);
    expect(names({ scope: "AWS" })).toEqual([
      "AdministratorAccess",
      "AmazonAuroraDSQLConsoleFullAccess",
      "AmazonAuroraDSQLFullAccess",
      "AmazonAuroraDSQLReadOnlyAccess",
      "AuroraDsqlServiceLinkedRolePolicy",
    ]);
    expect(names({ scope: "All" })).toHaveLength(7);
  });

  test("tags change, and a deleted policy leaves its name free", () => {
    const directory = testDirectory();
    directory.createPolicy(p);
    directory.tagPolicy({ ...pArn, tags: [{ key: "a", value: "1" }] });
    expect(directory.listPolicyTags(pArn).items).toEqual([{ key: "a", value: "1" }]);
    directory.untagPolicy({ ...pArn, tagKeys: ["a"] });
    expect(directory.listPolicyTags(pArn).items).toEqual([]);
    directory.deletePolicy(pArn);
    expect(directory.createPolicy(p).policyId).toBe("ANPA00000000000000002");
  });
});

describe("managed policies: what is refused", () => {
  const given: Refusal["given"] = (d) => {
    everybody(d);
    d.createPolicy(p);
  };
  const v9 = { ...pArn, versionId: "v9" };
  const noVersion = `Policy ${P_ARN} version v9 does not exist or is not attachable.`;
  const unknownPolicy: readonly (readonly [string, Refusal["when"]])[] = [
    ["GetPolicy", (d) => d.getPolicy(pArn)],
    [
      "DeletePolicy",
      (d) => {
        d.deletePolicy(pArn);
      },
    ],
    ["CreatePolicyVersion", (d) => d.createPolicyVersion({ ...pArn, ...p })],
    ["GetPolicyVersion", (d) => d.getPolicyVersion(v9)],
    ["ListPolicyVersions", (d) => d.listPolicyVersions(pArn)],
    [
      "SetDefaultPolicyVersion",
      (d) => {
        d.setDefaultPolicyVersion(v9);
      },
    ],
    [
      "DeletePolicyVersion",
      (d) => {
        d.deletePolicyVersion(v9);
      },
    ],
    [
      "TagPolicy",
      (d) => {
        d.tagPolicy({ ...pArn, tags: [] });
      },
    ],
    [
      "UntagPolicy",
      (d) => {
        d.untagPolicy({ ...pArn, tagKeys: [] });
      },
    ],
    ["ListPolicyTags", (d) => d.listPolicyTags(pArn)],
    ["ListEntitiesForPolicy", (d) => d.listEntitiesForPolicy(pArn)],
    [
      "DetachUserPolicy",
      (d) => {
        d.detachUserPolicy({ ...alice, ...pArn });
      },
    ],
  ];
  const ofAws: readonly (readonly [string, Refusal["when"]])[] = [
    [
      "DeletePolicy",
      (d) => {
        d.deletePolicy({ policyArn: ADMIN });
      },
    ],
    ["CreatePolicyVersion", (d) => d.createPolicyVersion({ policyArn: ADMIN, ...p })],
    [
      "SetDefaultPolicyVersion",
      (d) => {
        d.setDefaultPolicyVersion({ policyArn: ADMIN, versionId: "v1" });
      },
    ],
    [
      "DeletePolicyVersion",
      (d) => {
        d.deletePolicyVersion({ policyArn: ADMIN, versionId: "v1" });
      },
    ],
    [
      "TagPolicy",
      (d) => {
        d.tagPolicy({ policyArn: ADMIN, tags: [] });
      },
    ],
    [
      "UntagPolicy",
      (d) => {
        d.untagPolicy({ policyArn: ADMIN, tagKeys: [] });
      },
    ],
  ];
  testRefusals([
    ...unknownPolicy.map(([operation, when]): Refusal => ({
      rule: `${operation} of a policy that is not there`,
      given: everybody,
      when,
      code: "NoSuchEntity",
      message: `Policy ${P_ARN} was not found.`,
    })),
    ...ofAws.map(([operation, when]): Refusal => ({
      rule: `${operation} of a policy of AWS`,
      when,
      code: "AccessDenied",
      message: "Policy is outside your own account.",
    })),
    {
      rule: "an ARN that is none of a policy",
      when: (d) => d.getPolicy({ policyArn: "arn:aws:s3:::bucket-of-somebody" }),
      code: "InvalidInput",
      message: "ARN arn:aws:s3:::bucket-of-somebody is not valid.",
    },
    {
      rule: "a name that is taken, whatever path and case",
      given,
      when: (d) => d.createPolicy({ ...p, policyName: "P", path: "/x/" }),
      code: "EntityAlreadyExists",
      message: "A policy called P already exists. Duplicate names are not allowed.",
    },
    {
      rule: "a path with a blank",
      when: (d) => d.createPolicy({ ...p, path: "/a b/" }),
      code: "ValidationError",
      message: oneViolation(
        "'/a b/'",
        "path",
        "satisfy regular expression pattern: ((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
      ),
    },
    {
      rule: "6,145 characters",
      when: (d) => d.createPolicy({ ...p, policyDocument: policyOfSize(6145) }),
      code: "LimitExceeded",
      message: "Cannot exceed quota for PolicySize: 6144",
    },
    {
      rule: "6,145 characters of a version",
      given,
      when: (d) => d.createPolicyVersion({ ...pArn, policyDocument: policyOfSize(6145) }),
      code: "LimitExceeded",
      message: "Cannot exceed quota for PolicySize: 6144",
    },
    {
      rule: "a sixth version",
      given: (d) => {
        given(d);
        times(4, () => d.createPolicyVersion({ ...pArn, ...p }));
      },
      when: (d) => d.createPolicyVersion({ ...pArn, ...p }),
      code: "LimitExceeded",
      message:
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    },
    {
      rule: "a version that is not there",
      given,
      when: (d) => d.getPolicyVersion(v9),
      code: "NoSuchEntity",
      message: noVersion,
    },
    {
      rule: "a default version that is not there",
      given,
      when: (d) => {
        d.setDefaultPolicyVersion(v9);
      },
      code: "NoSuchEntity",
      message: noVersion,
    },
    {
      rule: "to delete a version that is not there",
      given,
      when: (d) => {
        d.deletePolicyVersion(v9);
      },
      code: "NoSuchEntity",
      message: noVersion,
    },
    {
      rule: "a version v0",
      given,
      when: (d) => d.getPolicyVersion({ ...pArn, versionId: "v0" }),
      code: "ValidationError",
      message: oneViolation(
        "'v0'",
        "versionId",
        "satisfy regular expression pattern: v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
      ),
    },
    {
      rule: "to delete the default version",
      given,
      when: (d) => {
        d.deletePolicyVersion({ ...pArn, versionId: "v1" });
      },
      code: "DeleteConflict",
      message: "Cannot delete the default version of a policy.",
    },
    {
      rule: "to delete an attached policy",
      given: (d) => {
        given(d);
        d.attachGroupPolicy({ ...devs, ...pArn });
      },
      when: (d) => {
        d.deletePolicy(pArn);
      },
      code: "DeleteConflict",
      message: "Cannot delete a policy attached to entities.",
    },
    {
      rule: "to delete a boundary",
      given: (d) => {
        given(d);
        d.putRolePermissionsBoundary({ ...app, permissionsBoundary: P_ARN });
      },
      when: (d) => {
        d.deletePolicy(pArn);
      },
      code: "DeleteConflict",
      message: "Cannot delete a policy attached to entities.",
    },
    {
      rule: "to delete a policy with two versions",
      given: (d) => {
        given(d);
        d.createPolicyVersion({ ...pArn, ...p });
      },
      when: (d) => {
        d.deletePolicy(pArn);
      },
      code: "DeleteConflict",
      message:
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    },
    {
      rule: "another scope",
      when: (d) => d.listPolicies({ scope: "Mine" }),
      code: "ValidationError",
      message: oneViolation("'Mine'", "scope", "satisfy enum value set: [All, AWS, Local]"),
    },
    {
      rule: "policy 1,501",
      given: (d) => {
        times(1500, (index) => d.createPolicy({ ...p, policyName: `q${index}` }));
      },
      when: (d) => d.createPolicy(p),
      code: "LimitExceeded",
      message: "Cannot exceed quota for PoliciesPerAccount: 1500",
    },
  ]);
});

describe("attachments", () => {
  test("a policy is attached to all kinds, counted, listed from both sides, and detached", () => {
    const directory = testDirectory();
    everybody(directory);
    directory.createPolicy(p);
    directory.attachUserPolicy({ ...alice, ...pArn });
    directory.attachUserPolicy({ ...alice, ...pArn });
    directory.attachGroupPolicy({ ...devs, ...pArn });
    directory.attachRolePolicy({ ...app, ...pArn });
    directory.putRolePermissionsBoundary({ ...app, permissionsBoundary: P_ARN });
    expect(directory.getPolicy(pArn)).toMatchObject({
      attachmentCount: 3,
      permissionsBoundaryUsageCount: 1,
    });
    const attached = { items: [{ policyName: "p", policyArn: P_ARN }], isTruncated: false };
    expect(directory.listAttachedUserPolicies(alice)).toEqual(attached);
    expect(directory.listAttachedGroupPolicies(devs)).toEqual(attached);
    expect(directory.listAttachedRolePolicies(app)).toEqual(attached);
    expect(directory.listAttachedRolePolicies({ ...app, pathPrefix: "/x/" }).items).toEqual([]);
    const user = { userName: "alice", userId: "AIDA00000000000000001" };
    const group = { groupName: "devs", groupId: "AGPA00000000000000002" };
    const role = { roleName: "app", roleId: "AROA00000000000000003" };
    const entities = {
      policyGroups: [group],
      policyUsers: [user],
      policyRoles: [role],
      isTruncated: false,
    };
    expect(directory.listEntitiesForPolicy(pArn)).toEqual(entities);
    const nothing = { policyGroups: [], policyUsers: [], policyRoles: [], isTruncated: false };
    expect(directory.listEntitiesForPolicy({ ...pArn, entityFilter: "User" })).toEqual({
      ...nothing,
      policyUsers: [user],
    });
    expect(
      directory.listEntitiesForPolicy({ ...pArn, policyUsageFilter: "PermissionsBoundary" }),
    ).toEqual({ ...nothing, policyRoles: [role] });
    expect(directory.listEntitiesForPolicy({ ...pArn, pathPrefix: "/x/" })).toEqual(nothing);
    const first = directory.listEntitiesForPolicy({ ...pArn, maxItems: 2 });
    expect(first).toMatchObject({
      policyGroups: [group],
      policyUsers: [],
      policyRoles: [role],
      isTruncated: true,
    });
    expect(directory.listEntitiesForPolicy({ ...pArn, marker: first.marker })).toEqual({
      ...nothing,
      policyUsers: [user],
    });
    directory.detachUserPolicy({ ...alice, ...pArn });
    directory.detachGroupPolicy({ ...devs, ...pArn });
    directory.detachRolePolicy({ ...app, ...pArn });
    expect(directory.getPolicy(pArn)).toMatchObject({
      attachmentCount: 0,
      permissionsBoundaryUsageCount: 1,
    });
  });
});

describe("attachments: what is refused", () => {
  const missing = { policyArn: P_ARN };
  const full: Refusal["given"] = (d) => {
    everybody(d);
    times(10, (index) => {
      d.createPolicy({ ...p, policyName: `p${index}` });
      const policyArn = `arn:aws:iam::${ACCOUNT}:policy/p${index}`;
      d.attachUserPolicy({ ...alice, policyArn });
      d.attachGroupPolicy({ ...devs, policyArn });
      d.attachRolePolicy({ ...app, policyArn });
    });
  };
  const notThere = `Policy ${P_ARN} does not exist or is not attachable.`;
  const serviceRolePolicy =
    "arn:aws:iam::aws:policy/aws-service-role/AuroraDsqlServiceLinkedRolePolicy";
  testRefusals([
    {
      rule: "a policy that is not there (user)",
      given: everybody,
      when: (d) => {
        d.attachUserPolicy({ ...alice, ...missing });
      },
      code: "NoSuchEntity",
      message: notThere,
    },
    {
      rule: "a policy that is not there (group)",
      given: everybody,
      when: (d) => {
        d.attachGroupPolicy({ ...devs, ...missing });
      },
      code: "NoSuchEntity",
      message: notThere,
    },
    {
      rule: "a policy that is not there (role)",
      given: everybody,
      when: (d) => {
        d.attachRolePolicy({ ...app, ...missing });
      },
      code: "NoSuchEntity",
      message: notThere,
    },
    {
      rule: "to detach what is not attached (user)",
      given: everybody,
      when: (d) => {
        d.detachUserPolicy({ ...alice, policyArn: ADMIN });
      },
      code: "NoSuchEntity",
      message: `Policy ${ADMIN} was not found.`,
    },
    {
      rule: "to detach what is not attached (group)",
      given: everybody,
      when: (d) => {
        d.detachGroupPolicy({ ...devs, policyArn: ADMIN });
      },
      code: "NoSuchEntity",
      message: `Policy ${ADMIN} was not found.`,
    },
    {
      rule: "to detach what is not attached (role)",
      given: everybody,
      when: (d) => {
        d.detachRolePolicy({ ...app, policyArn: ADMIN });
      },
      code: "NoSuchEntity",
      message: `Policy ${ADMIN} was not found.`,
    },
    {
      rule: "an eleventh policy of a user",
      given: full,
      when: (d) => {
        d.attachUserPolicy({ ...alice, policyArn: ADMIN });
      },
      code: "LimitExceeded",
      message: "Cannot exceed quota for PoliciesPerUser: 10",
    },
    {
      rule: "an eleventh policy of a group",
      given: full,
      when: (d) => {
        d.attachGroupPolicy({ ...devs, policyArn: ADMIN });
      },
      code: "LimitExceeded",
      message: "Cannot exceed quota for PoliciesPerGroup: 10",
    },
    {
      rule: "an eleventh policy of a role",
      given: full,
      when: (d) => {
        d.attachRolePolicy({ ...app, policyArn: ADMIN });
      },
      code: "LimitExceeded",
      message: "Cannot exceed quota for PoliciesPerRole: 10",
    },
    {
      rule: "the policy of the service-linked role",
      given: everybody,
      when: (d) => {
        d.attachRolePolicy({ ...app, policyArn: serviceRolePolicy });
      },
      code: "PolicyNotAttachable",
      message: "Cannot attach a Service Role Policy to a Customer Role.",
    },
    {
      rule: "a policy of another account",
      given: everybody,
      when: (d) => {
        d.attachUserPolicy({ ...alice, policyArn: "arn:aws:iam::210987654321:policy/p" });
      },
      code: "AccessDenied",
      message: "Policy is outside your own account.",
    },
    {
      rule: "an ARN of 19 characters",
      given: everybody,
      when: (d) => {
        d.attachUserPolicy({ ...alice, policyArn: "arn:aws:iam::aws:po" });
      },
      code: "ValidationError",
      message: oneViolation(
        "'arn:aws:iam::aws:po'",
        "policyArn",
        "have length greater than or equal to 20",
      ),
    },
  ]);
});
