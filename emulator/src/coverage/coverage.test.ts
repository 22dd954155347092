import { describe, expect, test } from "vitest";
import {
  appUser,
  arnOf,
  CONNECT,
  type Declared,
  declaredConfiguration,
  policyOf,
  REVIEW_CLUSTER_ARN,
  REVIEW_NOW,
  reviewsOf,
} from "../../test/support/review-configuration.ts";
import type { ConnectionDecision } from "../auth/index.ts";
import { callerKeys, type Decision, evaluateAccess, requestPrincipal } from "../iam/index.ts";
import type { Estate } from "../review/index.ts";
import {
  CoverageCounters,
  type CoverageReport,
  isCoverageReport,
  renderCoverage,
  renderCoverageHtml,
  reportCoverage,
} from "./index.ts";

const USER = arnOf("user/app");
const IP = { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } };

function estateOf(declared: Declared = {}): Promise<Estate> {
  return reviewsOf(declaredConfiguration(declared)).estate();
}

function app(...statements: readonly object[]): Declared {
  return { account: { users: [appUser(...statements)] } };
}

/** What IAM says of the user `app` and the one cluster. */
function decide(
  { principals, clusters, now }: Estate,
  given: Readonly<Record<string, string>> = {},
  action = "dsql:DbConnect",
): Decision {
  const { caller, policies } = principals.find(({ arn }) => arn === USER)!;
  const { cluster, policy } = clusters[0]!;
  return evaluateAccess({
    request: {
      principal: requestPrincipal(caller),
      action,
      resource: cluster.arn,
      keys: new Map([
        ...callerKeys(caller, now),
        ...Object.entries(given).map(([key, value]): [string, string[]] => [key, [value]]),
      ]),
    },
    ...policies,
    resource: policy,
  });
}

interface Step {
  readonly step: string;
  readonly outcome: string;
  readonly saw: object;
}

function connection(estate: Estate, trace: readonly Step[]): ConnectionDecision {
  return { trace, cluster: estate.clusters[0]!.cluster } as unknown as ConnectionDecision;
}

function mapped(databaseRole: string, outcome = "passed"): Step {
  return { step: "role-mapping", outcome, saw: { principal: USER, databaseRole } };
}

function counters(): CoverageCounters {
  return new CoverageCounters(REVIEW_NOW);
}

function countsOf({ statements }: CoverageReport): readonly string[] {
  return statements.map(({ sid, matched, decided }) => `${sid} ${matched} ${decided}`);
}

describe("statements", () => {
  test("match when they cover a request, and decide when they are among those that say so", async () => {
    const deny = { Sid: "Fence", Effect: "Deny", Action: "dsql:*", Resource: "*", Condition: IP };
    const estate = await estateOf(
      app(CONNECT, deny, { ...CONNECT, Sid: "Idle", Action: "dsql:Get*" }),
    );
    const counted = counters();
    counted.recordDecision(decide(estate, { "aws:sourceip": "198.51.100.1" }));
    counted.recordDecision(decide(estate, { "aws:sourceip": "192.0.2.1" }));
    counted.recordDecision(decide(estate, { "aws:sourceip": "192.0.2.1" }));
    const report = reportCoverage(estate, counted);
    expect(report.decisions).toBe(3);
    expect(countsOf(report)).toEqual(["Connect 3 1", "Fence 2 2", "Idle 0 0"]);
    expect(report.statements[1]?.conditions).toEqual([
      { operator: "IpAddress", key: "aws:SourceIp", values: ["192.0.2.0/24"], held: 2, failed: 1 },
    ]);
  });

  test("of a managed policy are counted together, whoever it is attached to", async () => {
    const policies = [{ name: "shared", document: policyOf(CONNECT) }];
    const users = ["app", "other"].map((name) => ({ name, managedPolicies: ["shared"] }));
    const estate = await estateOf({ account: { users, policies } });
    const counted = counters();
    counted.recordDecision(decide(estate));
    const { statements } = reportCoverage(estate, counted);
    expect(statements.map(({ matched, attachedTo }) => [matched, attachedTo])).toEqual([
      [1, [USER, arnOf("user/other")]],
    ]);
  });

  test("of AWS, of the built-in user and of other services do not count", async () => {
    const estate = await estateOf({
      account: {
        users: [
          {
            ...appUser({ ...CONNECT, Action: "s3:*" }),
            managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"],
          },
        ],
      },
      more: { defaultUser: undefined },
    });
    const report = reportCoverage(estate, counters());
    expect(new Set(report.statements.map(({ leftOut }) => leftOut))).toEqual(
      new Set(["built in", "of AWS", "of another service"]),
    );
    expect(report.summary.statements).toEqual({ covered: 0, total: 0 });
  });
});

