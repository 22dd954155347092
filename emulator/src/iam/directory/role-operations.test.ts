import { describe, expect, test } from "vitest";
import { ACCOUNT, testDirectory, TRUST, trusting } from "../../../test/support/iam-directory.ts";

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
