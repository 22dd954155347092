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

describe("roles", () => {
  test("a role is made with its trust policy as it was written", () => {
    const directory = testDirectory();
    const assumeRolePolicyDocument = ` ${TRUST}\n`;
    const role = directory.createRole({
      ...app,
      path: "/svc/",
      assumeRolePolicyDocument,
      description: "of the application",
      maxSessionDuration: 43_200,
      permissionsBoundary: ADMIN,
      tags: [{ key: "a", value: "b" }],
    });
    expect(role).toEqual({
      path: "/svc/",
      roleName: "app",
      roleId: "AROA00000000000000001",
      arn: `arn:aws:iam::${ACCOUNT}:role/svc/app`,
      createDate: new Date("2026-03-01T12:00:00Z"),
      assumeRolePolicyDocument,
      description: "of the application",
      maxSessionDuration: 43_200,
      permissionsBoundary: { permissionsBoundaryType: "Policy", permissionsBoundaryArn: ADMIN },
      tags: [{ key: "a", value: "b" }],
    });
    expect(directory.getRole(app)).toEqual(role);
    expect(directory.listRoles({ pathPrefix: "/svc" }).items).toEqual([role]);
    expect(directory.listRoles({ pathPrefix: "/other" }).items).toEqual([]);
  });

  test("sessions are an hour unless the role says otherwise", () => {
    expect(testDirectory().createRole(made).maxSessionDuration).toBe(3600);
  });

  test("a role that is made again has the same ARN and another id", () => {
    const directory = testDirectory();
    const first = directory.createRole(made);
    directory.deleteRole(app);
    const second = directory.createRole(made);
    expect(second.arn).toBe(first.arn);
    expect(second.roleId).not.toBe(first.roleId);
  });

  test("an update without a duration makes it an hour and leaves the description", () => {
    const directory = testDirectory();
    directory.createRole({ ...made, description: "old", maxSessionDuration: 7200 });
    directory.updateRole(app);
    const { description, maxSessionDuration } = directory.getRole(app);
    expect({ description, maxSessionDuration }).toEqual({
      description: "old",
      maxSessionDuration: 3600,
    });
    directory.updateRole({ ...app, description: "new", maxSessionDuration: 7200 });
    expect(directory.getRole(app)).toMatchObject({ description: "new", maxSessionDuration: 7200 });
    expect(directory.updateRoleDescription({ ...app, description: "" }).description).toBe("");
  });

  test("tags and boundary change", () => {
    const directory = testDirectory();
    directory.createRole(made);
    directory.tagRole({
      ...app,
      tags: [
        { key: "a", value: "1" },
        { key: "b", value: "2" },
      ],
    });
    directory.untagRole({ ...app, tagKeys: ["A"] });
    expect(directory.listRoleTags(app)).toEqual({
      items: [{ key: "b", value: "2" }],
      isTruncated: false,
    });
    directory.putRolePermissionsBoundary({ ...app, permissionsBoundary: ADMIN });
    expect(directory.getRole(app).permissionsBoundary?.permissionsBoundaryArn).toBe(ADMIN);
    directory.deleteRolePermissionsBoundary(app);
    expect(directory.getRole(app)).not.toHaveProperty("permissionsBoundary");
  });

  test("the last use is shown", () => {
    const directory = testDirectory();
    directory.createRole(made);
    directory.recordRoleUse(APP_ARN, "us-east-1");
    directory.recordRoleUse(`${APP_ARN}x`, "us-east-1");
    expect(directory.getRole(app).roleLastUsed).toEqual({
      lastUsedDate: new Date("2026-03-01T12:00:00Z"),
      region: "us-east-1",
    });
  });

  const principals = [
    { AWS: "*" },
    { AWS: ACCOUNT },
    { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    { AWS: "arn:aws:iam::210987654321:role/of-another-account" },
    { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/any/session` },
    { Service: "ec2.amazonaws.com" },
    { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example` },
  ];
  test.each(principals)("a role may trust %j", (principal) => {
    const directory = testDirectory();
    directory.createRole({ ...app, assumeRolePolicyDocument: trusting(principal) });
    expect(directory.findRole(APP_ARN)?.trust.document.statements).toHaveLength(1);
  });
});

describe("roles: whom a trust policy names", () => {
  const principalOf = (text: string): unknown =>
    (JSON.parse(text) as { Statement: [{ Principal: unknown }] }).Statement[0].Principal;

  test("a deleted user becomes its id and does not inherit trust by its name", () => {
    const directory = testDirectory();
    const { userId } = directory.createUser({ userName: "alice" });
    directory.createRole({ ...app, assumeRolePolicyDocument: trusting({ AWS: [ALICE_ARN] }) });
    directory.deleteUser({ userName: "alice" });
    directory.createUser({ userName: "alice" });
    expect(principalOf(directory.getRole(app).assumeRolePolicyDocument)).toEqual({ AWS: [userId] });
    expect(directory.findRole(APP_ARN)?.trust.document.statements[0]?.principal?.arns).toEqual([]);
  });

  test("a deleted role becomes its id", () => {
    const directory = testDirectory();
    const { roleId } = directory.createRole(made);
    directory.createRole({ roleName: "b", assumeRolePolicyDocument: trusting({ AWS: APP_ARN }) });
    directory.deleteRole(app);
    const { assumeRolePolicyDocument } = directory.getRole({ roleName: "b" });
    expect(principalOf(assumeRolePolicyDocument)).toEqual({ AWS: roleId });
  });

  test("a renamed user is followed", () => {
    const directory = testDirectory();
    directory.createUser({ userName: "alice" });
    directory.createRole({ ...app, assumeRolePolicyDocument: trusting({ AWS: ALICE_ARN }) });
    directory.updateUser({ userName: "alice", newUserName: "bob" });
    const { assumeRolePolicyDocument } = directory.getRole(app);
    expect(principalOf(assumeRolePolicyDocument)).toEqual({
      AWS: `arn:aws:iam::${ACCOUNT}:user/bob`,
    });
  });

  test("an ARN outside of Principal, and a longer ARN, stay", () => {
    const directory = testDirectory();
    directory.createUser({ userName: "alice" });
    directory.createUser({ userName: "alice2" });
    const text = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `${ALICE_ARN}2` },
          Action: "sts:AssumeRole",
          Condition: { ArnEquals: { "aws:PrincipalArn": ALICE_ARN } },
        },
      ],
    });
    directory.createRole({ ...app, assumeRolePolicyDocument: ` ${text}` });
    directory.deleteUser({ userName: "alice" });
    expect(directory.getRole(app).assumeRolePolicyDocument).toBe(` ${text}`);
  });
});