describe("conditions", () => {
  test("are looked at in order: behind one that fails, the others are not", async () => {
    const conditions = {
      ...IP,
      StringEquals: { "aws:username": "app" },
      Bool: { "aws:SecureTransport": "true" },
    };
    const estate = await estateOf(app({ ...CONNECT, Condition: conditions }));
    const counted = counters();
    const inside = { "aws:sourceip": "192.0.2.1" };
    counted.recordDecision(decide(estate, { "aws:sourceip": "198.51.100.1" }));
    counted.recordDecision(decide(estate, { ...inside, "aws:securetransport": "false" }));
    counted.recordDecision(decide(estate, { ...inside, "aws:securetransport": "true" }));
    const [statement] = reportCoverage(estate, counted).statements;
    expect(statement?.conditions.map(({ key, held, failed }) => [key, held, failed])).toEqual([
      ["aws:SourceIp", 2, 1],
      ["aws:username", 2, 0],
      ["aws:SecureTransport", 1, 1],
    ]);
  });
});

describe("connections", () => {
  test("count a mapping that let somebody in, but not admin's and not one that refused", async () => {
    const estate = await estateOf();
    const counted = counters();
    const iam = { step: "iam", outcome: "passed", saw: { decision: decide(estate) } };
    counted.recordConnection(connection(estate, [iam, mapped("app")]));
    counted.recordConnection(connection(estate, [iam, mapped("admin")]));
    counted.recordConnection(connection(estate, [iam, mapped("app", "refused")]));
    const report = reportCoverage(estate, counted);
    expect(report.decisions).toBe(3);
    expect(report.mappings).toEqual([
      { cluster: REVIEW_CLUSTER_ARN, principal: USER, databaseRole: "app", used: 1 },
    ]);
  });

  test("that IAM was not asked about count nothing", async () => {
    const estate = await estateOf();
    const counted = counters();
    counted.recordConnection(connection(estate, [{ step: "iam", outcome: "refused", saw: {} }]));
    counted.recordConnection(connection(estate, []));
    expect(counted.decisions).toBe(0);
  });
});

describe("the percentage", () => {
  const declared: Declared = {
    ...app({ ...CONNECT, Condition: IP }, { ...CONNECT, Sid: "Idle", Action: "dsql:GetCluster" }),
  };

  test("is of statements, conditions and mappings together, rounded down", async () => {
    const estate = await estateOf({
      ...declared,
      cluster: {
        databaseRoles: [
          { name: "app", arns: [USER] },
          { name: "spare", arns: [USER] },
        ],
      },
    });
    const counted = counters();
    expect(reportCoverage(estate, counted).summary.percent).toBe(0);
    counted.recordDecision(decide(estate, { "aws:sourceip": "192.0.2.1" }));
    expect(reportCoverage(estate, counted).summary).toEqual({
      statements: { covered: 1, total: 2 },
      conditions: { covered: 1, total: 1 },
      mappings: { covered: 0, total: 2 },
      percent: 40,
    });
    counted.recordConnection(connection(estate, [mapped("app")]));
    expect(reportCoverage(estate, counted).summary.percent).toBe(60);
  });

  test("is 100 if there is nothing", async () => {
    const nothing = await estateOf({ account: { users: [] }, more: { clusters: [] } });
    expect(reportCoverage(nothing, counters()).summary.percent).toBe(100);
  });

  test("is 66 at two thirds", async () => {
    const estate = await estateOf(app(CONNECT, { ...CONNECT, Sid: "Again" }));
    const counted = counters();
    counted.recordDecision(decide(estate));
    expect(reportCoverage(estate, counted).summary).toMatchObject({
      statements: { covered: 2, total: 2 },
      mappings: { covered: 0, total: 1 },
      percent: 66,
    });
  });

  test("begins anew after a reset", async () => {
    const estate = await estateOf();
    const counted = counters();
    counted.recordDecision(decide(estate));
    counted.recordConnection(connection(estate, [mapped("app")]));
    const later = new Date(REVIEW_NOW.getTime() + 1000);
    counted.reset(later);
    expect(reportCoverage(estate, counted)).toEqual(
      reportCoverage(estate, new CoverageCounters(later)),
    );
  });
});

