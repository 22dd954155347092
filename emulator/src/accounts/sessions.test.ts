import { afterEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  type AccountsWorld,
  ALLOW_ALL,
  makeAccountsWorld,
  NOBODY,
  userWithKey,
} from "../../test/fixtures/aws/accounts-world.ts";
import type { FixedClock } from "../../test/support/fixed-clock.ts";
import {
  type AccountMembership,
  type Caller,
  type Decision,
  type NewSession,
  parsePolicyText,
  requestPrincipal,
} from "../iam/index.ts";

const KEY = { accessKeyId: "AKIAFAKEFAKEFAKEUSER", secretAccessKey: "fake-user-secret" };
const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" }],
};
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/app`;
const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

const worlds: AccountsWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.app.close();
});

function makeWorld(
  options: { clock?: FixedClock; sessionKey?: Uint8Array; membership?: AccountMembership } = {},
): AccountsWorld {
  const { membership, ...more } = options;
  const declared = { ...NOBODY, users: [userWithKey("alice", KEY, ALLOW_ALL)] };
  const world = makeAccountsWorld({ accounts: [{ declared, membership }], ...more });
  worlds.push(world);
  world.accounts.directoryOf(ACCOUNT)?.createRole({
    roleName: "app",
    assumeRolePolicyDocument: JSON.stringify(TRUST),
  });
  const attached = { roleName: "app", policyArn: ADMINISTRATOR };
  world.accounts.directoryOf(ACCOUNT)?.attachRolePolicy(attached);
  return world;
}

type Issued = Awaited<ReturnType<AccountsWorld["sessionTokens"]["issue"]>>;

async function roleSession(world: AccountsWorld, more: Partial<NewSession> = {}): Promise<Issued> {
  const roleId = world.accounts.directoryOf(ACCOUNT)?.findRole(ROLE_ARN)?.role.roleId ?? "";
  return world.sessionTokens.issue({
    accountId: ACCOUNT,
    principal: { kind: "assumed-role", roleId, sessionName: "work" },
    durationSeconds: 900,
    tags: {},
    transitiveTagKeys: [],
    ...more,
  });
}

/** The caller, or why there is none. */
async function find(
  world: AccountsWorld,
  { accessKeyId, sessionToken }: Pick<Issued, "accessKeyId" | "sessionToken">,
): Promise<Caller | string> {
  const found = await world.accounts.findAccessKey(accessKeyId, sessionToken);
  if (found.kind === "unknown") return found.reason;
  return found.accessKey.sessionProblem?.reason ?? found.accessKey.caller;
}

async function decide(
  world: AccountsWorld,
  session: Issued,
  resourceAccountId = ACCOUNT,
): Promise<Pick<Decision, "kind" | "decidedBy">> {
  const caller = await find(world, session);
  if (typeof caller === "string") throw new Error(caller);
  const { kind, decidedBy } = world.accounts.authorize(caller, {
    principal: requestPrincipal(caller),
    action: "dsql:DbConnect",
    resource: `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/a`,
    resourceAccountId,
    keys: new Map(),
  });
  return { kind, decidedBy };
}

const ALLOWED = { kind: "Allow", decidedBy: "identity-based" };
const NOT_OURS = (id: string): string =>
  `the session token is not the one that the emulator's STS gave for \`${id}\``;

describe("temporary credentials", () => {
  test("are good until they end, by the emulator's clock", async () => {
    const world = makeWorld();
    const session = await roleSession(world);
    world.clock.advance(899_999);
    expect(await decide(world, session)).toEqual(ALLOWED);
    world.clock.advance(1);
    expect(await find(world, session)).toBe(
      `the temporary credentials \`${session.accessKeyId}\` expired at 2026-01-02T03:19:05.000Z, the emulator's clock is 2026-01-02T03:19:05.000Z`,
    );
  });

  test("survive a restart with the same key, and no other one", async () => {
    const world = makeWorld();
    // Of a user, whose id is the same at each start.
    const userId = world.accounts.directoryOf(ACCOUNT)?.getUser({ userName: "alice" }).userId ?? "";
    const session = await roleSession(world, { principal: { kind: "user", userId } });
    expect(await find(makeWorld(), session)).toMatchObject({ kind: "user", userName: "alice" });
    expect(await find(makeWorld({ sessionKey: new Uint8Array(32).fill(8) }), session)).toBe(
      NOT_OURS(session.accessKeyId),
    );
  });

  test("a token goes with its own key id only, and only as it is", async () => {
    const world = makeWorld();
    const [one, other] = [await roleSession(world), await roleSession(world)];
    const { accessKeyId } = one;
    expect(one.secretAccessKey).not.toBe(other.secretAccessKey);
    const [head = "", payload = "", signature = ""] = one.sessionToken.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as object;
    const longer = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString(
      "base64url",
    );
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    for (const sessionToken of [
      other.sessionToken,
      "",
      "x",
      `${head}.${longer}.${signature}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${one.sessionToken}x`,
      one.sessionToken.slice(0, -2),
    ]) {
      expect(await find(world, { accessKeyId, sessionToken })).toBe(NOT_OURS(accessKeyId));
    }
    expect(one.sessionToken).not.toContain(one.secretAccessKey);
    expect(JSON.stringify(claims)).not.toContain(one.secretAccessKey);
  });

  test("a key of a session without its token, and a long-term key with one", async () => {
    const world = makeWorld();
    const { accessKeyId, sessionToken } = await roleSession(world);
    const found = await world.accounts.findAccessKey(accessKeyId, undefined);
    expect(found).toEqual({
      kind: "unknown",
      reason: `\`${accessKeyId}\` is a temporary access key, but no session token came with it: set AWS_SESSION_TOKEN`,
    });
    expect(await find(world, { accessKeyId: KEY.accessKeyId, sessionToken })).toBe(
      `the token carries X-Amz-Security-Token, but \`${KEY.accessKeyId}\` is a long-term access key: unset AWS_SESSION_TOKEN`,
    );
  });

  test("are of the role that they were made for, not of another of its name", async () => {
    const world = makeWorld();
    const directory = world.accounts.directoryOf(ACCOUNT);
    const roleId = directory?.getRole({ roleName: "app" }).roleId ?? "";
    const session = await roleSession(world);
    directory?.detachRolePolicy({ roleName: "app", policyArn: ADMINISTRATOR });
    expect(await decide(world, session)).toEqual({
      kind: "ImplicitDeny",
      decidedBy: "identity-based",
    });
    directory?.deleteRole({ roleName: "app" });
    const gone = `the temporary credentials \`${session.accessKeyId}\` are of role ${roleId}, which is no longer there`;
    expect(await find(world, session)).toBe(gone);
    directory?.createRole({ roleName: "app", assumeRolePolicyDocument: JSON.stringify(TRUST) });
    expect(await find(world, session)).toBe(gone);
  });

  test("of a user go on when it is renamed, and end when it is deleted", async () => {
    const world = makeWorld();
    const directory = world.accounts.directoryOf(ACCOUNT);
    const userId = directory?.createUser({ userName: "bob" }).userId ?? "";
    const session = await roleSession(world, { principal: { kind: "user", userId } });
    directory?.updateUser({ userName: "bob", newUserName: "rob" });
    expect(await find(world, session)).toMatchObject({ arn: `arn:aws:iam::${ACCOUNT}:user/rob` });
    directory?.deleteUser({ userName: "rob" });
    expect(await find(world, session)).toBe(
      `the temporary credentials \`${session.accessKeyId}\` are of user ${userId}, which is no longer there`,
    );
  });
});

