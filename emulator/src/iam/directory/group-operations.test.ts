import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  oneViolation,
  type Refusal,
  testDirectory,
  testRefusals,
  times,
} from "../../../test/support/iam-directory.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const devs = { groupName: "devs" };
const alice = { userName: "alice" };

describe("groups", () => {
  test("a group is made, shown and listed", () => {
    const directory = testDirectory();
    const group = directory.createGroup({ ...devs, path: "/x/" });
    expect(group).toEqual({
      path: "/x/",
      groupName: "devs",
      groupId: "AGPA00000000000000001",
      arn: `arn:aws:iam::${ACCOUNT}:group/x/devs`,
      createDate: new Date("2026-03-01T12:00:00Z"),
    });
    expect(directory.getGroup(devs)).toEqual({ group, items: [], isTruncated: false });
    expect(directory.listGroups({})).toEqual({ items: [group], isTruncated: false });
    expect(directory.listGroups({ pathPrefix: "/y/" }).items).toEqual([]);
  });

  test("users join, are listed from both sides, and leave", () => {
    const directory = testDirectory();
    const group = directory.createGroup(devs);
    const users = ["bob", "alice"].map((userName) => directory.createUser({ userName }));
    for (const { userName } of users) directory.addUserToGroup({ ...devs, userName });
    directory.addUserToGroup({ ...devs, ...alice });
    expect(directory.getGroup(devs).items).toEqual([users[1], users[0]]);
    expect(directory.listGroupsForUser(alice).items).toEqual([group]);
    directory.removeUserFromGroup({ ...devs, ...alice });
    expect(directory.listGroupsForUser(alice).items).toEqual([]);
    expect(directory.getGroup(devs).items).toEqual([users[0]]);
  });

  test("a new name keeps members and id", () => {
    const directory = testDirectory();
    const { groupId } = directory.createGroup(devs);
    directory.createUser(alice);
    directory.addUserToGroup({ ...devs, ...alice });
    directory.updateGroup({ ...devs, newGroupName: "ops", newPath: "/y/" });
    const { group, items } = directory.getGroup({ groupName: "ops" });
    expect({ id: group.groupId, arn: group.arn }).toEqual({
      id: groupId,
      arn: `arn:aws:iam::${ACCOUNT}:group/y/ops`,
    });
    expect(items).toHaveLength(1);
    expect(directory.listGroupsForUser(alice).items).toEqual([group]);
  });

  test("members are listed in pages", () => {
    const directory = testDirectory();
    directory.createGroup(devs);
    times(3, (index) => {
      directory.createUser({ userName: `u${index}` });
      directory.addUserToGroup({ ...devs, userName: `u${index}` });
    });
    const first = directory.getGroup({ ...devs, maxItems: 2 });
    expect(first.items.map(({ userName }) => userName)).toEqual(["u0", "u1"]);
    const second = directory.getGroup({ ...devs, marker: first.marker });
    expect(second.items.map(({ userName }) => userName)).toEqual(["u2"]);
  });

  test("an empty group is deleted", () => {
    const directory = testDirectory();
    directory.createGroup(devs);
    directory.deleteGroup(devs);
    expect(directory.listGroups({}).items).toEqual([]);
  });
});

