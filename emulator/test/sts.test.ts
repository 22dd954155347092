/** STS with the SDK's client: who may begin which session, and what the session is. */
import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AccessKey, DeclaredAccount, DeclaredRole, DeclaredUser } from "../src/iam/index.ts";
import {
  ACCOUNT,
  type AccountsWorld,
  ADMIN_KEY,
  ALLOW_ALL,
  makeAccountsWorld,
  NOBODY,
  userWithKey,
} from "./fixtures/aws/accounts-world.ts";
import { FixedClock } from "./support/fixed-clock.ts";

const OTHER_ACCOUNT = "210987654321";
const IAM = `arn:aws:iam::${ACCOUNT}`;
const ISSUER = "https://idp.example.com/realm";
const PROVIDER = `${IAM}:oidc-provider/idp.example.com/realm`;
const BOB_KEY = { accessKeyId: "AKIAFAKEBOBSFAKEKEY0", secretAccessKey: "fake-secret-of-bob" };
const EVE_KEY = { accessKeyId: "AKIAFAKEEVESFAKEKEY0", secretAccessKey: "fake-secret-of-eve" };
const SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const DEVICE = `${IAM}:mfa/bob`;
const CONNECT = { Effect: "Allow", Action: "dsql:DbConnect*", Resource: "*" };
const HOUR = 3600;

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

function document(...Statement: readonly object[]): {
  Version: string;
  Statement: readonly object[];
} {
  return { Version: "2012-10-17", Statement };
}

function allow(Action: string | readonly string[], rest: object = {}): object {
  return { Effect: "Allow", Action, Resource: "*", ...rest };
}

function trust(
  Principal: object | string,
  rest: object = {},
  Action: unknown = "sts:AssumeRole",
): object {
  return { Effect: "Allow", Principal, Action, ...rest };
}

function role(
  name: string,
  statements: readonly object[],
  more: Partial<DeclaredRole> = {},
): DeclaredRole {
  return {
    name,
    path: "/",
    policies: [{ name: "connect", document: { ...document(CONNECT) } }],
    managedPolicies: [],
    trustPolicy: { ...document(...statements) },
    maxSessionDuration: HOUR,
    tags: {},
    ...more,
  };
}

const BOB = `${IAM}:user/bob`;
const TAGGING = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
const ROLES: readonly DeclaredRole[] = [
  role("by-arn", [trust({ AWS: BOB })], { path: "/service/", maxSessionDuration: 2 * HOUR }),
  role("by-account", [trust({ AWS: ACCOUNT })]),
  role("external", [
    trust({ AWS: BOB }, { Condition: { StringEquals: { "sts:ExternalId": "blue" } } }),
  ]),
  role("second-factor", [
    trust({ AWS: BOB }, { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }),
  ]),
  role("tagged", [trust({ AWS: BOB }, {}, TAGGING)], { tags: { Team: "role", Cost: "7" } }),
  role("chained", [trust({ AWS: ACCOUNT }, {}, TAGGING)], { maxSessionDuration: 4 * HOUR }),
  role("denying", [trust({ AWS: BOB }), { ...trust("*"), Effect: "Deny" }]),
  role("web", [
    trust(
      { Federated: PROVIDER },
      { Condition: { StringLike: { "idp.example.com/realm:sub": "repo:blue/*" } } },
      "sts:AssumeRoleWithWebIdentity",
    ),
  ]),
  role("web-tagged", [
    trust({ Federated: PROVIDER }, {}, [
      "sts:AssumeRoleWithWebIdentity",
      "sts:TagSession",
      "sts:SetSourceIdentity",
    ]),
  ]),
];

let signing: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
let world: AccountsWorld;
let url: string;
let account: DeclaredAccount;

