import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  oneViolation,
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
