import { describe, expect, test } from "vitest";
import { type Caller, callerKeys, requestPrincipal, tagKeys } from "./caller.ts";

const ACCOUNT = "123456789012";
const NOW = new Date("2026-01-02T03:04:05.678Z");
const USER: Caller = {
  kind: "user",
  arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  accountId: ACCOUNT,
  userId: "AIDAFAKE",
  userName: "alice",
};
const ROLE: Caller = {
  kind: "assumed-role",
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/work`,
  issuerArn: `arn:aws:iam::${ACCOUNT}:role/team/app`,
  accountId: ACCOUNT,
  userId: "AROAFAKE:work",
};
const SESSION = {
  issuedAt: new Date("2026-01-02T03:00:00Z"),
  expiresAt: new Date("2026-01-02T04:00:00Z"),
  tags: {},
  transitiveTagKeys: [],
};

function keysOf(caller: Caller): Record<string, readonly string[]> {
  return Object.fromEntries(callerKeys(caller, NOW));
}

const ALWAYS = {
  "aws:currenttime": ["2026-01-02T03:04:05Z"],
  "aws:epochtime": ["1767323045"],
  "aws:viaawsservice": ["false"],
  "aws:principalisawsservice": ["false"],
};

describe("keys of the caller", () => {
  test("a user with long-term credentials has no keys of a session", () => {
    expect(keysOf({ ...USER, tags: { Team: "Blue" } })).toEqual({
      ...ALWAYS,
      "aws:principalarn": [USER.arn],
      "aws:principalaccount": [ACCOUNT],
      "aws:principaltype": ["User"],
      "aws:userid": ["AIDAFAKE"],
      "aws:username": ["alice"],
      "aws:principaltag/team": ["Blue"],
    });
  });

  test("the session of a role has the role's ARN, and no user name", () => {
    const organization = { organizationId: "o-a", path: "o-a/r-b/" };
    const session = { ...SESSION, sourceIdentity: "alice" };
    expect(keysOf({ ...ROLE, session, organization })).toEqual({
      ...ALWAYS,
      "aws:principalarn": [ROLE.issuerArn],
      "aws:principalaccount": [ACCOUNT],
      "aws:principaltype": ["AssumedRole"],
      "aws:userid": ["AROAFAKE:work"],
      "aws:principalorgid": ["o-a"],
      "aws:principalorgpaths": ["o-a/r-b/"],
      "aws:tokenissuetime": ["2026-01-02T03:00:00Z"],
      "aws:sourceidentity": ["alice"],
      "aws:multifactorauthpresent": ["false"],
    });
  });

  test.each([
    ["2026-01-02T03:00:00Z", "245"],
    ["2026-01-02T03:04:05.678Z", "0"],
    ["2026-01-02T04:00:00Z", "0"],
  ])("a second factor of %s is %s seconds old", (time, age) => {
    const keys = keysOf({ ...USER, session: { ...SESSION, mfaAuthenticatedAt: new Date(time) } });
    expect(keys["aws:multifactorauthpresent"]).toEqual(["true"]);
    expect(keys["aws:multifactorauthage"]).toEqual([age]);
  });

  test("a session of a web identity has its provider, and nothing of a second factor", () => {
    const keys = keysOf({ ...ROLE, session: { ...SESSION, federatedProvider: "arn:provider" } });
    expect(keys["aws:federatedprovider"]).toEqual(["arn:provider"]);
    expect(keys).not.toHaveProperty("aws:multifactorauthpresent");
  });

  test("who has no credentials yet has no keys of a principal", () => {
    const keys = keysOf({ kind: "web-identity", arn: "arn:provider", accountId: "", userId: "" });
    expect(keys).toEqual(ALWAYS);
  });

  test("tags whose keys differ in case are one key; the last counts", () => {
    expect(tagKeys("aws:principaltag", { Team: "role", __proto__x: "1", team: "session" })).toEqual(
      {
        "aws:principaltag/team": "session",
        "aws:principaltag/__proto__x": "1",
      },
    );
  });

  test("the principal of a request is the caller without the rest", () => {
    expect(requestPrincipal({ ...ROLE, session: SESSION, tags: {} })).toEqual({
      kind: "assumed-role",
      arn: ROLE.arn,
      issuerArn: ROLE.issuerArn,
      accountId: ACCOUNT,
    });
    expect(requestPrincipal(USER)).toEqual({ kind: "user", arn: USER.arn, accountId: ACCOUNT });
  });
});