beforeAll(async () => {
  signing = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(signing.publicKey)), kid: "one", alg: "RS256" };
  const bob: DeclaredUser = {
    ...userWithKey(
      "bob",
      BOB_KEY,
      document(
        allow([
          "sts:AssumeRole",
          "sts:TagSession",
          "sts:SetSourceIdentity",
          "sts:GetFederationToken",
          "iam:List*",
        ]),
        CONNECT,
      ),
    ),
    mfaDevices: [{ serialNumber: DEVICE, seed: SEED }],
    tags: { Owner: "bob" },
  };
  account = {
    ...NOBODY,
    users: [userWithKey("administrator", ADMIN_KEY, ALLOW_ALL), bob, userWithKey("eve", EVE_KEY)],
    roles: ROLES,
    policies: [
      {
        name: "nothing-but-admin",
        path: "/",
        versions: [
          { id: "v1", document: { ...document(allow("dsql:DbConnectAdmin")) }, isDefault: true },
        ],
        tags: {},
      },
    ],
    oidcProviders: [
      {
        url: ISSUER,
        clientIds: ["sts.amazonaws.com"],
        thumbprints: [],
        tags: {},
        keys: { jwks: { keys: [jwk] } },
      },
    ],
  };
});

beforeEach(async () => {
  // The SDK signs by the system's clock.
  const clock = new FixedClock(new Date().toISOString());
  const other = {
    ...NOBODY,
    accountId: OTHER_ACCOUNT,
    roles: [
      role("foreign", [trust({ AWS: BOB })]),
      role("closed", [trust({ AWS: OTHER_ACCOUNT })]),
    ],
  };
  world = makeAccountsWorld({ accounts: [{ declared: account }, { declared: other }], clock });
  url = await world.app.listen({ host: "127.0.0.1", port: 0 });
  return () => world.app.close();
});

afterAll(() => {
  expect(world.internalErrors).toEqual([]);
});

function sts(credentials: Keys): STSClient {
  const systemClockOffset = world.clock.now().getTime() - Date.now();
  return new STSClient({
    endpoint: url,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    systemClockOffset,
  });
}

async function assume(
  credentials: Keys,
  roleName: string,
  more: Partial<AssumeRoleCommandInput> = {},
): Promise<Keys> {
  const input = { RoleArn: `${IAM}:role/${roleName}`, RoleSessionName: "job-7", ...more };
  const { Credentials } = await sts(credentials).send(new AssumeRoleCommand(input));
  return keysOf(Credentials);
}

function keysOf(
  credentials:
    | {
        AccessKeyId?: string | undefined;
        SecretAccessKey?: string | undefined;
        SessionToken?: string | undefined;
      }
    | undefined,
): Keys {
  return {
    accessKeyId: credentials?.AccessKeyId ?? "",
    secretAccessKey: credentials?.SecretAccessKey ?? "",
    sessionToken: credentials?.SessionToken ?? "",
  };
}

/** `Code status: message` of a refusal; `allowed` if there is none. */
async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    const { name, message, $metadata } = error as {
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number };
    };
    return `${name} ${$metadata?.httpStatusCode ?? 0}: ${message}`;
  }
}

async function found({ accessKeyId, sessionToken }: Keys): Promise<AccessKey> {
  const result = await world.accounts.findAccessKey(accessKeyId, sessionToken);
  if (result.kind === "unknown") throw new Error(result.reason);
  return result.accessKey;
}

/** Whether the holder may connect with an action, as connections are decided. */
async function mayConnect(keys: Keys, action: string): Promise<string> {
  const { caller } = await found(keys);
  const request = {
    principal: caller,
    action: `dsql:${action}`,
    resource: `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/${"a".repeat(26)}`,
    resourceAccountId: ACCOUNT,
    keys: new Map<string, readonly string[]>(),
  };
  const { kind, decidedBy } = world.accounts.authorize(caller, request);
  return kind === "Allow" ? "allowed" : `${kind} by ${decidedBy ?? "nobody"}`;
}

/** The password that the device shows. */
function passwordNow(seed = SEED, steps = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = seed.replace(/./g, (one) => alphabet.indexOf(one).toString(2).padStart(5, "0"));
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(world.clock.now().getTime() / 30_000) + steps));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
}

const DENIED = (roleArn: string, why: string, who = BOB): string =>
  `AccessDenied 403: User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}${why}`;
const UNTRUSTED = " because no role trust policy allows the sts:AssumeRole action";

