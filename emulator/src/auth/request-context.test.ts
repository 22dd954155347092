import { describe, expect, test } from "vitest";
import {
  CLUSTER_ARN,
  connect,
  PRINCIPAL_ARN,
  ROLE_ARN,
  SESSION_ARN,
  TEST_CLUSTER,
} from "../../test/fixtures/auth/connection-world.ts";
import { TEST_SIGNING_TIME } from "../../test/fixtures/sigv4/sign-token.ts";
import type { Caller } from "../iam/index.ts";
import { type ConnectionFacts, connectionRequest } from "./request-context.ts";

const FACTS: ConnectionFacts = {
  attempt: {
    sessionId: "abcdefghijklmnopqrstuvwxyz",
    receivedAt: new Date("2026-01-15T12:00:00Z"),
    clientAddress: "192.0.2.7",
    isEncrypted: true,
    serverName: undefined,
    requestedUser: "admin",
    requestedDatabase: "postgres",
    clusterOption: undefined,
    settings: new Map([["application_name", "my app"]]),
  },
  cluster: { ...TEST_CLUSTER, tags: { Team: "blue", "cost center": "7" } },
  principal: {
    kind: "user",
    arn: PRINCIPAL_ARN,
    accountId: TEST_CLUSTER.accountId,
    userId: "AIDAFAKEFAKEFAKEFAKEF",
    userName: "alice",
  },
  network: undefined,
  action: "DbConnectAdmin",
  now: new Date("2026-01-15T12:00:01.987Z"),
};

describe("the request of a connection", () => {
  test("has everything that is known of it", () => {
    const { keys, ...rest } = connectionRequest(FACTS);
    expect(rest).toStrictEqual({
      principal: { kind: "user", arn: PRINCIPAL_ARN, accountId: "123456789012" },
      action: "dsql:DbConnectAdmin",
      resource: CLUSTER_ARN,
      resourceAccountId: "123456789012",
    });
    expect(Object.fromEntries(keys)).toStrictEqual({
      "aws:principalarn": [PRINCIPAL_ARN],
      "aws:principalaccount": ["123456789012"],
      "aws:principaltype": ["User"],
      "aws:principalisawsservice": ["false"],
      "aws:userid": ["AIDAFAKEFAKEFAKEFAKEF"],
      "aws:username": ["alice"],
      "aws:sourceip": ["192.0.2.7"],
      "aws:currenttime": ["2026-01-15T12:00:01Z"],
      "aws:epochtime": ["1768478401"],
      "aws:securetransport": ["true"],
      "aws:requestedregion": ["us-east-1"],
      "aws:resourceaccount": ["123456789012"],
      "aws:viaawsservice": ["false"],
      "aws:useragent": ["my app"],
      "aws:resourcetag/team": ["blue"],
      "aws:resourcetag/cost center": ["7"],
    });
  });

  test.each<[string, string]>([
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:192.0.2.7", "192.0.2.7"],
    ["::1", "::1"],
    ["2001:db8::ffff:1", "2001:db8::ffff:1"],
  ])("takes %s for %s", (clientAddress, expected) => {
    const { keys } = connectionRequest({ ...FACTS, attempt: { ...FACTS.attempt, clientAddress } });
    expect(keys.get("aws:sourceip")).toEqual([expected]);
  });

  test("has the address of a client in a VPC under another key", () => {
    const network = { vpcId: "vpc-0fake", vpcEndpointId: undefined, endpointPolicy: undefined };
    const { keys } = connectionRequest({ ...FACTS, network });
    expect(
      ["aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"].map((key) =>
        keys.get(key),
      ),
    ).toEqual([undefined, ["192.0.2.7"], ["vpc-0fake"], undefined]);
  });

  test("has the session of a role, its role, its organization and its second factor", () => {
    const principal: Caller = {
      kind: "assumed-role",
      arn: SESSION_ARN,
      issuerArn: ROLE_ARN,
      accountId: TEST_CLUSTER.accountId,
      userId: "AROAFAKEFAKEFAKEFAKEF:job-7",
      tags: { Team: "blue" },
      organization: { organizationId: "o-fake123456", path: "o-fake123456/r-ab12/" },
      session: {
        issuedAt: new Date("2026-01-15T11:30:00Z"),
        expiresAt: new Date("2026-01-15T12:30:00Z"),
        tags: {},
        transitiveTagKeys: [],
        sourceIdentity: "alice",
        mfaAuthenticatedAt: new Date("2026-01-15T11:00:00Z"),
      },
    };
    const { keys, ...rest } = connectionRequest({ ...FACTS, principal });
    expect(rest.principal).toStrictEqual({
      kind: "assumed-role",
      arn: SESSION_ARN,
      issuerArn: ROLE_ARN,
      accountId: "123456789012",
    });
    expect(Object.fromEntries([...keys].filter(([key]) => !plainKeys().has(key)))).toStrictEqual({
      "aws:principalorgid": ["o-fake123456"],
      "aws:principalorgpaths": ["o-fake123456/r-ab12/"],
      "aws:resourceorgid": ["o-fake123456"],
      "aws:resourceorgpaths": ["o-fake123456/r-ab12/"],
      "aws:tokenissuetime": ["2026-01-15T11:30:00Z"],
      "aws:sourceidentity": ["alice"],
      "aws:multifactorauthpresent": ["true"],
      "aws:multifactorauthage": ["3601"],
      "aws:principaltag/team": ["blue"],
    });
    expect(
      ["aws:principalarn", "aws:principaltype", "aws:userid", "aws:username"].map((key) =>
        keys.get(key),
      ),
    ).toEqual([[ROLE_ARN], ["AssumedRole"], ["AROAFAKEFAKEFAKEFAKEF:job-7"], undefined]);
  });

  test("says of a session without a second factor that there was none, but not of a web identity's", () => {
    const session = {
      issuedAt: FACTS.now,
      expiresAt: FACTS.now,
      tags: {},
      transitiveTagKeys: [],
    };
    const present = (principal: Caller): readonly string[] | undefined =>
      connectionRequest({ ...FACTS, principal }).keys.get("aws:multifactorauthpresent");
    const federatedProvider = "arn:aws:iam::123456789012:oidc-provider/idp.example.com";
    expect(present({ ...FACTS.principal, session })).toEqual(["false"]);
    expect(
      present({ ...FACTS.principal, session: { ...session, federatedProvider } }),
    ).toBeUndefined();
    expect(present(FACTS.principal)).toBeUndefined();
  });

  test.each([[new Map<string, string>()], [new Map([["application_name", ""]])]])(
    "has no key of an application that does not say its name",
    (settings) => {
      const attempt = { ...FACTS.attempt, settings };
      expect(connectionRequest({ ...FACTS, attempt }).keys.has("aws:useragent")).toBe(false);
    },
  );

  test("has no tag of a cluster of which no tags are known", () => {
    const { keys } = connectionRequest({ ...FACTS, cluster: TEST_CLUSTER });
    expect([...keys.keys()].filter((name) => name.startsWith("aws:resourcetag/"))).toEqual([]);
  });
});