describe("groups: what is refused", () => {
  const given: Refusal["given"] = (d) => {
    d.createGroup(devs);
    d.createUser(alice);
  };
  const none = { groupName: "none" };
  const unknownGroup: readonly (readonly [string, Refusal["when"]])[] = [
    ["GetGroup", (d) => d.getGroup(none)],
    [
      "UpdateGroup",
      (d) => {
        d.updateGroup(none);
      },
    ],
    [
      "DeleteGroup",
      (d) => {
        d.deleteGroup(none);
      },
    ],
    [
      "AddUserToGroup",
      (d) => {
        d.addUserToGroup({ ...none, ...alice });
      },
    ],
    [
      "RemoveUserFromGroup",
      (d) => {
        d.removeUserFromGroup({ ...none, ...alice });
      },
    ],
    [
      "PutGroupPolicy",
      (d) => {
        d.putGroupPolicy({ ...none, policyName: "p", policyDocument: ALLOW_ALL });
      },
    ],
    ["GetGroupPolicy", (d) => d.getGroupPolicy({ ...none, policyName: "p" })],
    ["ListGroupPolicies", (d) => d.listGroupPolicies(none)],
    [
      "DeleteGroupPolicy",
      (d) => {
        d.deleteGroupPolicy({ ...none, policyName: "p" });
      },
    ],
    [
      "AttachGroupPolicy",
      (d) => {
        d.attachGroupPolicy({ ...none, policyArn: ADMIN });
      },
    ],
    [
      "DetachGroupPolicy",
      (d) => {
        d.detachGroupPolicy({ ...none, policyArn: ADMIN });
      },
    ],
    ["ListAttachedGroupPolicies", (d) => d.listAttachedGroupPolicies(none)],
  ];
  testRefusals([
    ...unknownGroup.map(([operation, when]): Refusal => ({
      rule: `${operation} of a group that is not there`,
      given,
      when,
      code: "NoSuchEntity",
      message: "The group with name none cannot be found.",
    })),
    {
      rule: "a name that is taken",
      given,
      when: (d) => d.createGroup({ groupName: "Devs" }),
      code: "EntityAlreadyExists",
      message: "Group with name Devs already exists.",
    },
    {
      rule: "a new name that is taken",
      given: (d) => {
        given(d);
        d.createGroup({ groupName: "ops" });
      },
      when: (d) => {
        d.updateGroup({ ...devs, newGroupName: "ops" });
      },
      code: "EntityAlreadyExists",
      message: "Group with name ops already exists.",
    },
    {
      rule: "a name of 129 characters",
      when: (d) => d.createGroup({ groupName: "g".repeat(129) }),
      code: "ValidationError",
      message: oneViolation(
        `'${"g".repeat(129)}'`,
        "groupName",
        "have length less than or equal to 128",
      ),
    },
    {
      rule: "a name with a blank",
      when: (d) => d.createGroup({ groupName: "a b" }),
      code: "ValidationError",
      message:
        "The specified value for groupName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    },
    {
      rule: "a user that is not there",
      given,
      when: (d) => {
        d.addUserToGroup({ ...devs, userName: "nobody" });
      },
      code: "NoSuchEntity",
      message: "The user with name nobody cannot be found.",
    },
    {
      rule: "to remove a user that is not in the group",
      given,
      when: (d) => {
        d.removeUserFromGroup({ ...devs, ...alice });
      },
      code: "NoSuchEntity",
      message: "The user with name alice cannot be found in group devs.",
    },
    {
      rule: "to delete a group with users",
      given: (d) => {
        given(d);
        d.addUserToGroup({ ...devs, ...alice });
      },
      when: (d) => {
        d.deleteGroup(devs);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must remove users from group first.",
    },
    {
      rule: "to delete a group with an attached policy",
      given: (d) => {
        given(d);
        d.attachGroupPolicy({ ...devs, policyArn: ADMIN });
      },
      when: (d) => {
        d.deleteGroup(devs);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must detach all policies first.",
    },
    {
      rule: "to delete a group with an inline policy",
      given: (d) => {
        given(d);
        d.putGroupPolicy({ ...devs, policyName: "p", policyDocument: ALLOW_ALL });
      },
      when: (d) => {
        d.deleteGroup(devs);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must delete policies first.",
    },
    {
      rule: "an eleventh group of a user",
      given: (d) => {
        given(d);
        times(10, (index) => {
          d.createGroup({ groupName: `g${index}` });
          d.addUserToGroup({ ...alice, groupName: `g${index}` });
        });
      },
      when: (d) => {
        d.addUserToGroup({ ...devs, ...alice });
      },
      code: "LimitExceeded",
      message: "Cannot exceed quota for GroupsPerUser: 10",
    },
    {
      rule: "group 301",
      given: (d) => {
        times(300, (index) => d.createGroup({ groupName: `g${index}` }));
      },
      when: (d) => d.createGroup(devs),
      code: "LimitExceeded",
      message: "Cannot exceed quota for GroupsPerAccount: 300",
    },
  ]);
});