describe("AssumeRole", () => {
  test("gives a session of the role, by its name and with its path left out", async () => {
    const answer = await sts(BOB_KEY).send(
      new AssumeRoleCommand({ RoleArn: `${IAM}:role/service/by-arn`, RoleSessionName: "job-7" }),
    );
    const keys = keysOf(answer.Credentials);
    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(keys.secretAccessKey).toHaveLength(40);
    const issued = Math.floor(world.clock.now().getTime() / 1000);
    expect(answer.Credentials?.Expiration).toEqual(new Date((issued + HOUR) * 1000));
    const roleId =
      world.accounts.directoryOf(ACCOUNT)?.getRole({ roleName: "by-arn" }).roleId ?? "";
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/by-arn/job-7`;
    expect(answer.AssumedRoleUser).toEqual({ AssumedRoleId: `${roleId}:job-7`, Arn: arn });
    const identity = await sts(keys).send(new GetCallerIdentityCommand({}));
    expect([identity.Arn, identity.UserId, identity.Account]).toEqual([
      arn,
      `${roleId}:job-7`,
      ACCOUNT,
    ]);
    expect(await mayConnect(keys, "DbConnect")).toBe("allowed");
    expect((await found(keys)).caller.issuerArn).toBe(`${IAM}:role/service/by-arn`);
  });

  test.each<[string, string, Keys, Partial<AssumeRoleCommandInput>, string]>([
    ["trusts an account whose policy allows it", "by-account", BOB_KEY, {}, "allowed"],
    [
      "does not take the account's trust for a user without a policy",
      "by-account",
      EVE_KEY,
      {},
      DENIED(
        `${IAM}:role/by-account`,
        " because no identity-based policy allows the sts:AssumeRole action",
        `${IAM}:user/eve`,
      ),
    ],
    [
      "does not trust another user",
      "service/by-arn",
      EVE_KEY,
      {},
      DENIED(`${IAM}:role/service/by-arn`, UNTRUSTED, `${IAM}:user/eve`),
    ],
    ["takes the external id", "external", BOB_KEY, { ExternalId: "blue" }, "allowed"],
    [
      "not another one",
      "external",
      BOB_KEY,
      { ExternalId: "red" },
      DENIED(`${IAM}:role/external`, UNTRUSTED),
    ],
    ["not none", "external", BOB_KEY, {}, DENIED(`${IAM}:role/external`, UNTRUSTED)],
    [
      "obeys a deny of the trust policy",
      "denying",
      BOB_KEY,
      {},
      DENIED(`${IAM}:role/denying`, " with an explicit deny in the role trust policy"),
    ],
    [
      "does not tell that a role is not there",
      "nowhere",
      BOB_KEY,
      {},
      DENIED(`${IAM}:role/nowhere`, ""),
    ],
    [
      "does not find a role under another path",
      "by-arn",
      BOB_KEY,
      {},
      DENIED(`${IAM}:role/by-arn`, ""),
    ],
    [
      "does not take what is no ARN of a role",
      "",
      BOB_KEY,
      { RoleArn: `${IAM}:user/bob-of-the-builders` },
      `ValidationError 400: ${IAM}:user/bob-of-the-builders is invalid`,
    ],
    [
      "limits a session to the role's maximum",
      "by-account",
      BOB_KEY,
      { DurationSeconds: HOUR + 1 },
      "ValidationError 400: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ],
    [
      "lets it be as long as that",
      "service/by-arn",
      BOB_KEY,
      { DurationSeconds: 2 * HOUR },
      "allowed",
    ],
    [
      "does not take a shorter one than 15 minutes",
      "by-account",
      BOB_KEY,
      { DurationSeconds: 899 },
      "ValidationError 400: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      "does not take a session's name with a space",
      "by-account",
      BOB_KEY,
      { RoleSessionName: "a b" },
      "ValidationError 400: 1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      "wants sts:TagSession for tags",
      "service/by-arn",
      BOB_KEY,
      { Tags: [{ Key: "Team", Value: "blue" }] },
      `AccessDenied 403: User: ${BOB} is not authorized to perform: sts:TagSession on resource: ${IAM}:role/service/by-arn because no role trust policy allows the sts:TagSession action`,
    ],
    [
      "wants sts:SetSourceIdentity for a source identity",
      "service/by-arn",
      BOB_KEY,
      { SourceIdentity: "alice" },
      `AccessDenied 403: User: ${BOB} is not authorized to perform: sts:SetSourceIdentity on resource: ${IAM}:role/service/by-arn because no role trust policy allows the sts:SetSourceIdentity action`,
    ],
    [
      "does not take a tag twice",
      "tagged",
      BOB_KEY,
      {
        Tags: [
          { Key: "Team", Value: "a" },
          { Key: "TEAM", Value: "b" },
        ],
      },
      "InvalidParameterValue 400: Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ],
    [
      "does not take a transitive key without its tag",
      "tagged",
      BOB_KEY,
      { TransitiveTagKeys: ["Team"] },
      "InvalidParameterValue 400: The specified transitive tag key must be included in the requested tags.",
    ],
    [
      "does not take a session policy that is none",
      "by-account",
      BOB_KEY,
      { Policy: "{" },
      "MalformedPolicyDocumentException 400: This policy contains invalid Json",
    ],
    [
      "does not take a managed session policy that is not there",
      "by-account",
      BOB_KEY,
      { PolicyArns: [{ arn: `${IAM}:policy/nowhere` }] },
      `ValidationError 400: The specified policy ${IAM}:policy/nowhere does not exist`,
    ],
  ])("%s", async (_name, roleName, keys, more, expected) => {
    expect(await outcome(assume(keys, roleName, more))).toBe(expected);
  });

  test("reaches a role of another account that trusts the caller, and none that does not", async () => {
    const foreign = `arn:aws:iam::${OTHER_ACCOUNT}:role/foreign`;
    const keys = await assume(BOB_KEY, "", { RoleArn: foreign });
    const { Arn } = await sts(keys).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/foreign/job-7`);
    const closed = `arn:aws:iam::${OTHER_ACCOUNT}:role/closed`;
    expect(await outcome(assume(BOB_KEY, "", { RoleArn: closed }))).toBe(DENIED(closed, UNTRUSTED));
  });

  test("session policies limit what the role may, the inline one and the managed ones together", async () => {
    const inline = await assume(BOB_KEY, "by-account", {
      Policy: JSON.stringify(document(allow("dsql:DbConnect"))),
    });
    expect(await mayConnect(inline, "DbConnect")).toBe("allowed");
    expect(await mayConnect(inline, "DbConnectAdmin")).toBe("ImplicitDeny by session");
    const managed = await assume(BOB_KEY, "by-account", {
      PolicyArns: [{ arn: `${IAM}:policy/nothing-but-admin` }],
    });
    expect(await mayConnect(managed, "DbConnectAdmin")).toBe("allowed");
    expect(await mayConnect(managed, "DbConnect")).toBe("ImplicitDeny by session");
    world.accounts
      .directoryOf(ACCOUNT)
      ?.deletePolicy({ policyArn: `${IAM}:policy/nothing-but-admin` });
    expect(await mayConnect(managed, "DbConnectAdmin")).toBe("ImplicitDeny by session");
    // What the role itself may not, no session policy gives.
    const more = await assume(BOB_KEY, "by-account", { Policy: JSON.stringify(ALLOW_ALL) });
    expect(await mayConnect(more, "GetCluster")).toBe("ImplicitDeny by identity-based");
  });

  test("session tags win over those of the role, and transitive ones go on", async () => {
    const first = await assume(BOB_KEY, "tagged", {
      Tags: [
        { Key: "Team", Value: "blue" },
        { Key: "Own", Value: "1" },
      ],
      TransitiveTagKeys: ["Team"],
      SourceIdentity: "alice",
    });
    expect((await found(first)).caller.tags).toEqual({ Team: "blue", Own: "1", Cost: "7" });
    const world2 = world.accounts.directoryOf(ACCOUNT);
    world2?.putRolePolicy({
      roleName: "tagged",
      policyName: "chain",
      policyDocument: JSON.stringify(document(allow(TAGGING))),
    });
    const second = await assume(first, "chained");
    const { caller } = await found(second);
    expect(caller.tags).toEqual({ Team: "blue" });
    expect(caller.session?.sourceIdentity).toBe("alice");
    expect(await outcome(assume(first, "chained", { Tags: [{ Key: "team", Value: "red" }] }))).toBe(
      "InvalidParameterValue 400: One or more of the requested session tags cannot be set: it is a transitive tag of the calling session.",
    );
    expect(await outcome(assume(first, "chained", { SourceIdentity: "bob" }))).toBe(
      "ValidationError 400: The source identity of the calling session cannot be changed.",
    );
    expect(await outcome(assume(first, "chained", { DurationSeconds: HOUR + 1 }))).toBe(
      "ValidationError 400: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  });

  test("a second factor is a password of the caller's device, once", async () => {
    const wanted = { SerialNumber: DEVICE, TokenCode: passwordNow() };
    expect(await outcome(assume(BOB_KEY, "second-factor"))).toBe(
      DENIED(`${IAM}:role/second-factor`, UNTRUSTED),
    );
    expect(await outcome(assume(BOB_KEY, "second-factor", wanted))).toBe("allowed");
    const failed = "AccessDenied 403: MultiFactorAuthentication failed";
    expect(await outcome(assume(BOB_KEY, "second-factor", wanted))).toBe(
      `${failed} with invalid MFA one time pass code.`,
    );
    world.clock.advance(90_000);
    expect(
      await outcome(assume(BOB_KEY, "second-factor", { ...wanted, TokenCode: "000000" })),
    ).toBe(`${failed} with invalid MFA one time pass code.`);
    expect(await outcome(assume(BOB_KEY, "second-factor", { SerialNumber: DEVICE }))).toBe(
      `${failed}, must provide both MFA serial number and one time pass code.`,
    );
    expect(
      await outcome(assume(EVE_KEY, "second-factor", { ...wanted, TokenCode: passwordNow() })),
    ).toBe(
      `${failed}, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.`,
    );
    expect(
      await outcome(assume(BOB_KEY, "second-factor", { ...wanted, TokenCode: passwordNow() })),
    ).toBe("allowed");
  });
});

describe("the end of a session", () => {
  test("comes by the emulator's clock", async () => {
    const keys = await assume(BOB_KEY, "by-account", { DurationSeconds: 900 });
    world.clock.advance(899_000);
    expect((await found(keys)).sessionProblem).toBeUndefined();
    world.clock.advance(1_000);
    expect((await found(keys)).sessionProblem?.kind).toBe("expired");
    const call = sts({ ...keys }).send(new GetCallerIdentityCommand({}));
    expect(await outcome(call)).toBe(
      "ExpiredToken 403: The security token included in the request is expired",
    );
  });

  test("comes for all that were begun before a moment with a policy on aws:TokenIssueTime", async () => {
    const keys = await assume(BOB_KEY, "by-account");
    const policyDocument = JSON.stringify(
      document({
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: {
          DateLessThan: {
            "aws:TokenIssueTime": new Date(world.clock.now().getTime() + 5_000).toISOString(),
          },
        },
      }),
    );
    const name = { roleName: "by-account", policyName: "AWSRevokeOlderSessions", policyDocument };
    world.accounts.directoryOf(ACCOUNT)?.putRolePolicy(name);
    expect(await mayConnect(keys, "DbConnect")).toBe("ExplicitDeny by identity-based");
    world.clock.advance(10_000);
    expect(await mayConnect(await assume(BOB_KEY, "by-account"), "DbConnect")).toBe("allowed");
  });

  test("comes with the role, also if another one takes its name", async () => {
    const keys = await assume(BOB_KEY, "by-account");
    const directory = world.accounts.directoryOf(ACCOUNT);
    directory?.deleteRolePolicy({ roleName: "by-account", policyName: "connect" });
    directory?.deleteRole({ roleName: "by-account" });
    const assumeRolePolicyDocument = JSON.stringify(document(trust({ AWS: ACCOUNT })));
    directory?.createRole({ roleName: "by-account", assumeRolePolicyDocument });
    await expect(found(keys)).rejects.toThrow("which is no longer there");
    expect(await outcome(sts(keys).send(new GetCallerIdentityCommand({})))).toBe(
      "InvalidClientTokenId 403: The security token included in the request is invalid.",
    );
  });

  test.each<[string, (keys: Keys) => Keys]>([
    ["no session token", ({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey })],
    [
      "a changed one",
      (keys) => ({ ...keys, sessionToken: `${keys.sessionToken?.slice(0, -2) ?? ""}AA` }),
    ],
    ["that of another key", (keys) => ({ ...keys, accessKeyId: `ASIA${"A".repeat(16)}` })],
    ["one that is none", (keys) => ({ ...keys, sessionToken: "x" })],
  ])("is now for %s", async (_name, change) => {
    const keys = change(await assume(BOB_KEY, "by-account"));
    expect(await outcome(sts(keys).send(new GetCallerIdentityCommand({})))).toBe(
      "InvalidClientTokenId 403: The security token included in the request is invalid.",
    );
  });

  test("is not known to who has a session token with a long-term key, or the wrong secret", async () => {
    const keys = await assume(BOB_KEY, "by-account");
    const identity = (credentials: Keys): Promise<string> =>
      outcome(sts(credentials).send(new GetCallerIdentityCommand({})));
    expect(await identity({ ...BOB_KEY, sessionToken: keys.sessionToken ?? "" })).toBe(
      "InvalidClientTokenId 403: The security token included in the request is invalid.",
    );
    expect(await identity({ ...keys, secretAccessKey: "fake" })).toMatch(
      /^SignatureDoesNotMatch 403: The request signature we calculated does not match/,
    );
  });
});

interface TokenOptions {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
  readonly algorithm?: string;
  readonly kid?: string;
  readonly lifetimeSeconds?: number;
}

async function webToken({
  claims = {},
  key,
  algorithm = "RS256",
  kid = "one",
  lifetimeSeconds = 600,
}: TokenOptions = {}): Promise<string> {
  const now = Math.floor(world.clock.now().getTime() / 1000);
  return new SignJWT({
    iss: ISSUER,
    aud: "sts.amazonaws.com",
    sub: "repo:blue/app",
    iat: now,
    exp: now + lifetimeSeconds,
    ...claims,
  })
    .setProtectedHeader({ alg: algorithm, kid })
    .sign(key ?? signing.privateKey);
}

function withWebIdentity(token: string, roleName = "web", more = {}): Promise<unknown> {
  const client = new STSClient({ endpoint: url, region: "us-east-1", maxAttempts: 1 });
  return client.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `${IAM}:role/${roleName}`,
      RoleSessionName: "ci",
      WebIdentityToken: token,
      ...more,
    }),
  );
}

