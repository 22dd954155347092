import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  appUser,
  arnOf,
  CONNECT,
  type Declared,
  findingsOf,
  policyOf,
  REVIEW_CLUSTER_ARN,
  REVIEW_NOW,
} from "../../test/support/review-configuration.ts";
import type { Examined, Finding, ReviewedConnection } from "./index.ts";

type Change = (examined: Examined) => Examined;

/** What is wrong, and all that is found then: severity, kind, place. */
type Case = [id: string, Declared, readonly string[], Change?];

const APP = arnOf("user/app");
const OWN = `identity-based policy \`own\` of ${APP}`;
const ROLE = `role app of ${REVIEW_CLUSTER_ARN}`;
const FOREIGN = arnOf("user/app", "222222222222");

function app(...statements: readonly object[]): Declared {
  return { account: { users: [appUser(...statements)] } };
}

function mapped(...arns: readonly string[]): Declared {
  return { cluster: { databaseRoles: [{ name: "app", arns }] } };
}

function trusting(principal: object): Declared {
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
  const role = { name: "job", trustPolicy: policyOf(statement) };
  return { account: { users: [appUser(CONNECT)], roles: [role] } };
}

const CONNECTION: ReviewedConnection = {
  sessionId: "first",
  at: REVIEW_NOW,
  outcome: "admitted",
  databaseRole: "app",
  clusterArn: REVIEW_CLUSTER_ARN,
  principalArn: APP,
  applicationName: "shop",
  lifetimeSeconds: 900,
};

function connected(...connections: readonly Partial<ReviewedConnection>[]): Change {
  return (examined) => ({
    ...examined,
    connections: connections.map((connection) => ({ ...CONNECTION, ...connection })),
  });
}

function database(change: object): Change {
  return (examined) => {
    const { estate } = examined;
    const clusters = estate.clusters.map((reviewed) => ({
      ...reviewed,
      ...change,
      database: { ...reviewed.database, ...change },
    }));
    return { ...examined, estate: { ...estate, clusters } };
  };
}

const EARLIER = new Date(REVIEW_NOW.getTime() - 1);
const LATER = new Date(REVIEW_NOW.getTime() + 1);

const ofUnknownAccount: Change = (examined) => ({
  ...examined,
  estate: { ...examined.estate, accountIds: [] },
});

