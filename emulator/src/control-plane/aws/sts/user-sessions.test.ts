import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  type AccountsWorld,
  ADMIN_KEY,
  ALLOW_ALL,
  makeAccountsWorld,
  NOBODY,
  userWithKey,
} from "../../../../test/fixtures/aws/accounts-world.ts";
import {
  type Answer,
  callApi,
  type Credentials,
  credentialsOf,
  tagParameters,
  textOf,
} from "../../../../test/fixtures/aws/call-api.ts";

const DENIED_KEY = { accessKeyId: "AKIAFAKEFAKEFAKEDENI", secretAccessKey: "fake-denied-secret" };
const DENIED = `arn:aws:iam::${ACCOUNT}:user/denied`;
const INVALID: Answer = {
  status: 403,
  code: "InvalidClientTokenId",
  message: "The security token included in the request is invalid.",
};
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/app`;

let world: AccountsWorld;

beforeEach(() => {
  const trust = { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" };
  const administrator = {
    ...userWithKey("administrator", ADMIN_KEY, ALLOW_ALL),
    tags: { Team: "blue", Own: "1" },
  };
  const deny = { ...ALLOW_ALL, Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
  world = makeAccountsWorld({
    accounts: [
      {
        declared: {
          ...NOBODY,
          users: [administrator, userWithKey("denied", DENIED_KEY, deny)],
          roles: [
            {
              name: "app",
              path: "/",
              policies: [{ name: "all", document: ALLOW_ALL }],
              managedPolicies: [],
              trustPolicy: { Version: "2012-10-17", Statement: [trust] },
              maxSessionDuration: 3600,
              tags: {},
            },
          ],
        },
      },
    ],
  });
});

afterEach(async () => {
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

async function sts(
  by: Credentials | undefined,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return callApi(world, by, "sts", { Action: action, ...parameters });
}

const FEDERATED = { Name: "visitor" };
const SESSION = { RoleArn: ROLE_ARN, RoleSessionName: "work" };
const ALL = JSON.stringify(ALLOW_ALL);

describe("GetCallerIdentity", () => {
  async function identity(by: Credentials): Promise<readonly (string | undefined)[]> {
    const answer = await sts(by, "GetCallerIdentity");
    if (!("xml" in answer)) throw new Error(answer.message);
    return ["Arn", "UserId", "Account"].map((name) => textOf(answer.xml, name));
  }

  test("a user, even one that is denied everything", async () => {
    expect(await identity(DENIED_KEY)).toEqual([
      DENIED,
      expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      ACCOUNT,
    ]);
  });

  test("the session of a user is the user", async () => {
    const session = credentialsOf(await sts(DENIED_KEY, "GetSessionToken"));
    expect(await identity(session)).toEqual(await identity(DENIED_KEY));
  });

  test("the session of a role", async () => {
    const session = credentialsOf(await sts(ADMIN_KEY, "AssumeRole", SESSION));
    expect(await identity(session)).toEqual([
      `arn:aws:sts::${ACCOUNT}:assumed-role/app/work`,
      expect.stringMatching(/^AROA[A-Z2-7]{17}:work$/),
      ACCOUNT,
    ]);
  });

  test("a federated user", async () => {
    const session = credentialsOf(await sts(ADMIN_KEY, "GetFederationToken", FEDERATED));
    expect(await identity(session)).toEqual([
      `arn:aws:sts::${ACCOUNT}:federated-user/visitor`,
      `${ACCOUNT}:visitor`,
      ACCOUNT,
    ]);
  });
});

describe("GetAccessKeyInfo", () => {
  const made = "ASIATCH6YDSYQEBAGBAF";
  test.each([
    ["one of the account", ADMIN_KEY.accessKeyId, ACCOUNT],
    ["one that says its account", made, "210987654321"],
  ])("%s", async (_case, AccessKeyId, account) => {
    const answer = await sts(ADMIN_KEY, "GetAccessKeyInfo", { AccessKeyId });
    expect("xml" in answer && textOf(answer.xml, "Account")).toBe(account);
  });

  test("an id that is none", async () => {
    expect(
      await sts(ADMIN_KEY, "GetAccessKeyInfo", { AccessKeyId: "AKIAFAKEFAKEFAKENONE" }),
    ).toEqual({
      status: 400,
      code: "ValidationError",
      message: "AKIAFAKEFAKEFAKENONE is not a valid access key id",
    });
  });

  test("who may not ask", async () => {
    expect(await sts(DENIED_KEY, "GetAccessKeyInfo", { AccessKeyId: made })).toEqual({
      status: 403,
      code: "AccessDenied",
      message: `User: ${DENIED} is not authorized to perform: sts:GetAccessKeyInfo with an explicit deny in an identity-based policy`,
    });
  });
});

describe("GetSessionToken", () => {
  test("lasts twelve hours unless asked, at most 36", async () => {
    const usual = await sts(ADMIN_KEY, "GetSessionToken");
    expect("xml" in usual && textOf(usual.xml, "Expiration")).toBe("2026-01-02T15:04:05Z");
    const longest = await sts(ADMIN_KEY, "GetSessionToken", { DurationSeconds: "129600" });
    expect("xml" in longest && textOf(longest.xml, "Expiration")).toBe("2026-01-03T15:04:05Z");
    expect(await sts(ADMIN_KEY, "GetSessionToken", { DurationSeconds: "129601" })).toEqual({
      status: 400,
      code: "ValidationError",
      message:
        "1 validation error detected: Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 129600",
    });
  });
});

describe("GetFederationToken", () => {
  const listUsers = (by: Credentials): Promise<Answer> =>
    callApi(world, by, "iam", { Action: "ListUsers" });

  async function mayConnect(by: Required<Credentials>): Promise<string> {
    const found = await world.accounts.findAccessKey(by.accessKeyId, by.sessionToken);
    if (found.kind !== "found") throw new Error(found.reason);
    const { caller } = found.accessKey;
    const { kind, arn, accountId, issuerArn } = caller;
    const principal = { kind, arn, accountId, ...(issuerArn === undefined ? {} : { issuerArn }) };
    const request = { principal, action: "dsql:DbConnect", resource: "*", keys: new Map() };
    const { kind: decided, decidedBy } = world.accounts.authorize(caller, request);
    return `${decided} ${decidedBy ?? ""}`;
  }

  const policy = (action: string): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
    });

  test.each([
    ["without policy nothing is allowed", {}, "ImplicitDeny session"],
    ["a policy that allows", { Policy: policy("dsql:*") }, "Allow identity-based"],
    ["a policy that allows something else", { Policy: policy("s3:*") }, "ImplicitDeny session"],
    [
      "a managed policy",
      { "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/AdministratorAccess" },
      "Allow identity-based",
    ],
  ])("%s", async (_case, parameters: Record<string, string>, decided) => {
    const answer = await sts(ADMIN_KEY, "GetFederationToken", { ...FEDERATED, ...parameters });
    expect("xml" in answer && textOf(answer.xml, "FederatedUserId")).toBe(`${ACCOUNT}:visitor`);
    expect(await mayConnect(credentialsOf(answer))).toBe(decided);
  });

  test("what the user may no longer do, the session may not", async () => {
    const session = credentialsOf(
      await sts(ADMIN_KEY, "GetFederationToken", { ...FEDERATED, Policy: ALL }),
    );
    const named = { userName: "administrator", policyName: "inline" };
    world.accounts.directoryOf(ACCOUNT)?.deleteUserPolicy(named);
    expect(await mayConnect(session)).toBe("ImplicitDeny identity-based");
  });

  test("the tags of the user go with those of the session, which are over them", async () => {
    const { accessKeyId, sessionToken } = credentialsOf(
      await sts(ADMIN_KEY, "GetFederationToken", {
        ...FEDERATED,
        ...tagParameters({ Team: "red" }),
      }),
    );
    const found = await world.accounts.findAccessKey(accessKeyId, sessionToken);
    expect(found.kind === "found" && found.accessKey.caller.tags).toEqual({
      Team: "red",
      Own: "1",
    });
  });

  test("TagSession is asked with the tags", async () => {
    const document = {
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "sts:GetFederationToken", Resource: "*" },
        {
          Effect: "Allow",
          Action: "sts:TagSession",
          Resource: "*",
          Condition: { StringEquals: { "aws:RequestTag/Team": "red" } },
        },
      ],
    };
    world.accounts.directoryOf(ACCOUNT)?.putUserPolicy({
      userName: "administrator",
      policyName: "inline",
      policyDocument: JSON.stringify(document),
    });
    const tagged = (team: string): Promise<Answer> =>
      sts(ADMIN_KEY, "GetFederationToken", { ...FEDERATED, ...tagParameters({ Team: team }) });
    expect((await tagged("red")).status).toBe(200);
    expect(await tagged("green")).toEqual({
      status: 403,
      code: "AccessDenied",
      message: `User: arn:aws:iam::${ACCOUNT}:user/administrator is not authorized to perform: sts:TagSession on resource: arn:aws:sts::${ACCOUNT}:federated-user/visitor because no identity-based policy allows the sts:TagSession action`,
    });
  });

  test("who may not", async () => {
    expect(await sts(DENIED_KEY, "GetFederationToken", FEDERATED)).toEqual({
      status: 403,
      code: "AccessDenied",
      message: `User: ${DENIED} is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${ACCOUNT}:federated-user/visitor with an explicit deny in an identity-based policy`,
    });
  });

  test("what kinds of sessions cannot call, whatever their policies say", async () => {
    const user = credentialsOf(await sts(ADMIN_KEY, "GetSessionToken"));
    const federated = credentialsOf(
      await sts(ADMIN_KEY, "GetFederationToken", { ...FEDERATED, Policy: ALL }),
    );
    const role = credentialsOf(await sts(ADMIN_KEY, "AssumeRole", SESSION));
    const without = (operation: string): Answer => ({
      status: 403,
      code: "AccessDenied",
      message: `Cannot call ${operation} with session credentials`,
    });
    for (const session of [user, federated, role]) {
      expect(await sts(session, "GetSessionToken")).toEqual(without("GetSessionToken"));
      expect(await sts(session, "GetFederationToken", FEDERATED)).toEqual(
        without("GetFederationToken"),
      );
      expect((await sts(session, "GetCallerIdentity")).status).toBe(200);
    }
    expect((await sts(user, "AssumeRole", SESSION)).status).toBe(200);
    expect(await sts(federated, "AssumeRole", SESSION)).toEqual(INVALID);
    expect((await sts(role, "AssumeRole", SESSION)).status).toBe(200);
    expect(await listUsers(user)).toEqual(INVALID);
    expect(await listUsers(federated)).toEqual(INVALID);
    expect((await listUsers(role)).status).toBe(200);
  });
});