describe("the report as text", () => {
  test("lists what never decided", async () => {
    const estate = await estateOf({
      ...app({ ...CONNECT, Condition: IP }, { ...CONNECT, Sid: "Idle", Action: "dsql:GetCluster" }),
    });
    const counted = counters();
    counted.recordDecision(decide(estate, { "aws:sourceip": "192.0.2.1" }));
    expect(renderCoverage(reportCoverage(estate, counted)).split("\n")).toEqual([
      "50 % covered in 1 decision since 2026-01-15T12:00:00.000Z",
      "  statements  1 of 2",
      "  conditions  1 of 1",
      "  mappings    0 of 1",
      "",
      "statements that never matched",
      "  Allow statement `Idle` of identity-based policy `own` of user/app",
      "",
      "conditions that were seen from one side only",
      "  IpAddress aws:SourceIp: never failed: Allow statement `Connect` of identity-based policy `own` of user/app",
      "",
      "mappings that let nobody in",
      "  user/app to app of cluster/dsqlemulatorlocalcluster2a",
      "",
    ]);
  });

  test("lists statements that matched and never decided, and clusters that were not asked", async () => {
    const deny = { Sid: "Fence", Effect: "Deny", Action: "dsql:*", Resource: "*" };
    const estate = await estateOf(app(CONNECT, deny));
    const clusters = estate.clusters.map((one) => ({ ...one, problem: "it is broken" }));
    const counted = counters();
    counted.recordDecision(decide(estate));
    counted.recordDecision(decide(estate));
    const text = renderCoverage(reportCoverage({ ...estate, clusters }, counted));
    expect(text).toContain("covered in 2 decisions since");
    expect(text).toContain(
      "\n\nstatements that matched and never decided\n  Allow statement `Connect` of identity-based policy `own` of user/app\n",
    );
    expect(text).toContain(
      "\n\nclusters whose mappings are unknown\n  cluster/dsqlemulatorlocalcluster2a: it is broken\n",
    );
  });
});

describe("the report as HTML", () => {
  test("escapes every text of the report", async () => {
    const estate = await estateOf(app({ ...CONNECT, Condition: IP }));
    const report = reportCoverage(estate, counters());
    const odd = `<script>alert("1")</script>&'`;
    const html = renderCoverageHtml({
      ...report,
      since: odd,
      statements: report.statements.map((statement) => ({
        ...statement,
        policy: odd,
        policyType: odd,
        attachedTo: [odd],
        sid: odd,
        actions: [odd],
        conditions: statement.conditions.map((one) => ({
          ...one,
          operator: odd,
          key: odd,
          values: [odd],
        })),
      })),
      mappings: report.mappings.map((one) => ({
        ...one,
        principal: odd,
        databaseRole: odd,
        cluster: odd,
      })),
      problems: [{ cluster: odd, problem: odd }],
    });
    expect(html).not.toContain("<script");
    const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;";
    expect(html.split(escaped)).toHaveLength(15);
    expect(html).not.toMatch(/https?:|src=|@import|url\(/);
  });

  test("marks each row by how much of it was seen", async () => {
    const estate = await estateOf(
      app({ ...CONNECT, Condition: IP }, { ...CONNECT, Sid: "Idle", Action: "dsql:GetCluster" }),
    );
    const counted = counters();
    counted.recordDecision(decide(estate, { "aws:sourceip": "192.0.2.1" }));
    const html = renderCoverageHtml(reportCoverage(estate, counted));
    expect([...html.matchAll(/<tr class="([^"]+)"/g)].map((match) => match[1])).toEqual([
      "full",
      "condition part",
      "never",
      "never",
    ]);
    expect(html).toContain("<title>Coverage of authorization: 50 %</title>");
    expect(html.match(/<(?:table|tr|td|th)\b/g)?.length).toBe(
      html.match(/<\/(?:table|tr|td|th)>/g)?.length,
    );
  });
});

test("a report is told from other JSON by its version and lists", async () => {
  const report = reportCoverage(await estateOf(), counters());
  expect(isCoverageReport(JSON.parse(JSON.stringify(report)))).toBe(true);
  for (const other of [
    null,
    [],
    {},
    { ...report, version: 2 },
    { ...report, mappings: {} },
    { ...report, summary: undefined },
  ]) {
    expect(isCoverageReport(other)).toBe(false);
  }
});
