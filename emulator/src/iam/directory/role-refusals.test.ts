import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  errorOf,
  oneViolation,
  type Refusal,
  testDirectory,
  testRefusals,
  times,
  TRUST,
  trusting,
} from "../../../test/support/iam-directory.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const app = { roleName: "app" };
const APP_ARN = `arn:aws:iam::${ACCOUNT}:role/app`;
const ALICE_ARN = `arn:aws:iam::${ACCOUNT}:user/alice`;
const made = { ...app, assumeRolePolicyDocument: TRUST };

describe("roles: what is refused", () => {
  const unknownRole: readonly (readonly [string, Refusal["when"]])[] = [
    ["GetRole", (d) => d.getRole(app)],
    [
      "UpdateRole",
      (d) => {
        d.updateRole(app);
      },
    ],
    ["UpdateRoleDescription", (d) => d.updateRoleDescription({ ...app, description: "" })],
    [
      "UpdateAssumeRolePolicy",
      (d) => {
        d.updateAssumeRolePolicy({ ...app, policyDocument: TRUST });
      },
    ],
    [
      "DeleteRole",
      (d) => {
        d.deleteRole(app);
      },
    ],
    [
      "TagRole",
      (d) => {
        d.tagRole({ ...app, tags: [] });
      },
    ],
    [
      "UntagRole",
      (d) => {
        d.untagRole({ ...app, tagKeys: [] });
      },
    ],
    ["ListRoleTags", (d) => d.listRoleTags(app)],
    [
      "PutRolePermissionsBoundary",
      (d) => {
        d.putRolePermissionsBoundary({ ...app, permissionsBoundary: ADMIN });
      },
    ],
    [
      "DeleteRolePermissionsBoundary",
      (d) => {
        d.deleteRolePermissionsBoundary(app);
      },
    ],
    [
      "AttachRolePolicy",
      (d) => {
        d.attachRolePolicy({ ...app, policyArn: ADMIN });
      },
    ],
    ["ListAttachedRolePolicies", (d) => d.listAttachedRolePolicies(app)],
    ["GetRolePolicy", (d) => d.getRolePolicy({ ...app, policyName: "p" })],
    ["ListRolePolicies", (d) => d.listRolePolicies(app)],
  ];
  const given: Refusal["given"] = (d) => d.createRole(made);
  const big = trusting({
    AWS: Array.from({ length: 140 }, (_, index) => String(100_000_000_000 + index)),
  });
  testRefusals([
    ...unknownRole.map(([operation, when]): Refusal => ({
      rule: `${operation} of a role that is not there`,
      when,
      code: "NoSuchEntity",
      message: "The role with name app cannot be found.",
    })),
    {
      rule: "a name that is taken",
      given,
      when: (d) => d.createRole({ ...made, roleName: "APP" }),
      code: "EntityAlreadyExists",
      message: "Role with name APP already exists.",
    },
    {
      rule: "a name of 65 characters",
      when: (d) => d.createRole({ ...made, roleName: "r".repeat(65) }),
      code: "ValidationError",
      message: oneViolation(
        `'${"r".repeat(65)}'`,
        "roleName",
        "have length less than or equal to 64",
      ),
    },
    {
      rule: "no trust policy",
      when: (d) => d.createRole({ ...app, assumeRolePolicyDocument: undefined }),
      code: "ValidationError",
      message: oneViolation("null", "assumeRolePolicyDocument", "not be null"),
    },
    {
      rule: "a duration of 3,599 seconds",
      when: (d) => d.createRole({ ...made, maxSessionDuration: 3599 }),
      code: "ValidationError",
      message: oneViolation(
        "'3599'",
        "maxSessionDuration",
        "have value greater than or equal to 3600",
      ),
    },
    {
      rule: "a duration of 43,201 seconds",
      given,
      when: (d) => {
        d.updateRole({ ...app, maxSessionDuration: 43_201 });
      },
      code: "ValidationError",
      message: oneViolation(
        "'43201'",
        "maxSessionDuration",
        "have value less than or equal to 43200",
      ),
    },
    {
      rule: "a description of 1,001 characters",
      when: (d) => d.createRole({ ...made, description: "d".repeat(1001) }),
      code: "ValidationError",
      message: oneViolation(
        `'${"d".repeat(1001)}'`,
        "description",
        "have length less than or equal to 1000",
      ),
    },
    {
      rule: "a description with a bell",
      when: (d) => d.createRole({ ...made, description: "\u0007" }),
      code: "ValidationError",
      message: oneViolation(
        "'\u0007'",
        "description",
        "satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
      ),
    },
    {
      rule: "to trust a user that is not there",
      when: (d) => d.createRole({ ...app, assumeRolePolicyDocument: trusting({ AWS: ALICE_ARN }) }),
      code: "MalformedPolicyDocument",
      message: `Invalid principal in policy: "AWS":"${ALICE_ARN}"`,
    },
    {
      rule: "to trust a user in another case",
      given: (d) => {
        given(d);
        d.createUser({ userName: "Alice" });
      },
      when: (d) => {
        d.updateAssumeRolePolicy({ ...app, policyDocument: trusting({ AWS: ALICE_ARN }) });
      },
      code: "MalformedPolicyDocument",
      message: `Invalid principal in policy: "AWS":"${ALICE_ARN}"`,
    },
    {
      rule: "to trust a role that is not there",
      when: (d) =>
        d.createRole({ ...app, assumeRolePolicyDocument: trusting({ AWS: `${APP_ARN}2` }) }),
      code: "MalformedPolicyDocument",
      message: `Invalid principal in policy: "AWS":"${APP_ARN}2"`,
    },
    {
      rule: "a trust policy that is no JSON",
      when: (d) => d.createRole({ ...app, assumeRolePolicyDocument: "{" }),
      code: "MalformedPolicyDocument",
      message: "This policy contains invalid Json",
    },
    {
      rule: "a trust policy of 2,049 characters",
      when: (d) => d.createRole({ ...app, assumeRolePolicyDocument: big }),
      code: "LimitExceeded",
      message: "Cannot exceed quota for ACLSizePerRole: 2048",
    },
    {
      rule: "to delete a role with an attached policy",
      given: (d) => {
        given(d);
        d.attachRolePolicy({ ...app, policyArn: ADMIN });
      },
      when: (d) => {
        d.deleteRole(app);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must detach all policies first.",
    },
    {
      rule: "to delete a role with an inline policy",
      given: (d) => {
        given(d);
        d.putRolePolicy({ ...app, policyName: "p", policyDocument: ALLOW_ALL });
      },
      when: (d) => {
        d.deleteRole(app);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must delete policies first.",
    },
    {
      rule: "role 1,001",
      given: (d) => {
        times(1000, (index) => d.createRole({ ...made, roleName: `r${index}` }));
      },
      when: (d) => d.createRole(made),
      code: "LimitExceeded",
      message: "Cannot exceed quota for RolesPerAccount: 1000",
    },
  ]);

  test("a malformed policy says where", () => {
    const error = errorOf(() =>
      testDirectory().createRole({ ...app, assumeRolePolicyDocument: ALLOW_ALL }),
    );
    expect(error.code).toBe("MalformedPolicyDocument");
    expect(error.problems.map(({ path }) => path)).toEqual([
      "Statement[0]",
      "Statement[0].Action",
      "Statement[0].Resource",
    ]);
  });
});
