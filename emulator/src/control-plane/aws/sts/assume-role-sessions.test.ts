import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  type AccountsWorld,
  ADMIN_KEY,
} from "../../../../test/fixtures/aws/accounts-world.ts";
import {
  type Answer,
  callApi,
  type Credentials,
  credentialsOf,
  tagParameters,
  textOf,
} from "../../../../test/fixtures/aws/call-api.ts";
import * as roles from "../../../../test/fixtures/aws/roles-world.ts";

const { ADMIN, DEVICE, invalid, NO_TRUST, PLAIN_KEY, refusal } = roles;

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
const sessionOf = (by: Credentials, name: string, parameters?: Readonly<Record<string, string>>) =>
  roles.sessionOf(world, by, name, parameters);

/** The one-time password at a time. */
function passwordAt(time: Date): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time.getTime() / 30_000)));
  const digest = createHmac("sha1", "12345678901234567890").update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7f_ff_ff_ff;
  return String(number % 1_000_000).padStart(6, "0");
}

describe("AssumeRole: chains", () => {
  test("an hour is the longest session of a chain, whatever the role allows", async () => {
    const first = await sessionOf(ADMIN_KEY, "by-root");
    expect(await assume(first, "next", { DurationSeconds: "3601" })).toEqual(
      invalid(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
      ),
    );
    const answer = await assume(first, "next", { DurationSeconds: "3600" });
    expect("xml" in answer && textOf(answer.xml, "Expiration")).toBe("2026-01-02T04:04:05Z");
  });

  test("tags need TagSession, and are there for the trust policy", async () => {
    expect(await assume(ADMIN_KEY, "only-assume", tagParameters({ Team: "blue" }))).toEqual(
      refusal(ADMIN, "sts:TagSession", "only-assume", NO_TRUST("sts:TagSession")),
    );
    expect((await assume(ADMIN_KEY, "for-team", tagParameters({ Team: "blue" }))).status).toBe(200);
    expect(await assume(ADMIN_KEY, "for-team", tagParameters({ Team: "red" }))).toEqual(
      refusal(ADMIN, "sts:AssumeRole", "for-team", NO_TRUST("sts:AssumeRole")),
    );
  });

  async function tagsOf(credentials: Required<Credentials>): Promise<unknown> {
    const { accessKeyId, sessionToken } = credentials;
    const found = await world.accounts.findAccessKey(accessKeyId, sessionToken);
    return found.kind === "found" ? found.accessKey.caller.tags : found.reason;
  }

  test("transitive tags go on, others do not, and both are over those of the role", async () => {
    const tags = tagParameters({ team: "blue", Cost: "1" }, ["TEAM"]);
    const first = await sessionOf(ADMIN_KEY, "by-root", tags);
    expect(await tagsOf(first)).toEqual({ team: "blue", Cost: "1" });
    const second = await sessionOf(first, "next");
    expect(await tagsOf(second)).toEqual({ Team: "of-role", Own: "next", team: "blue" });
    const third = await sessionOf(second, "by-id", tagParameters({ Cost: "3" }));
    expect(await tagsOf(third)).toEqual({ team: "blue", Cost: "3" });
  });

  test.each([
    [
      "a transitive tag of the session",
      tagParameters({ TEAM: "red" }),
      "One or more of the requested session tags cannot be set: it is a transitive tag of the calling session.",
    ],
    [
      "a transitive key without tag",
      tagParameters({ a: "b" }, ["c"]),
      "The specified transitive tag key must be included in the requested tags.",
    ],
    [
      "a key twice",
      tagParameters({ a: "b", A: "c" }),
      "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ],
    [
      "a key of AWS",
      tagParameters({ "AWS:a": "b" }),
      "'aws:' prefixed tag key names are not allowed for external use.",
    ],
  ])("refused: %s", async (_case, parameters, message) => {
    const first = await sessionOf(ADMIN_KEY, "by-root", tagParameters({ Team: "blue" }, ["Team"]));
    expect(await assume(first, "next", parameters)).toEqual(
      invalid(message, "InvalidParameterValue"),
    );
  });

  test("tags with names that objects have are tags", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const parameters = Object.fromEntries(
      names.flatMap((name, at) => [
        [`Tags.member.${at + 1}.Key`, name],
        [`Tags.member.${at + 1}.Value`, `v${at}`],
        [`TransitiveTagKeys.member.${at + 1}`, name],
      ]),
    );
    const first = await sessionOf(ADMIN_KEY, "by-root", parameters);
    const second = await sessionOf(first, "by-id");
    const tags = (await tagsOf(second)) as object;
    expect(Object.entries(tags)).toEqual(names.map((name, at) => [name, `v${at}`]));
  });

  test("a source identity is set once, inherited, and cannot be changed", async () => {
    const answer = await assume(ADMIN_KEY, "by-root", { SourceIdentity: "alice" });
    expect("xml" in answer && textOf(answer.xml, "SourceIdentity")).toBe("alice");
    const first = credentialsOf(answer);
    expect(await assume(first, "next", { SourceIdentity: "mallory" })).toEqual(
      invalid("The source identity of the calling session cannot be changed."),
    );
    const next = await assume(first, "next", {});
    expect("xml" in next && textOf(next.xml, "SourceIdentity")).toBe("alice");
    const same = await assume(credentialsOf(next), "by-id", { SourceIdentity: "alice" });
    expect("xml" in same && textOf(same.xml, "SourceIdentity")).toBe("alice");
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/by-root/work`;
    expect(await assume(first, "only-assume")).toEqual(
      refusal(session, "sts:SetSourceIdentity", "only-assume", NO_TRUST("sts:SetSourceIdentity")),
    );
  });
});

describe("AssumeRole: session policies", () => {
  async function listUsers(by: Credentials): Promise<Answer> {
    return callApi(world, by, "iam", { Action: "ListUsers" });
  }
  const limited = {
    status: 403,
    code: "AccessDenied",
    message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/by-root/work is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${ACCOUNT}:user/ because no session policy allows the iam:ListUsers action`,
  };
  const READ_ONLY = "arn:aws:iam::aws:policy/AmazonAuroraDSQLReadOnlyAccess";
  const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
  const some = (action: string): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
    });

  test.each([
    ["none", {}, true],
    ["an inline one that allows", { Policy: some("iam:List*") }, true],
    ["an inline one that does not", { Policy: some("dsql:*") }, false],
    ["a managed one that allows", { "PolicyArns.member.1.arn": ADMINISTRATOR }, true],
    ["a managed one that does not", { "PolicyArns.member.1.arn": READ_ONLY }, false],
    [
      "one of two that allows",
      { Policy: some("dsql:*"), "PolicyArns.member.1.arn": ADMINISTRATOR },
      true,
    ],
  ])("%s", async (_case, parameters: Record<string, string>, isAllowed) => {
    const answer = await listUsers(await sessionOf(ADMIN_KEY, "by-root", parameters));
    if (isAllowed) expect(answer.status).toBe(200);
    else expect(answer).toEqual(limited);
  });
});

