import { describe } from "vitest";
import {
  ACCOUNT,
  ALLOW_ALL,
  oneViolation,
  type Refusal,
  testRefusals,
  times,
} from "../../../test/support/iam-directory.ts";

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const alice = { userName: "alice" };
const NOT_FOUND = "The user with name nobody cannot be found.";
const BAD_NAME =
  "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-";
const BAD_PATH =
  "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.";

describe("users: what is refused", () => {
  const made: Refusal["given"] = (directory) => directory.createUser(alice);
  const fiftyOne = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "v" }));
  const unknownUser: readonly (readonly [string, Refusal["when"]])[] = [
    ["GetUser", (d) => d.getUser({ userName: "nobody" })],
    [
      "UpdateUser",
      (d) => {
        d.updateUser({ userName: "nobody" });
      },
    ],
    [
      "DeleteUser",
      (d) => {
        d.deleteUser({ userName: "nobody" });
      },
    ],
    [
      "TagUser",
      (d) => {
        d.tagUser({ userName: "nobody", tags: [] });
      },
    ],
    [
      "UntagUser",
      (d) => {
        d.untagUser({ userName: "nobody", tagKeys: [] });
      },
    ],
    ["ListUserTags", (d) => d.listUserTags({ userName: "nobody" })],
    [
      "PutUserPermissionsBoundary",
      (d) => {
        d.putUserPermissionsBoundary({ userName: "nobody", permissionsBoundary: ADMIN });
      },
    ],
    [
      "DeleteUserPermissionsBoundary",
      (d) => {
        d.deleteUserPermissionsBoundary({ userName: "nobody" });
      },
    ],
    ["ListGroupsForUser", (d) => d.listGroupsForUser({ userName: "nobody" })],
    ["CreateAccessKey", (d) => d.createAccessKey({ userName: "nobody" })],
    ["ListAccessKeys", (d) => d.listAccessKeys({ userName: "nobody" })],
    ["ListUserPolicies", (d) => d.listUserPolicies({ userName: "nobody" })],
    ["ListAttachedUserPolicies", (d) => d.listAttachedUserPolicies({ userName: "nobody" })],
    [
      "AttachUserPolicy",
      (d) => {
        d.attachUserPolicy({ userName: "nobody", policyArn: ADMIN });
      },
    ],
    [
      "DetachUserPolicy",
      (d) => {
        d.detachUserPolicy({ userName: "nobody", policyArn: ADMIN });
      },
    ],
    [
      "PutUserPolicy",
      (d) => {
        d.putUserPolicy({ userName: "nobody", policyName: "p", policyDocument: ALLOW_ALL });
      },
    ],
    ["GetUserPolicy", (d) => d.getUserPolicy({ userName: "nobody", policyName: "p" })],
    [
      "DeleteUserPolicy",
      (d) => {
        d.deleteUserPolicy({ userName: "nobody", policyName: "p" });
      },
    ],
  ];
  testRefusals([
    ...unknownUser.map(([operation, when]): Refusal => ({
      rule: `${operation} of a user that is not there`,
      when,
      code: "NoSuchEntity",
      message: NOT_FOUND,
    })),
    {
      rule: "a name that is taken",
      given: made,
      when: (d) => d.createUser(alice),
      code: "EntityAlreadyExists",
      message: "User with name alice already exists.",
    },
    {
      rule: "a name that is taken in another case",
      given: made,
      when: (d) => d.createUser({ userName: "ALICE" }),
      code: "EntityAlreadyExists",
      message: "User with name ALICE already exists.",
    },
    {
      rule: "a new name that is taken",
      given: (d) => {
        d.createUser(alice);
        d.createUser({ userName: "bob" });
      },
      when: (d) => {
        d.updateUser({ ...alice, newUserName: "Bob", newPath: "/x/" });
      },
      code: "EntityAlreadyExists",
      message: "User with name Bob already exists.",
    },
    {
      rule: "no name",
      when: (d) => d.createUser({ userName: undefined }),
      code: "ValidationError",
      message: oneViolation("null", "userName", "not be null"),
    },
    {
      rule: "an empty name",
      when: (d) => d.createUser({ userName: "" }),
      code: "ValidationError",
      message: oneViolation("''", "userName", "have length greater than or equal to 1"),
    },
    {
      rule: "a name of 65 characters",
      when: (d) => d.createUser({ userName: "a".repeat(65) }),
      code: "ValidationError",
      message: oneViolation(
        `'${"a".repeat(65)}'`,
        "userName",
        "have length less than or equal to 64",
      ),
    },
    ...["a b", "a/b", "ä", "a:b", "a*", "a\n"].map((userName): Refusal => ({
      rule: `the name ${JSON.stringify(userName)}`,
      when: (d) => d.createUser({ userName }),
      code: "ValidationError",
      message: BAD_NAME,
    })),
    ...["a", "/a", "a/", "/a b/", "/ä/"].map((path): Refusal => ({
      rule: `the path ${path}`,
      when: (d) => d.createUser({ ...alice, path }),
      code: "ValidationError",
      message: BAD_PATH,
    })),
    {
      rule: "a path of 513 characters",
      when: (d) => d.createUser({ ...alice, path: `/${"a".repeat(511)}/` }),
      code: "ValidationError",
      message: oneViolation(
        `'/${"a".repeat(511)}/'`,
        "path",
        "have length less than or equal to 512",
      ),
    },
    {
      rule: "two members at once, in one answer",
      when: (d) => {
        d.putUserPermissionsBoundary({ userName: undefined, permissionsBoundary: "short" });
      },
      code: "ValidationError",
      message:
        "2 validation errors detected: Value null at 'userName' failed to satisfy constraint: Member must not be null; Value 'short' at 'permissionsBoundary' failed to satisfy constraint: Member must have length greater than or equal to 20",
    },
    {
      rule: "a path prefix without a slash",
      when: (d) => d.listUsers({ pathPrefix: "a" }),
      code: "ValidationError",
      message: oneViolation(
        "'a'",
        "pathPrefix",
        "satisfy regular expression pattern: \\u002F[\\u0021-\\u007F]*",
      ),
    },
    {
      rule: "pages of no items",
      when: (d) => d.listUsers({ maxItems: 0 }),
      code: "ValidationError",
      message: oneViolation("'0'", "maxItems", "have value greater than or equal to 1"),
    },
    {
      rule: "pages of 1,001 items",
      when: (d) => d.listUsers({ maxItems: 1001 }),
      code: "ValidationError",
      message: oneViolation("'1001'", "maxItems", "have value less than or equal to 1000"),
    },
    {
      rule: "a marker that is none",
      when: (d) => d.listUsers({ marker: "???" }),
      code: "ValidationError",
      message: "Invalid Marker.",
    },
    {
      rule: "a marker with other content",
      when: (d) => d.listUsers({ marker: btoa("x") }),
      code: "ValidationError",
      message: "Invalid Marker.",
    },
    {
      rule: "51 tags at once",
      when: (d) => d.createUser({ ...alice, tags: fiftyOne }),
      code: "ValidationError",
      message: oneViolation(
        `'${JSON.stringify(fiftyOne.map(({ key }) => key))}'`,
        "tags",
        "have length less than or equal to 50",
      ),
    },
    {
      rule: "a 51st tag",
      given: (d) => d.createUser({ ...alice, tags: fiftyOne.slice(1) }),
      when: (d) => {
        d.tagUser({ ...alice, tags: [{ key: "more", value: "" }] });
      },
      code: "LimitExceeded",
      message: "The number of tags has reached the maximum limit.",
    },
    {
      rule: "keys of tags that differ in case only",
      given: made,
      when: (d) => {
        d.tagUser({
          ...alice,
          tags: [
            { key: "A", value: "" },
            { key: "a", value: "" },
          ],
        });
      },
      code: "InvalidInput",
      message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    },
    {
      rule: "a tag of AWS",
      given: made,
      when: (d) => {
        d.tagUser({ ...alice, tags: [{ key: "aws:x", value: "" }] });
      },
      code: "InvalidInput",
      message: "'aws:' prefixed tag key names are not allowed for external use.",
    },
    {
      rule: "an empty key of a tag",
      given: made,
      when: (d) => {
        d.tagUser({ ...alice, tags: [{ key: "", value: "" }] });
      },
      code: "ValidationError",
      message: oneViolation("''", "tags.1.member.key", "have length greater than or equal to 1"),
    },
    {
      rule: "a key of a tag with a star",
      given: made,
      when: (d) => {
        d.tagUser({
          ...alice,
          tags: [
            { key: "ok", value: "" },
            { key: "*", value: "" },
          ],
        });
      },
      code: "ValidationError",
      message: oneViolation(
        "'*'",
        "tags.2.member.key",
        "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
      ),
    },
    {
      rule: "a value of a tag with 257 characters",
      given: made,
      when: (d) => {
        d.tagUser({ ...alice, tags: [{ key: "k", value: "v".repeat(257) }] });
      },
      code: "ValidationError",
      message: oneViolation(
        `'${"v".repeat(257)}'`,
        "tags.1.member.value",
        "have length less than or equal to 256",
      ),
    },
    {
      rule: "a key of 129 characters to be taken away",
      given: made,
      when: (d) => {
        d.untagUser({ ...alice, tagKeys: ["k".repeat(129)] });
      },
      code: "ValidationError",
      message: oneViolation(
        `'${"k".repeat(129)}'`,
        "tagKeys.1.member",
        "have length less than or equal to 128",
      ),
    },
    {
      rule: "a boundary that is not there",
      when: (d) =>
        d.createUser({ ...alice, permissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/none` }),
      code: "NoSuchEntity",
      message: `Scope ARN: arn:aws:iam::${ACCOUNT}:policy/none does not exist or is not attachable.`,
    },
    {
      rule: "a boundary of another account",
      when: (d) =>
        d.createUser({ ...alice, permissionsBoundary: "arn:aws:iam::210987654321:policy/p" }),
      code: "AccessDenied",
      message: "Policy is outside your own account.",
    },
    {
      rule: "a boundary that is no policy",
      given: made,
      when: (d) => {
        d.putUserPermissionsBoundary({ ...alice, permissionsBoundary: "arn:aws:iam::aws:user/x" });
      },
      code: "InvalidInput",
      message: "ARN arn:aws:iam::aws:user/x is not valid.",
    },
    {
      rule: "to delete a user with an attached policy",
      given: (d) => {
        d.createUser(alice);
        d.attachUserPolicy({ ...alice, policyArn: ADMIN });
      },
      when: (d) => {
        d.deleteUser(alice);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must detach all policies first.",
    },
    {
      rule: "to delete a user with an inline policy",
      given: (d) => {
        d.createUser(alice);
        d.putUserPolicy({ ...alice, policyName: "p", policyDocument: ALLOW_ALL });
      },
      when: (d) => {
        d.deleteUser(alice);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must delete policies first.",
    },
    {
      rule: "to delete a user with an access key",
      given: (d) => {
        d.createUser(alice);
        d.createAccessKey(alice);
      },
      when: (d) => {
        d.deleteUser(alice);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must delete access keys first.",
    },
    {
      rule: "to delete a user in a group",
      given: (d) => {
        d.createUser(alice);
        d.createGroup({ groupName: "g" });
        d.addUserToGroup({ ...alice, groupName: "g" });
      },
      when: (d) => {
        d.deleteUser(alice);
      },
      code: "DeleteConflict",
      message: "Cannot delete entity, must remove user from all groups first.",
    },
    {
      rule: "user 5,001",
      given: (d) => {
        times(5000, (index) => d.createUser({ userName: `u${index}` }));
      },
      when: (d) => d.createUser(alice),
      code: "LimitExceeded",
      message: "Cannot exceed quota for UsersPerAccount: 5000",
    },
  ]);
});