const WRONG: Case[] = [
  [
    "mapping-of-another-account",
    mapped(APP, FOREIGN),
    [`error mapping-of-another-account ${ROLE}`],
  ],
  [
    "mapping-of-missing-principal",
    mapped(APP, arnOf("user/gone")),
    [`error mapping-of-missing-principal ${ROLE}`],
  ],
  [
    "mapping-to-role-without-login",
    {},
    [`error mapping-to-role-without-login ${ROLE}`],
    database({ loginRoles: [] }),
  ],
  [
    "mapping-without-permission",
    app({ ...CONNECT, Action: "dsql:GetCluster" }),
    [`error mapping-without-permission ${ROLE}`],
  ],
  [
    "permission-without-mapping",
    mapped(),
    [`warning permission-without-mapping ${APP}`, `info role-without-mapping ${ROLE}`],
  ],
  [
    "permission-without-mapping",
    { cluster: { databaseRoles: [] } },
    [`warning permission-without-mapping ${APP}`],
  ],
  [
    "permission-without-mapping",
    {
      ...app({ ...CONNECT, Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"] }),
      cluster: { databaseRoles: [] },
    },
    [`info permission-without-mapping ${APP}`],
  ],
  [
    "role-without-mapping",
    { cluster: { databaseRoles: [{ name: "app", arns: [APP] }, { name: "Spare" }] } },
    [`info role-without-mapping role Spare of ${REVIEW_CLUSTER_ARN}`],
  ],
  [
    "database-not-asked",
    {},
    [`warning database-not-asked ${REVIEW_CLUSTER_ARN}`],
    database({ problem: "it is broken", loginRoles: [], mappings: [] }),
  ],
  [
    "role-that-nobody-assumes",
    trusting({ AWS: arnOf("user/else") }),
    [`warning role-that-nobody-assumes ${arnOf("role/job")}`],
  ],
  [
    "policy-names-deleted-principal",
    trusting({ AWS: ["AIDAFAKEFAKEFAKEGONE", APP] }),
    [`error policy-names-deleted-principal trust policy \`trust policy\` of ${arnOf("role/job")}`],
  ],
  [
    "statement-covers-nothing",
    app(CONNECT, { Effect: "Deny", NotAction: "*", Resource: "*" }),
    [`error statement-covers-nothing statement 1 of ${OWN}`],
  ],
  [
    "statement-covers-nothing",
    app(CONNECT, { Effect: "Deny", Action: "s3:*", NotResource: "*" }),
    [`error statement-covers-nothing statement 1 of ${OWN}`],
  ],
  [
    "conditions-exclude-each-other",
    app(CONNECT, {
      ...CONNECT,
      Sid: "Never",
      Condition: {
        StringEquals: { "aws:PrincipalTag/team": "red" },
        StringNotEquals: { "aws:PrincipalTag/team": "red" },
      },
    }),
    [`error conditions-exclude-each-other statement \`Never\` of ${OWN}`],
  ],
  [
    "condition-on-absent-key",
    app(CONNECT, {
      ...CONNECT,
      Sid: "Never",
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    }),
    [`error condition-on-absent-key statement \`Never\` of ${OWN}`],
  ],
  [
    "unknown-action",
    app(CONNECT, { Effect: "Allow", Action: "dsql:DbConect", Resource: "*" }),
    [`warning unknown-action statement 1 of ${OWN}`],
  ],
  [
    "resource-names-no-cluster",
    app(CONNECT, { ...CONNECT, Sid: "Far", Resource: `${REVIEW_CLUSTER_ARN}b` }),
    [`warning resource-names-no-cluster statement \`Far\` of ${OWN}`],
  ],
  [
    "resource-names-no-cluster",
    app(CONNECT, {
      Effect: "Deny",
      Action: "dsql:*",
      Resource: REVIEW_CLUSTER_ARN.replace("us-east-1", "eu-west-1"),
    }),
    [`info resource-names-no-cluster statement 1 of ${OWN}`],
  ],
  [
    "allow-behind-deny",
    app(
      CONNECT,
      {
        Effect: "Allow",
        Action: "dsql:DbConnectAdmin",
        Resource: "*",
      },
      {
        Sid: "NoAdmin",
        Effect: "Deny",
        Action: "dsql:DbConnectAdmin",
        Resource: "*",
      },
    ),
    [`warning allow-behind-deny statement 1 of ${OWN}`],
  ],
  [
    "allow-not-action",
    app({ ...CONNECT, Action: undefined, NotAction: "dsql:DeleteCluster" }),
    [`warning allow-not-action statement \`Connect\` of ${OWN}`],
  ],
  ...["*", "dsql:*", "DSQL:Db*", "dsql:DbConnect*"].map((Action): Case => [
    "wildcard-action",
    app({ ...CONNECT, Action }),
    [`warning wildcard-action statement \`Connect\` of ${OWN}`],
  ]),
  [
    "application-as-admin",
    {},
    [
      "warning application-as-admin shop",
      "warning application-as-admin an application without application_name",
    ],
    connected(
      { databaseRole: "admin" },
      { databaseRole: "admin", at: LATER },
      { databaseRole: "admin", applicationName: "" },
    ),
  ],
  [
    "long-token-lifetime",
    {},
    [`warning long-token-lifetime ${APP}`],
    connected({ lifetimeSeconds: 3601 }, { lifetimeSeconds: 7200 }),
  ],
  [
    "mapping-of-recreated-principal",
    {},
    [`warning mapping-of-recreated-principal ${APP}`],
    connected({ at: EARLIER }),
  ],
];

function inShort(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, id, where }) => `${severity} ${id} ${where}`);
}