describe("policies of sessions are read at each decision", () => {
  const own = { policyName: "own", policyDocument: JSON.stringify(ALLOW_ALL) };
  const OWN_ARN = `arn:aws:iam::${ACCOUNT}:policy/own`;

  test("a managed session policy that is gone allows nothing", async () => {
    const world = makeWorld();
    const directory = world.accounts.directoryOf(ACCOUNT);
    directory?.createPolicy(own);
    const session = await roleSession(world, { policies: { managed: [OWN_ARN] } });
    expect(await decide(world, session)).toEqual(ALLOWED);
    directory?.deletePolicy({ policyArn: OWN_ARN });
    expect(await decide(world, session)).toEqual({ kind: "ImplicitDeny", decidedBy: "session" });
  });

  test("sessions that began before a time are revoked by a policy", async () => {
    const world = makeWorld();
    const early = await roleSession(world);
    world.clock.advance(60_000);
    const late = await roleSession(world);
    const revoke = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Action: "*",
          Resource: "*",
          Condition: { DateLessThan: { "aws:TokenIssueTime": "2026-01-02T03:05:00Z" } },
        },
      ],
    };
    world.accounts.directoryOf(ACCOUNT)?.putRolePolicy({
      roleName: "app",
      policyName: "AWSRevokeOlderSessions",
      policyDocument: JSON.stringify(revoke),
    });
    expect(await decide(world, early)).toEqual({
      kind: "ExplicitDeny",
      decidedBy: "identity-based",
    });
    expect(await decide(world, late)).toEqual(ALLOWED);
  });

  const policies = (document: object, use: "identity" | "resource-control") => [
    {
      document: parsePolicyText(JSON.stringify(document), use).document,
      source: { kind: "managed", name: "p", attachedTo: "root" } as const,
    },
  ];
  const nothing = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Action: "dsql:*", Resource: "*" }],
  };
  const forAll = {
    Version: "2012-10-17",
    Statement: [{ ...nothing.Statement[0], Principal: "*" }],
  };
  const place = { organizationId: "o-a1b2c3d4e5", path: "o-a1b2c3d4e5/r-ab12/" };
  const serviceControl = [policies(nothing, "identity")];
  const resourceControl = [policies(forAll, "resource-control")];

  test.each<[string, AccountMembership, object]>([
    [
      "a service control policy",
      { ...place, serviceControl },
      { kind: "ExplicitDeny", decidedBy: "service-control" },
    ],
    [
      "a resource control policy",
      { ...place, resourceControl },
      { kind: "ExplicitDeny", decidedBy: "resource-control" },
    ],
    [
      "a level that allows nothing",
      { ...place, serviceControl: [policies(ALLOW_ALL, "identity"), []] },
      { kind: "ImplicitDeny", decidedBy: "service-control" },
    ],
    ["none, as over the management account", place, ALLOWED],
  ])(
    "%s limits the sessions of a role, not of a service-linked one",
    async (_case, membership, decision) => {
      const world = makeWorld({ membership });
      expect(await decide(world, await roleSession(world))).toEqual(decision);
      const linked = world.accounts
        .directoryOf(ACCOUNT)
        ?.createServiceLinkedRole({ awsServiceName: "dsql.amazonaws.com" });
      const principal = {
        kind: "assumed-role",
        roleId: linked?.roleId ?? "",
        sessionName: "s",
      } as const;
      const decided = await decide(world, await roleSession(world, { principal }));
      expect(decided).toEqual({ kind: "ImplicitDeny", decidedBy: "identity-based" });
    },
  );
});
