import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
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