describe("AssumeRole: a second factor", () => {
  const failed = (why: string): Answer => ({
    status: 403,
    code: "AccessDenied",
    message: `MultiFactorAuthentication failed${why}`,
  });
  const UNKNOWN = failed(
    ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
  );
  const WRONG = failed(" with invalid MFA one time pass code.");

  test("the right password lets the trust policy allow; it is good once", async () => {
    const factor = { SerialNumber: DEVICE, TokenCode: passwordAt(world.clock.now()) };
    const session = await sessionOf(ADMIN_KEY, "mfa", factor);
    expect(await assume(ADMIN_KEY, "mfa", factor)).toEqual(WRONG);
    // SPEC: the session itself has no second factor.
    const message = NO_TRUST("sts:AssumeRole");
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/mfa/work`;
    expect(await assume(session, "mfa")).toEqual(refusal(arn, "sts:AssumeRole", "mfa", message));
    world.clock.advance(30_000);
    const next = { SerialNumber: DEVICE, TokenCode: passwordAt(world.clock.now()) };
    expect((await assume(ADMIN_KEY, "mfa", next)).status).toBe(200);
  });

  test("a wrong password", async () => {
    const right = passwordAt(world.clock.now());
    const TokenCode = right === "000000" ? "000001" : "000000";
    expect(await assume(ADMIN_KEY, "mfa", { SerialNumber: DEVICE, TokenCode })).toEqual(WRONG);
  });

  test("another user's device, and a session's", async () => {
    const factor = { SerialNumber: DEVICE, TokenCode: passwordAt(world.clock.now()) };
    expect(await assume(PLAIN_KEY, "mfa", factor)).toEqual(UNKNOWN);
    expect(await assume(await sessionOf(ADMIN_KEY, "by-root"), "mfa", factor)).toEqual(UNKNOWN);
  });

  test.each([{ SerialNumber: DEVICE }, { TokenCode: "123456" }])("half of it: %o", async (half) => {
    expect(await assume(ADMIN_KEY, "mfa", half as Record<string, string>)).toEqual(
      failed(", must provide both MFA serial number and one time pass code."),
    );
  });
});