describe("the service-linked role", () => {
  const NAME = "AWSServiceRoleForAuroraDsql";
  const service = { awsServiceName: "dsql.amazonaws.com" };

  test("it is made, deleted, and its deletion is finished at once", () => {
    const directory = testDirectory();
    const role = directory.createServiceLinkedRole({ ...service, description: "d" });
    expect(role).toMatchObject({
      roleName: NAME,
      path: "/aws-service-role/dsql.amazonaws.com/",
      arn: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/dsql.amazonaws.com/${NAME}`,
      description: "d",
    });
    expect(directory.listAttachedRolePolicies({ roleName: NAME }).items).toEqual([
      {
        policyName: "AuroraDsqlServiceLinkedRolePolicy",
        policyArn: "arn:aws:iam::aws:policy/aws-service-role/AuroraDsqlServiceLinkedRolePolicy",
      },
    ]);
    const { deletionTaskId } = directory.deleteServiceLinkedRole({ roleName: NAME });
    expect(deletionTaskId).toBe(`task/aws-service-role/dsql.amazonaws.com/${NAME}/${role.roleId}`);
    expect(directory.getServiceLinkedRoleDeletionStatus({ deletionTaskId })).toEqual({
      status: "SUCCEEDED",
    });
    expect(directory.listRoles({}).items).toEqual([]);
    expect(directory.createServiceLinkedRole(service)).not.toHaveProperty("description");
  });

  const protectedRole = `Cannot perform the operation on the protected role '${NAME}' - this role is only modifiable by AWS`;
  const slr = { roleName: NAME };
  const changes: readonly (readonly [string, Refusal["when"]])[] = [
    [
      "DeleteRole",
      (d) => {
        d.deleteRole(slr);
      },
    ],
    [
      "UpdateRole",
      (d) => {
        d.updateRole(slr);
      },
    ],
    ["UpdateRoleDescription", (d) => d.updateRoleDescription({ ...slr, description: "" })],
    [
      "UpdateAssumeRolePolicy",
      (d) => {
        d.updateAssumeRolePolicy({ ...slr, policyDocument: TRUST });
      },
    ],
    [
      "TagRole",
      (d) => {
        d.tagRole({ ...slr, tags: [] });
      },
    ],
    [
      "UntagRole",
      (d) => {
        d.untagRole({ ...slr, tagKeys: [] });
      },
    ],
    [
      "PutRolePermissionsBoundary",
      (d) => {
        d.putRolePermissionsBoundary({ ...slr, permissionsBoundary: ADMIN });
      },
    ],
    [
      "DeleteRolePermissionsBoundary",
      (d) => {
        d.deleteRolePermissionsBoundary(slr);
      },
    ],
    [
      "AttachRolePolicy",
      (d) => {
        d.attachRolePolicy({ ...slr, policyArn: ADMIN });
      },
    ],
    [
      "DetachRolePolicy",
      (d) => {
        d.detachRolePolicy({ ...slr, policyArn: ADMIN });
      },
    ],
    [
      "PutRolePolicy",
      (d) => {
        d.putRolePolicy({ ...slr, policyName: "p", policyDocument: ALLOW_ALL });
      },
    ],
    [
      "DeleteRolePolicy",
      (d) => {
        d.deleteRolePolicy({ ...slr, policyName: "p" });
      },
    ],
  ];
  const given: Refusal["given"] = (d) => d.createServiceLinkedRole(service);
  testRefusals([
    ...changes.map(([operation, when]): Refusal => ({
      rule: `${operation} of it`,
      given,
      when,
      code: "UnmodifiableEntity",
      message: protectedRole,
    })),
    {
      rule: "a second one",
      given,
      when: (d) => d.createServiceLinkedRole(service),
      code: "InvalidInput",
      message: `Service role name ${NAME} has been taken in this account, please try a different suffix.`,
    },
    {
      rule: "a suffix",
      when: (d) => d.createServiceLinkedRole({ ...service, customSuffix: "x" }),
      code: "InvalidInput",
      message: "Custom suffix is not allowed for dsql.amazonaws.com",
    },
    {
      rule: "another service",
      when: (d) => d.createServiceLinkedRole({ awsServiceName: "x.amazonaws.com" }),
      code: "InvalidInput",
      message: "Service-linked roles of x.amazonaws.com are not supported.",
    },
    {
      rule: "to delete another role as one",
      given: (d) => d.createRole(made),
      when: (d) => d.deleteServiceLinkedRole(app),
      code: "InvalidInput",
      message: "The role app is not a service-linked role.",
    },
    {
      rule: "to delete one that is not there",
      when: (d) => d.deleteServiceLinkedRole(app),
      code: "NoSuchEntity",
      message: "The role with name app cannot be found.",
    },
    {
      rule: "the status of an unknown task",
      when: (d) => d.getServiceLinkedRoleDeletionStatus({ deletionTaskId: "task/x" }),
      code: "NoSuchEntity",
      message: "Deletion task task/x cannot be found.",
    },
  ]);
});

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