describe("a condition at connect", () => {
  const allowIf = (condition: object): object => ({
    Effect: "Allow",
    Action: "dsql:DbConnectAdmin",
    Resource: CLUSTER_ARN,
    Condition: condition,
  });

  test.each<[string, object, "admitted" | "refused"]>([
    ["the client's address", { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }, "admitted"],
    ["another address", { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "refused"],
    ["encryption", { Bool: { "aws:SecureTransport": "true" } }, "admitted"],
    ["the region", { StringEquals: { "aws:RequestedRegion": "us-east-1" } }, "admitted"],
    ["a variable", { StringLike: { "aws:PrincipalArn": "*/${aws:username}" } }, "admitted"],
    ["multi-factor authentication", { Bool: { "aws:MultiFactorAuthPresent": "true" } }, "refused"],
  ])("is decided by %s", async (_name, condition, expected) => {
    const { verdict } = await connect({ world: { statements: allowIf(condition) } });
    expect(verdict.kind).toBe(expected);
  });

  test.each<[number, "admitted" | "refused"]>([
    [0, "admitted"],
    [60, "refused"],
  ])("reads the emulator's clock: %d seconds later it is %s", async (seconds, expected) => {
    const now = new Date(TEST_SIGNING_TIME.getTime() + seconds * 1000);
    const limit = new Date(TEST_SIGNING_TIME.getTime() + 30_000).toISOString();
    const statements = allowIf({ DateLessThan: { "aws:CurrentTime": limit } });
    const { verdict } = await connect({ world: { now, statements } });
    expect(verdict.kind).toBe(expected);
  });

  test("is named when it fails, with what was seen", async () => {
    const statements = allowIf({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "fd00::/8"] } });
    const { verdict } = await connect({ world: { statements } });
    expect(verdict.kind === "refused" && verdict.refusal.reason).toBe(
      `implicit deny: 1 statement looked at, none allows \`dsql:DbConnectAdmin\` on \`${CLUSTER_ARN}\`; nearest: statement 0 of inline policy \`test\` covers all but a condition: \`IpAddress\` of \`10.0.0.0/8\`, \`fd00::/8\`, but \`aws:SourceIp\` is \`127.0.0.1\``,
    );
  });
});

function plainKeys(): ReadonlySet<string> {
  return new Set(connectionRequest(FACTS).keys.keys());
}