const NO_JWT =
  "InvalidIdentityTokenException 400: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
const NO_KEY =
  "InvalidIdentityTokenException 400: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
const NOT_AUTHORIZED = "AccessDenied 403: Not authorized to perform sts:AssumeRoleWithWebIdentity";

describe("AssumeRoleWithWebIdentity", () => {
  test("gives a session of the role that the provider's token is trusted for", async () => {
    const answer = await withWebIdentity(await webToken());
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: "repo:blue/app",
      Provider: PROVIDER,
      Audience: "sts.amazonaws.com",
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/web/ci` },
    });
    const keys = keysOf((answer as { Credentials: object }).Credentials);
    expect((await found(keys)).caller.session?.federatedProvider).toBe(PROVIDER);
    expect(await mayConnect(keys, "DbConnect")).toBe("allowed");
  });

  test("takes tags and source identity from the token", async () => {
    const claims = {
      "https://aws.amazon.com/tags": {
        principal_tags: { Team: ["blue"] },
        transitive_tag_keys: ["Team"],
      },
      "https://aws.amazon.com/source_identity": "alice",
    };
    const answer = await withWebIdentity(await webToken({ claims }), "web-tagged");
    const { caller } = await found(keysOf((answer as { Credentials: object }).Credentials));
    expect(caller.tags).toEqual({ Team: "blue" });
    expect(caller.session).toMatchObject({ transitiveTagKeys: ["Team"], sourceIdentity: "alice" });
    expect(await outcome(withWebIdentity(await webToken({ claims })))).toBe(
      "AccessDenied 403: Not authorized to perform sts:TagSession",
    );
  });

  test.each<[string, TokenOptions, string]>([
    [
      "another subject than the trust policy's",
      { claims: { sub: "repo:red/app" } },
      NOT_AUTHORIZED,
    ],
    [
      "another audience",
      { claims: { aud: "other" } },
      "InvalidIdentityTokenException 400: Incorrect token audience",
    ],
    [
      "the provider's issuer with another last slash",
      { claims: { iss: `${ISSUER}/` } },
      `InvalidIdentityTokenException 400: No OpenIDConnect provider found in your account for ${ISSUER}/`,
    ],
    ["one of several audiences", { claims: { aud: ["other", "sts.amazonaws.com"] } }, "allowed"],
    [
      "another issuer",
      { claims: { iss: "https://elsewhere.example.com" } },
      "InvalidIdentityTokenException 400: No OpenIDConnect provider found in your account for https://elsewhere.example.com",
    ],
    ["a token of the future", { claims: { nbf: 99_999_999_999 } }, NO_JWT],
    ["a key that the provider does not have", { kid: "two" }, NO_KEY],
    [
      "no subject",
      { claims: { sub: undefined } },
      "InvalidIdentityTokenException 400: Incorrect token audience",
    ],
  ])("for %s", async (_name, options, expected) => {
    expect(await outcome(withWebIdentity(await webToken(options)))).toBe(expected);
  });

  test("refuses tokens that the provider has not signed", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    expect(await outcome(withWebIdentity(await webToken({ key: other.privateKey })))).toBe(NO_JWT);
    const token = await webToken();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const forged = Buffer.from(
      JSON.stringify({
        iss: ISSUER,
        aud: "sts.amazonaws.com",
        sub: "repo:blue/x",
        exp: 99_999_999_999,
      }),
    ).toString("base64url");
    const publicPem = signing.publicKey.export({ type: "spki", format: "pem" });
    const hs = Buffer.from('{"alg":"HS256","kid":"one"}').toString("base64url");
    const mac = createHmac("sha256", publicPem).update(`${hs}.${payload}`).digest("base64url");
    for (const bad of [
      `${none}.${payload}.`,
      `${none}.${payload}.AAAA`,
      `${header}.${forged}.${signature}`,
      `${hs}.${payload}.${mac}`,
      "a.b.c",
      "not a token",
    ]) {
      expect([bad.slice(0, 20), await outcome(withWebIdentity(bad))]).toEqual([
        bad.slice(0, 20),
        NO_JWT,
      ]);
    }
  });

  test("says since when a token is over", async () => {
    const token = await webToken({ lifetimeSeconds: 60 });
    world.clock.advance(60_000);
    const now = Math.floor(world.clock.now().getTime() / 1000);
    expect(await outcome(withWebIdentity(token))).toBe(
      `ExpiredTokenException 400: Token expired: current date/time ${now} must be before the expiration date/time ${now}`,
    );
  });

  test("looks nothing up outside of this machine", async () => {
    const clientIDList = ["sts.amazonaws.com"];
    const url2 = "https://keys.example.com";
    world.accounts
      .directoryOf(ACCOUNT)
      ?.createOpenIDConnectProvider({ url: url2, clientIDList, thumbprintList: [], tags: [] });
    expect(await outcome(withWebIdentity(await webToken({ claims: { iss: url2 } })))).toBe(NO_KEY);
  });

  test("is not for a role that is not there, or a provider of OAuth", async () => {
    expect(await outcome(withWebIdentity(await webToken(), "nowhere"))).toBe(NOT_AUTHORIZED);
    expect(
      await outcome(withWebIdentity(await webToken(), "web", { ProviderId: "www.example.com" })),
    ).toBe("ValidationError 400: ProviderId must not be specified for an OpenID Connect token");
  });
});

describe("sessions of users", () => {
  test("GetSessionToken gives the user again, for half a day unless it says so", async () => {
    const { Credentials } = await sts(BOB_KEY).send(new GetSessionTokenCommand({}));
    const keys = keysOf(Credentials);
    const { caller } = await found(keys);
    expect([caller.kind, caller.arn, caller.userName, caller.tags]).toEqual([
      "user",
      BOB,
      "bob",
      { Owner: "bob" },
    ]);
    const seconds =
      ((caller.session?.expiresAt.getTime() ?? 0) - (caller.session?.issuedAt.getTime() ?? 0)) /
      1000;
    expect(seconds).toBe(12 * HOUR);
    expect(await mayConnect(keys, "DbConnect")).toBe("allowed");
    expect(await outcome(assume(keys, "by-account"))).toBe("allowed");
  });

  test("GetFederationToken gives what both the user and the session policy allow", async () => {
    const federated = async (more: object): Promise<Keys> => {
      const input = { Name: "visitor", ...more };
      const answer = await sts(BOB_KEY).send(new GetFederationTokenCommand(input));
      expect(answer.FederatedUser).toEqual({
        FederatedUserId: `${ACCOUNT}:visitor`,
        Arn: `arn:aws:sts::${ACCOUNT}:federated-user/visitor`,
      });
      return keysOf(answer.Credentials);
    };
    const limited = await federated({
      Policy: JSON.stringify(document(allow(["dsql:DbConnect", "dsql:GetCluster"]))),
    });
    expect(await mayConnect(limited, "DbConnect")).toBe("allowed");
    expect(await mayConnect(limited, "DbConnectAdmin")).toBe("ImplicitDeny by session");
    expect(await mayConnect(limited, "GetCluster")).toBe("ImplicitDeny by identity-based");
    expect(await mayConnect(await federated({}), "DbConnect")).toBe("ImplicitDeny by session");
    const { Arn, UserId } = await sts(limited).send(new GetCallerIdentityCommand({}));
    expect([Arn, UserId]).toEqual([
      `arn:aws:sts::${ACCOUNT}:federated-user/visitor`,
      `${ACCOUNT}:visitor`,
    ]);
    expect(
      await outcome(sts(EVE_KEY).send(new GetFederationTokenCommand({ Name: "visitor" }))),
    ).toBe(
      `AccessDenied 403: User: ${IAM}:user/eve is not authorized to perform: sts:GetFederationToken on resource: arn:aws:sts::${ACCOUNT}:federated-user/visitor because no identity-based policy allows the sts:GetFederationToken action`,
    );
  });

  test("cannot call what is not for them", async () => {
    const user = keysOf((await sts(BOB_KEY).send(new GetSessionTokenCommand({}))).Credentials);
    const withFactor = keysOf(
      (
        await sts(BOB_KEY).send(
          new GetSessionTokenCommand({ SerialNumber: DEVICE, TokenCode: passwordNow() }),
        )
      ).Credentials,
    );
    const federated = keysOf(
      (
        await sts(BOB_KEY).send(
          new GetFederationTokenCommand({ Name: "visitor", Policy: JSON.stringify(ALLOW_ALL) }),
        )
      ).Credentials,
    );
    const ofRole = await assume(BOB_KEY, "by-account");
    const users = (credentials: Keys): Promise<string> =>
      outcome(
        new IAMClient({ endpoint: url, region: "us-east-1", credentials }).send(
          new ListUsersCommand({}),
        ),
      );
    const invalid =
      "InvalidClientTokenId 403: The security token included in the request is invalid.";
    expect(await users(user)).toBe(invalid);
    expect(await users(federated)).toBe(invalid);
    expect(await users(withFactor)).toBe("allowed");
    const session = "AccessDenied 403: Cannot call GetSessionToken with session credentials";
    for (const keys of [user, federated, ofRole]) {
      expect(await outcome(sts(keys).send(new GetSessionTokenCommand({})))).toBe(session);
    }
    expect(await outcome(assume(federated, "by-account"))).toBe(invalid);
  });
});

describe("who asks", () => {
  test("GetCallerIdentity cannot be denied", async () => {
    const deny = JSON.stringify(document({ Effect: "Deny", Action: "*", Resource: "*" }));
    world.accounts
      .directoryOf(ACCOUNT)
      ?.putUserPolicy({ userName: "eve", policyName: "nothing", policyDocument: deny });
    const { Arn } = await sts(EVE_KEY).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`${IAM}:user/eve`);
  });

  test("GetAccessKeyInfo reads the account from the key's id", async () => {
    const foreign = await assume(BOB_KEY, "", {
      RoleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/foreign`,
    });
    const admin = sts(ADMIN_KEY);
    const accountOf = async (AccessKeyId: string): Promise<string | undefined> =>
      (await admin.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account;
    expect(await accountOf(foreign.accessKeyId)).toBe(OTHER_ACCOUNT);
    expect(await accountOf(BOB_KEY.accessKeyId)).toBe(ACCOUNT);
    expect(await outcome(accountOf("AKIA0000000000000000"))).toBe(
      "ValidationError 400: AKIA0000000000000000 is not a valid access key id",
    );
    expect(
      await outcome(
        sts(EVE_KEY).send(new GetAccessKeyInfoCommand({ AccessKeyId: BOB_KEY.accessKeyId })),
      ),
    ).toBe(
      `AccessDenied 403: User: ${IAM}:user/eve is not authorized to perform: sts:GetAccessKeyInfo because no identity-based policy allows the sts:GetAccessKeyInfo action`,
    );
  });
});
