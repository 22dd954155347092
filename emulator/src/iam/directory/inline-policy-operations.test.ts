import { describe, expect, test } from "vitest";
import {
  ALLOW_ALL,
  errorOf,
  oneViolation,
  policyOfSize,
  type Refusal,
  testDirectory,
  testRefusals,
  TRUST,
} from "../../../test/support/iam-directory.ts";

const p = { policyName: "p", policyDocument: ALLOW_ALL };
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