describe("what is wrong", () => {
  test.each(WRONG)("%s (%#)", async (_id, declared, expected, change) => {
    expect(inShort(await findingsOf(declared, change))).toEqual(expected);
  });

  test("each kind of finding that the sources have is among these", () => {
    expect([...new Set(WRONG.map(([id]) => id))].sort()).toEqual(findingIds());
  });

  test("docs/access.md has each kind with its severity, and no other", () => {
    const doc = readFileSync(new URL("../../../docs/access.md", import.meta.url), "utf8");
    const documented = [...doc.matchAll(/^\| `([a-z-]+)` +\| ([a-z, ]+?) +\|/gm)].map(
      (match) => `${match[1]}: ${match[2]}`,
    );
    const seen = new Map<string, Set<string>>();
    for (const [id, , expected] of WRONG) {
      for (const line of expected) {
        const [severity = "", found = ""] = line.split(" ");
        if (found === id) seen.set(id, (seen.get(id) ?? new Set()).add(severity));
      }
    }
    const expected = [...seen].map(([id, severities]) => `${id}: ${[...severities].join(", ")}`);
    expect(documented.sort()).toEqual(expected.sort());
  });
});

const RIGHT: [string, Declared, Change?][] = [
  ["what is declared for these tests", {}],
  ["no clusters, users and roles at all", { account: { users: [] }, more: { clusters: [] } }],
  [
    "a mapping of an account whose principals are not known",
    mapped(APP, arnOf("user/gone")),
    ofUnknownAccount,
  ],
  ["a role that a user of the account assumes", trusting({ AWS: APP })],
  ["a role that a service assumes", trusting({ Service: "lambda.amazonaws.com" })],
  ["a role that an account elsewhere assumes", trusting({ AWS: "333333333333" })],
  ["a role that a role elsewhere assumes", trusting({ AWS: arnOf("role/ci", "333333333333") })],
  [
    "a condition that may hold",
    app({ ...CONNECT, Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }),
  ],
  [
    "a condition on a key that no connection has, with IfExists",
    app({ ...CONNECT, Condition: { StringEqualsIfExists: { "aws:SourceAccount": "1" } } }),
  ],
  ["a wildcard that fits no admin", app({ ...CONNECT, Action: "dsql:DbConnec?" })],
  ["a wildcard in a deny", app(CONNECT, { Effect: "Deny", Action: "dsql:Delete*", Resource: "*" })],
  [
    "an allow with exceptions denied",
    app(
      { ...CONNECT, Resource: "*" },
      {
        Effect: "Deny",
        Action: "dsql:DbConnect",
        Resource: "*",
        Condition: { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      },
    ),
  ],
  [
    "an action without operation",
    app(CONNECT, { ...CONNECT, Sid: "More", Action: "dsql:PutWitnessRegion" }),
  ],
  [
    "tools and other roles, tokens of an hour, refused attempts as admin",
    {},
    connected(
      {},
      { databaseRole: "admin", applicationName: "psql" },
      { databaseRole: "admin", applicationName: "DBeaver 23.1 - Main" },
      { databaseRole: "admin", outcome: "refused" },
      { lifetimeSeconds: 3600 },
      { lifetimeSeconds: undefined },
      { at: EARLIER, outcome: "refused" },
    ),
  ],
];

describe("nothing is found in", () => {
  test.each(RIGHT)("%s", async (_name, declared, change) => {
    expect(inShort(await findingsOf(declared, change))).toEqual([]);
  });
});

describe("findings", () => {
  test("say how often and when last, of connections", async () => {
    const [shop, unnamed] = await findingsOf(
      {},
      connected(
        { databaseRole: "admin", sessionId: "last", at: LATER },
        { databaseRole: "admin", sessionId: "before" },
        { databaseRole: "admin", applicationName: "", principalArn: undefined },
      ),
    );
    expect(shop?.what).toBe(`it connected as admin 2 times, as ${APP}, last in session last`);
    expect(unnamed?.what).toBe("it connected as admin once, as nobody, last in session first");
  });
});

/** The kinds that stand in the sources beside this test. */
function findingIds(): readonly string[] {
  const sources = readdirSync(import.meta.dirname).filter(
    (name) => /^(?:check-|examine)/.test(name) && !name.endsWith(".test.ts"),
  );
  const ids = sources.flatMap((name) => {
    const source = readFileSync(new URL(name, import.meta.url), "utf8");
    return [...source.matchAll(/\bid: (?:\w+ \? )?"([a-z-]+)"(?: : "([a-z-]+)")?/g)].flatMap(
      (match) => [match[1]!, ...(match[2] === undefined ? [] : [match[2]])],
    );
  });
  return [...new Set(ids)].sort();
}
