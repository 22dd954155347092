import { createHmac } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
  credentialsOf,
  textOf,
} from "../../../../test/fixtures/aws/call-api.ts";
import type { DeclaredDocument, DeclaredRole } from "../../../iam/index.ts";

const ISSUER = "https://id.example.com/tenant";
const BARE = "id.example.com/tenant";
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${BARE}`;
const TAGS = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY = "https://aws.amazon.com/source_identity";
const NOW = Date.parse("2026-01-02T03:04:05Z") / 1000;

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let rsa: Keys;
let ec: Keys;
let strange: Keys;
let jwks: DeclaredDocument;
let world: AccountsWorld;

beforeAll(async () => {
  rsa = await generateKeyPair("RS256", { extractable: true });
  ec = await generateKeyPair("ES256", { extractable: true });
  strange = await generateKeyPair("RS256", { extractable: true });
  jwks = {
    keys: [
      { ...(await exportJWK(rsa.publicKey)), kid: "rsa", use: "sig" },
      { ...(await exportJWK(ec.publicKey)), kid: "ec", use: "sig" },
      { kty: "RSA", n: "AQAB", e: "AQAB", kid: "short" },
    ],
  };
});

function role(name: string, condition: object, actions: readonly string[]): DeclaredRole {
  const statement = {
    Effect: "Allow",
    Principal: { Federated: PROVIDER },
    Action: actions,
    Condition: condition,
  };
  return {
    name,
    path: "/",
    policies: [{ name: "all", document: ALLOW_ALL }],
    managedPolicies: [],
    trustPolicy: { Version: "2012-10-17", Statement: [statement] },
    maxSessionDuration: 3600,
    tags: {},
  };
}

const ASSUME = "sts:AssumeRoleWithWebIdentity";
const ALL = [ASSUME, "sts:TagSession", "sts:SetSourceIdentity"];
const equal = (name: string, value: string): object => ({
  StringEquals: { [`${BARE}:${name}`]: value },
});

beforeEach(() => {
  const roles = [
    role("open", {}, ALL),
    role("only-assume", {}, [ASSUME]),
    role("sub", equal("sub", "repo:a/b"), ALL),
    role("aud", equal("aud", "client"), ALL),
    role("oaud", equal("oaud", "client"), ALL),
    role("azp", equal("aud", "party"), ALL),
    role("email", equal("email", "a@example.com"), ALL),
    role("amr", { "ForAnyValue:StringEquals": { [`${BARE}:amr`]: "mfa" } }, ALL),
    role("provider", { StringEquals: { "aws:FederatedProvider": PROVIDER } }, ALL),
    role("tag", { StringEquals: { "aws:RequestTag/Team": "blue" } }, ALL),
  ];
  world = makeAccountsWorld({
    accounts: [
      {
        declared: {
          ...NOBODY,
          users: [userWithKey("administrator", ADMIN_KEY, ALLOW_ALL)],
          roles,
          oidcProviders: [
            {
              url: ISSUER,
              clientIds: ["client", "party"],
              thumbprints: [],
              tags: {},
              keys: { jwks },
            },
            {
              url: "https://keyless.example.com",
              clientIds: ["client"],
              thumbprints: [],
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

const CLAIMS = { iss: ISSUER, sub: "repo:a/b", aud: "client", iat: NOW, exp: NOW + 600 };

async function tokenOf(
  claims: JWTPayload = {},
  {
    key = rsa.privateKey,
    alg = "RS256",
    kid = "rsa",
  }: { key?: Keys["privateKey"]; alg?: string; kid?: string } = {},
): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
}

async function assume(
  token: string,
  name = "open",
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return callApi(world, undefined, "sts", {
    Action: "AssumeRoleWithWebIdentity",
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    RoleSessionName: "work",
    WebIdentityToken: token,
    ...parameters,
  });
}

function invalid(message: string, code = "InvalidIdentityToken"): Answer {
  return { status: 400, code, message };
}

function denied(action = ASSUME): Answer {
  return { status: 403, code: "AccessDenied", message: `Not authorized to perform ${action}` };
}

const NO_TOKEN = invalid(
  "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
);
const NO_KEY = invalid(
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
);
const WRONG_AUDIENCE = invalid("Incorrect token audience");
const BAD_TAGS = invalid("The session tags in the ID Token are malformed.");
const BAD_SOURCE = invalid("The source identity in the ID Token is malformed.");

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

describe("AssumeRoleWithWebIdentity", () => {
  test("the answer names the session and who the token is of", async () => {
    const answer = await assume(await tokenOf({ [SOURCE_IDENTITY]: "alice" }));
    if (!("xml" in answer)) throw new Error(answer.message);
    const named = (name: string): string | undefined => textOf(answer.xml, name);
    expect({
      subject: named("SubjectFromWebIdentityToken"),
      audience: named("Audience"),
      provider: named("Provider"),
      arn: named("Arn"),
      expiration: named("Expiration"),
      sourceIdentity: named("SourceIdentity"),
    }).toEqual({
      subject: "repo:a/b",
      audience: "client",
      provider: PROVIDER,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/open/work`,
      expiration: "2026-01-02T04:04:05Z",
      sourceIdentity: "alice",
    });
    const identity = await callApi(world, credentialsOf(answer), "sts", {
      Action: "GetCallerIdentity",
    });
    expect("xml" in identity && textOf(identity.xml, "Arn")).toBe(
      `arn:aws:sts::${ACCOUNT}:assumed-role/open/work`,
    );
  });

  test("ES256 is taken too", async () => {
    const token = await tokenOf({}, { key: ec.privateKey, alg: "ES256", kid: "ec" });
    expect((await assume(token)).status).toBe(200);
  });

  test.each([
    ["no token", "abcd"],
    ["two parts", "aa.bb"],
    ["no JSON", "a.b.c"],
    ["no claims", `e30.${base64(null)}.c`],
    ["no issuer", `e30.${base64({})}.c`],
    ["an issuer that is no text", `e30.${base64({ iss: { a: 1 } })}.c`],
    ["four parts", `e30.${base64({ iss: ISSUER })}.c.d`],
    ["a header that is no JSON", `zzz.${base64({ iss: ISSUER })}.c`],
    ["alg none", `${base64({ alg: "none" })}.${base64(CLAIMS)}.x`],
    [
      "a critical header",
      `${base64({ alg: "RS256", kid: "rsa", crit: ["x"], x: 1 })}.${base64(CLAIMS)}.x`,
    ],
    [
      "claims as deep as fits",
      `e30.${Buffer.from(`${"[".repeat(7000)}${"]".repeat(7000)}`).toString("base64url")}.c`,
    ],
  ])("%s is no token", async (_case, token) => {
    expect(await assume(token)).toEqual(NO_TOKEN);
  });

  test("a token that is signed with the public key as a shared secret is none", async () => {
    const head = `${base64({ alg: "HS256", kid: "rsa" })}.${base64(CLAIMS)}`;
    const secret = await exportSPKI(rsa.publicKey);
    const signature = createHmac("sha256", secret).update(head).digest("base64url");
    expect(await assume(`${head}.${signature}`)).toEqual(NO_TOKEN);
  });

  test("a token of another key under a known id is none", async () => {
    expect(await assume(await tokenOf({}, { key: strange.privateKey }))).toEqual(NO_TOKEN);
  });

  test("a token whose claims were changed is none", async () => {
    const [head, , signature] = (await tokenOf()).split(".");
    const changed = `${head ?? ""}.${base64({ ...CLAIMS, sub: "mallory" })}.${signature ?? ""}`;
    expect(await assume(changed)).toEqual(NO_TOKEN);
  });

  test.each(["unknown", "short"])("the key %s is none that can be used", async (kid) => {
    expect(await assume(await tokenOf({}, { kid }))).toEqual(NO_KEY);
  });

  test("keys that are not given are looked for on loopback addresses only", async () => {
    expect(await assume(await tokenOf({ iss: "https://keyless.example.com" }))).toEqual(NO_KEY);
  });

  test("an issuer that is no provider of the account", async () => {
    const iss = "https://id.example.com";
    expect(await assume(await tokenOf({ iss }))).toEqual(
      invalid(`No OpenIDConnect provider found in your account for ${iss}`),
    );
  });

  test.each([
    [
      "at its end",
      { exp: NOW },
      `Token expired: current date/time ${NOW} must be before the expiration date/time ${NOW}`,
    ],
    [
      "long ago",
      { exp: 1 },
      `Token expired: current date/time ${NOW} must be before the expiration date/time 1`,
    ],
  ])("a token is expired %s", async (_case, claims, message) => {
    expect(await assume(await tokenOf(claims))).toEqual(invalid(message, "ExpiredTokenException"));
  });

  test("a token is good until its last second, by the emulator's clock", async () => {
    const token = await tokenOf();
    world.clock.advance(599_000);
    expect((await assume(token)).status).toBe(200);
    world.clock.advance(1000);
    expect((await assume(token)).status).toBe(400);
  });

  test.each([
    ["is not valid yet", { nbf: NOW + 1 }],
    ["has no end", { exp: undefined }],
    ["ends at no time", { exp: "soon" as unknown as number }],
    ["ended before all times", { exp: -1e300 }],
  ])("a token that %s is none", async (_case, claims: object) => {
    expect(await assume(await tokenOf(claims as JWTPayload))).toEqual(NO_TOKEN);
  });

  test.each([
    ["another audience", { aud: "else" }],
    ["no audience", { aud: undefined }],
    ["an empty list of audiences", { aud: [] }],
    ["no subject", { sub: undefined }],
    ["another party and audience", { aud: "else", azp: "else" }],
  ])("%s", async (_case, claims: object) => {
    expect(await assume(await tokenOf(claims as JWTPayload))).toEqual(WRONG_AUDIENCE);
  });

  test("ProviderId is not for these tokens", async () => {
    expect(await assume(await tokenOf(), "open", { ProviderId: "graph.facebook.com" })).toEqual(
      invalid("ProviderId must not be specified for an OpenID Connect token", "ValidationError"),
    );
  });

  test("a role that is not there, and a session that is too long", async () => {
    expect(await assume(await tokenOf(), "nothing")).toEqual(denied());
    expect(await assume(await tokenOf(), "open", { DurationSeconds: "3601" })).toEqual(
      invalid(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        "ValidationError",
      ),
    );
    const long = `1 validation error detected: Value '${"x".repeat(20_001)}' at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000`;
    expect(await assume("x".repeat(20_001))).toEqual(invalid(long, "ValidationError"));
  });
});

