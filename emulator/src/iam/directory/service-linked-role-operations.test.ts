import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  type Refusal,
  testDirectory,
  testRefusals,
  TRUST,
} from "../../../test/support/iam-directory.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const app = { roleName: "app" };
const made = { ...app, assumeRolePolicyDocument: TRUST };

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
