import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  type AccountsWorld,
  ADMIN_KEY,
  ALLOW_ALL,
} from "../../../../test/fixtures/aws/accounts-world.ts";
import { type Credentials, tagParameters, textOf } from "../../../../test/fixtures/aws/call-api.ts";
import * as roles from "../../../../test/fixtures/aws/roles-world.ts";

const {
  ADMIN,
  DENIED_KEY,
  FOREIGN_KEY,
  invalid,
  NO_IDENTITY,
  NO_TRUST,
  OTHER,
  PLAIN_KEY,
  refusal,
} = roles;

let world: AccountsWorld;
beforeEach(() => {
  world = roles.makeRolesWorld();
});

afterEach(async () => {
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

const assume = (by: Credentials, name: string, parameters?: Readonly<Record<string, string>>) =>
  roles.assume(world, by, name, parameters);

describe("AssumeRole: who is trusted", () => {
  const arn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;
  const cases: readonly (readonly [string, Credentials, string, Record<string, string>, string])[] =
    [
      ["a user that is named", ADMIN_KEY, "by-arn", {}, ""],
      ["a named user without policies", PLAIN_KEY, "by-arn", {}, ""],
      ["the account, and the user's policies allow", ADMIN_KEY, "by-root", {}, ""],
      ["the account by its id", ADMIN_KEY, "by-id", {}, ""],
      ["everybody with the external id", PLAIN_KEY, "everybody", { ExternalId: "right" }, ""],
      [
        "who names the session after itself",
        ADMIN_KEY,
        "named",
        { RoleSessionName: "administrator" },
        "",
      ],
      ["a role of another account, allowed on both sides", ADMIN_KEY, "theirs", {}, ""],
    ];
  test.each(cases)("%s", async (_case, by, name, parameters) => {
    const answer = await assume(by, name, parameters);
    if (!("xml" in answer)) throw new Error(answer.message);
    const session = parameters["RoleSessionName"] ?? "work";
    const account = name === "theirs" ? OTHER : ACCOUNT;
    expect(textOf(answer.xml, "Arn")).toBe(
      `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    );
    expect(textOf(answer.xml, "AssumedRoleId")).toMatch(
      new RegExp(`^AROA[A-Z2-7]{17}:${session}$`),
    );
    expect(textOf(answer.xml, "Expiration")).toBe("2026-01-02T04:04:05Z");
    expect(textOf(answer.xml, "AccessKeyId")).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(textOf(answer.xml, "SecretAccessKey")).toMatch(/^[A-Za-z0-9/+]{40}$/);
  });

  const refused: readonly (readonly [
    string,
    Credentials,
    string,
    Record<string, string>,
    string,
    string,
  ])[] = [
    [
      "the account, but no policy of the user allows",
      PLAIN_KEY,
      "by-root",
      {},
      arn("plain"),
      NO_IDENTITY,
    ],
    [
      "everybody without the external id",
      ADMIN_KEY,
      "everybody",
      {},
      ADMIN,
      NO_TRUST("sts:AssumeRole"),
    ],
    [
      "everybody with another external id",
      ADMIN_KEY,
      "everybody",
      { ExternalId: "wrong" },
      ADMIN,
      NO_TRUST("sts:AssumeRole"),
    ],
    [
      "an external id in another case",
      ADMIN_KEY,
      "everybody",
      { ExternalId: "RIGHT" },
      ADMIN,
      NO_TRUST("sts:AssumeRole"),
    ],
    ["another session name", ADMIN_KEY, "named", {}, ADMIN, NO_TRUST("sts:AssumeRole")],
    ["a service", ADMIN_KEY, "for-service", {}, ADMIN, NO_TRUST("sts:AssumeRole")],
    [
      "a user whose policies deny",
      DENIED_KEY,
      "by-root",
      {},
      arn("denied"),
      " with an explicit deny in an identity-based policy",
    ],
    [
      "a trust policy that denies",
      ADMIN_KEY,
      "denies",
      {},
      ADMIN,
      " with an explicit deny in the role trust policy",
    ],
    ["without a second factor", ADMIN_KEY, "mfa", {}, ADMIN, NO_TRUST("sts:AssumeRole")],
    [
      "a user of another account that is not trusted",
      FOREIGN_KEY,
      "by-root",
      {},
      `arn:aws:iam::${OTHER}:user/foreign`,
      NO_TRUST("sts:AssumeRole"),
    ],
    ["a role that is not there", ADMIN_KEY, "nothing", {}, ADMIN, ""],
  ];
  test.each(refused)("refused: %s", async (_case, by, name, parameters, user, why) => {
    expect(await assume(by, name, parameters)).toEqual(refusal(user, "sts:AssumeRole", name, why));
  });

  test("refused: a role of an account that is not there", async () => {
    const RoleArn = "arn:aws:iam::999999999999:role/app";
    expect(await assume(ADMIN_KEY, "x", { RoleArn })).toEqual({
      status: 403,
      code: "AccessDenied",
      message: `User: ${ADMIN} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    });
  });

  test.each([
    `arn:aws:iam::${ACCOUNT}:user/administrator`,
    `arn:aws:iam:eu-west-1:${ACCOUNT}:role/by-arn`,
    "arn:aws:iam::12345:role/by-arn",
    `arn:aws:iam::${ACCOUNT}:role/`,
    "there is no ARN in this text",
  ])("refused: %s is no ARN of a role", async (RoleArn) => {
    expect(await assume(ADMIN_KEY, "x", { RoleArn })).toEqual(invalid(`${RoleArn} is invalid`));
  });
});

describe("AssumeRole: members", () => {
  const violated = (value: string, member: string, constraint: string): string =>
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`;
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [
      { RoleArn: "arn:short" },
      violated("arn:short", "roleArn", "have length greater than or equal to 20"),
    ],
    [
      { RoleSessionName: "x" },
      violated("x", "roleSessionName", "have length greater than or equal to 2"),
    ],
    [
      { RoleSessionName: "a b" },
      violated("a b", "roleSessionName", "satisfy regular expression pattern: [\\w+=,.@-]*"),
    ],
    [
      { RoleSessionName: "x".repeat(65) },
      violated("x".repeat(65), "roleSessionName", "have length less than or equal to 64"),
    ],
    [
      { DurationSeconds: "899" },
      violated("899", "durationSeconds", "have value greater than or equal to 900"),
    ],
    [
      { DurationSeconds: "43201" },
      violated("43201", "durationSeconds", "have value less than or equal to 43200"),
    ],
    [{ ExternalId: "x" }, violated("x", "externalId", "have length greater than or equal to 2")],
    [
      { SourceIdentity: "x" },
      violated("x", "sourceIdentity", "have length greater than or equal to 2"),
    ],
    [
      { TokenCode: "12345" },
      violated("12345", "tokenCode", "have length greater than or equal to 6"),
    ],
    [
      { DurationSeconds: "7201" },
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ],
    [
      tagParameters({ "a!": "b" }),
      violated(
        "a!",
        "tags.1.member.key",
        "satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+",
      ),
    ],
    [
      tagParameters({ a: "x".repeat(257) }),
      violated("x".repeat(257), "tags.1.member.value", "have length less than or equal to 256"),
    ],
    [
      tagParameters(Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, ""]))),
      "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      { Policy: JSON.stringify({ ...ALLOW_ALL, Id: "x".repeat(2048) }) },
      "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
    ],
    [
      { "PolicyArns.member.1.arn": `arn:aws:iam::${ACCOUNT}:policy/none` },
      `The specified policy arn:aws:iam::${ACCOUNT}:policy/none does not exist`,
    ],
  ];
  test.each(cases)("%o", async (parameters, message) => {
    expect(await assume(ADMIN_KEY, "by-root", parameters)).toEqual(invalid(message));
  });

  test("at the limits", async () => {
    const answer = await assume(ADMIN_KEY, "by-root", {
      DurationSeconds: "7200",
      RoleSessionName: "x".repeat(64),
    });
    expect("xml" in answer && textOf(answer.xml, "Expiration")).toBe("2026-01-02T05:04:05Z");
  });

  test.each([
    ["{", "This policy contains invalid Json"],
    ['{"Version":"2012-10-17","Statement":[]}', "Syntax errors in policy."],
  ])("a session policy %s", async (Policy, message) => {
    expect(await assume(ADMIN_KEY, "by-root", { Policy })).toEqual(
      invalid(message, "MalformedPolicyDocument"),
    );
  });

  test("policies and tags that are too large together", async () => {
    const tags = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`k${at}`, "v".repeat(256)]),
    );
    expect(await assume(ADMIN_KEY, "by-root", tagParameters(tags))).toEqual(
      invalid(
        "Packed size of session tags consumes 127% of allotted space.",
        "PackedPolicyTooLarge",
      ),
    );
  });
});