describe("AssumeRoleWithWebIdentity: what the trust policy can ask", () => {
  const cases: readonly (readonly [string, object, boolean])[] = [
    ["sub", {}, true],
    ["sub", { sub: "repo:a/c" }, false],
    ["aud", {}, true],
    ["aud", { aud: ["else", "client"] }, true],
    ["aud", { azp: "party" }, false],
    ["azp", { azp: "party" }, true],
    ["azp", {}, false],
    ["oaud", { azp: "party" }, true],
    ["oaud", {}, false],
    ["email", { email: "a@example.com" }, true],
    ["email", {}, false],
    ["amr", { amr: ["pwd", "mfa"] }, true],
    ["amr", { amr: ["pwd"] }, false],
    ["provider", {}, true],
    ["tag", { [TAGS]: { principal_tags: { Team: ["blue"] } } }, true],
    ["tag", { [TAGS]: { principal_tags: { Team: ["red"] } } }, false],
  ];
  test.each(cases)("%s with %o: %s", async (name, claims, isAllowed) => {
    const answer = await assume(await tokenOf(claims as JWTPayload), name);
    if (isAllowed) expect(answer.status).toBe(200);
    else expect(answer).toEqual(denied());
  });

  test("tags need TagSession, a source identity SetSourceIdentity", async () => {
    const tags = { [TAGS]: { principal_tags: { Team: ["blue"] } } };
    expect(await assume(await tokenOf(tags), "only-assume")).toEqual(denied("sts:TagSession"));
    const source = { [SOURCE_IDENTITY]: "alice" };
    expect(await assume(await tokenOf(source), "only-assume")).toEqual(
      denied("sts:SetSourceIdentity"),
    );
    expect((await assume(await tokenOf(), "only-assume")).status).toBe(200);
  });

  test("the tags of a token are those of the session, the transitive ones of the next too", async () => {
    const claim = { principal_tags: { Team: ["blue"], Cost: "1" }, transitive_tag_keys: ["team"] };
    const { accessKeyId, sessionToken } = credentialsOf(
      await assume(await tokenOf({ [TAGS]: claim })),
    );
    const found = await world.accounts.findAccessKey(accessKeyId, sessionToken);
    expect(found.kind === "found" && found.accessKey.caller).toMatchObject({
      tags: { Team: "blue", Cost: "1" },
      session: { transitiveTagKeys: ["team"], federatedProvider: PROVIDER },
    });
  });

  test.each<[unknown, Answer]>([
    [{ [TAGS]: "text" }, BAD_TAGS],
    [{ [TAGS]: null }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: ["a"] } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: ["b", "c"] } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: [] } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: [1] } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: { deep: [[[]]] } } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { "a!": ["b"] } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { ["k".repeat(129)]: ["b"] } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: ["v".repeat(257)] } } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: ["b"] }, transitive_tag_keys: ["c"] } }, BAD_TAGS],
    [{ [TAGS]: { principal_tags: { a: ["b"] }, transitive_tag_keys: "a" } }, BAD_TAGS],
    [{ [SOURCE_IDENTITY]: "x" }, BAD_SOURCE],
    [{ [SOURCE_IDENTITY]: "a b" }, BAD_SOURCE],
    [{ [SOURCE_IDENTITY]: "x".repeat(65) }, BAD_SOURCE],
    [{ [SOURCE_IDENTITY]: ["alice"] }, BAD_SOURCE],
  ])("the claims %j", async (claims, answer) => {
    expect(await assume(await tokenOf(claims as JWTPayload))).toEqual(answer);
  });
});
