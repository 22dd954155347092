import { beforeEach, describe, expect, test } from "vitest";
import {
  CLUSTER_ARN,
  connect,
  type ConnectionScript,
  PRINCIPAL_ARN,
} from "../../test/fixtures/auth/connection-world.ts";
import type { NeededPermissions } from "../auth/index.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { explainNeededSummary } from "./explain-needed-summary.ts";
import { NeededLog } from "./needed-log.ts";
import { recordDecision } from "./record-decision.ts";

const S3_ONLY = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const AS_APP = { attempt: { requestedUser: "app" }, token: { action: "DbConnect" } };
const OTHER_CLUSTER = "arn:aws:dsql:us-east-1:123456789012:cluster/other";
const ROLE_ARN = "arn:aws:iam::123456789012:role/jobs/nightly";

let log: NeededLog;

beforeEach(() => {
  log = new NeededLog();
});

async function recordOf(script: ConnectionScript): Promise<DecisionRecord> {
  const { decisions } = await connect(script);
  const [decision] = decisions;
  if (decision === undefined) throw new Error("nothing was decided");
  return recordDecision(decision);
}

async function add(script: ConnectionScript): Promise<void> {
  log.add(await recordOf(script));
}

function at(second: number): { readonly now: Date } {
  return { now: new Date(Date.UTC(2026, 0, 15, 12, 0, second)) };
}

/** The same for another cluster or principal. */
function changed(
  record: DecisionRecord,
  change: Partial<Pick<NeededPermissions, "cluster" | "principal">>,
): DecisionRecord {
  const { needed } = record;
  if (needed?.access?.policy == null) throw new Error("the record needs no policy");
  const { cluster = needed.cluster } = change;
  const [statement] = needed.access.policy.Statement;
  const Statement = [{ ...statement, Resource: cluster }] as const;
  const policy = { ...needed.access.policy, Statement };
  return { ...record, needed: { ...needed, ...change, access: { ...needed.access, policy } } };
}

describe("what has been needed", () => {
  test("is one policy and the grants of each principal", async () => {
    await add({ world: { statements: S3_ONLY, ...at(1) } });
    await add({ ...AS_APP, world: { statements: S3_ONLY, ...at(2) } });
    await add({ ...AS_APP, world: { statements: S3_ONLY, ...at(3) } });
    log.add(
      changed(await recordOf({ world: { statements: S3_ONLY, ...at(4) } }), {
        cluster: OTHER_CLUSTER,
      }),
    );
    expect(log.summary()).toEqual({
      principals: [
        {
          principal: { kind: "user", name: "alice", arn: PRINCIPAL_ARN },
          connections: 4,
          firstSeenAt: "2026-01-15T12:00:01.000Z",
          lastSeenAt: "2026-01-15T12:00:04.000Z",
          policy: {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Action: "dsql:DbConnect", Resource: CLUSTER_ARN },
              {
                Effect: "Allow",
                Action: "dsql:DbConnectAdmin",
                Resource: [CLUSTER_ARN, OTHER_CLUSTER],
              },
            ],
          },
          widenings: [],
          denies: [],
          grants: [
            {
              cluster: CLUSTER_ARN,
              databaseRole: "app",
              principalArn: PRINCIPAL_ARN,
              state: "not-checked",
              role: "unknown",
              statements: [`AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`],
            },
          ],
        },
      ],
      uncured: [],
      dropped: 0,
    });
  });

  test("its policy lets in all that soft mode only let pass", async () => {
    const scripts = [{}, AS_APP] as const;
    for (const script of scripts) {
      await add({ ...script, world: { mode: "soft", statements: S3_ONLY } });
    }
    const statements = log.summary().principals[0]?.policy?.Statement;
    for (const script of scripts) {
      const { verdict } = await connect({ ...script, world: { statements } });
      expect(verdict.kind).toBe("admitted");
    }
  });

  test("keeps of a grant what has been looked up", async () => {
    const facts = { role: "missing", rolesOfPrincipal: [], principalsOfRole: [] } as const;
    const unmapped = { mappedRoles: [], mappingFacts: facts };
    const grants = ["CREATE ROLE app WITH LOGIN;", `AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`];
    await add({ ...AS_APP, world: unmapped });
    await add({ ...AS_APP, world: { statements: S3_ONLY } });
    const [summed] = log.summary().principals;
    expect(summed?.grants.map(({ state, statements }) => [state, statements])).toEqual([
      ["missing", grants],
    ]);
    expect(summed?.connections).toBe(2);
  });

  test("names each deny and each limit once", async () => {
    const deny = { Sid: "Stop", Effect: "Deny", Action: "*", Resource: "*" };
    for (const boundary of [S3_ONLY, S3_ONLY, deny]) await add({ world: { boundary } });
    const [summed] = log.summary().principals;
    expect(summed?.policy).toBeNull();
    expect(summed?.denies.map(({ policyType, sid }) => [policyType, sid])).toEqual([
      ["boundary", "Stop"],
    ]);
    expect(summed?.widenings).toHaveLength(1);
  });

  test("counts what no permission cures, by code and principal", async () => {
    await add({ password: "x" });
    await add({ password: "x" });
    await add({ token: { action: "DbConnect" } });
    await add({});
    expect(log.summary()).toEqual({
      principals: [],
      uncured: [
        { code: "action_not_for_user", principalArn: PRINCIPAL_ARN, connections: 1 },
        { code: "token_malformed", principalArn: null, connections: 2 },
      ],
      dropped: 0,
    });
  });

  test.each([
    ["an expired one", { now: new Date("2026-01-15T13:00:00Z") }, {}, "token_expired"],
    ["one of another region", {}, { region: "eu-west-1" }, "scope_region_wrong"],
  ] as const)("counts a token that soft mode let pass: %s", async (_name, world, token, code) => {
    await add({ token, world: { mode: "soft", statements: S3_ONLY, ...world } });
    const { principals, uncured } = log.summary();
    expect(uncured).toEqual([{ code, principalArn: PRINCIPAL_ARN, connections: 1 }]);
    // The signature is right: alice needs the policy as well.
    expect(principals.map(({ principal }) => principal.name)).toEqual(["alice"]);
  });

  test.each([
    ["a wrong secret", { secretAccessKey: "fake-secret-of-nobody" }, "signature_mismatch"],
    ["an unknown key", { accessKeyId: "AKIAFAKEFAKEUNKNOWN1" }, "access_key_unknown"],
  ] as const)(
    "proposes nothing for whom a token only claims in soft mode: %s",
    async (_name, token, code) => {
      const world = { mode: "soft", statements: S3_ONLY, mappedRoles: [] } as const;
      await add({
        attempt: { requestedUser: "app" },
        token: { action: "DbConnect", ...token },
        world,
      });
      expect(log.summary()).toEqual({
        principals: [],
        uncured: [{ code, principalArn: null, connections: 1 }],
        dropped: 0,
      });
    },
  );

  test("counts each refusal of one connection that soft mode let pass", async () => {
    const now = new Date("2026-01-15T13:00:00Z");
    const token = { region: "eu-west-1", secretAccessKey: "fake-secret-of-nobody" };
    await add({ token, world: { mode: "soft", now } });
    expect(log.summary().uncured.map(({ code }) => code)).toEqual([
      "scope_region_wrong",
      "signature_mismatch",
      "token_expired",
    ]);
  });

  test("can be asked for by ARN or name, and begins anew", async () => {
    const record = await recordOf({ world: { statements: S3_ONLY } });
    const role = { kind: "role", name: "nightly", arn: ROLE_ARN } as const;
    log.add(record);
    log.add(changed(record, { principal: role }));
    log.add(await recordOf({ token: { action: "DbConnect" } }));
    const arns = (principal?: string): string[] =>
      log.summary(principal).principals.map(({ principal: { arn } }) => arn);
    expect(arns()).toEqual([ROLE_ARN, PRINCIPAL_ARN]);
    expect([arns("nightly"), arns(PRINCIPAL_ARN), arns("nobody")]).toEqual([
      [ROLE_ARN],
      [PRINCIPAL_ARN],
      [],
    ]);
    const uncured = ["alice", PRINCIPAL_ARN, "nightly"].map(
      (one) => log.summary(one).uncured.length,
    );
    expect(uncured).toEqual([1, 1, 0]);
    log.clear();
    expect(log.summary()).toEqual({ principals: [], uncured: [], dropped: 0 });
  });

  test("is bounded: what was seen longest ago makes room", async () => {
    const record = await recordOf({ world: { statements: S3_ONLY } });
    const cluster = (number: number): string => `${OTHER_CLUSTER}${number}`;
    for (let number = 0; number < 1000; number += 1) {
      log.add(changed(record, { cluster: cluster(number) }));
    }
    log.add(changed(record, { cluster: cluster(0) }));
    log.add(changed(record, { cluster: cluster(1000) }));
    const summary = log.summary();
    const resources = summary.principals[0]?.policy?.Statement[0]?.Resource;
    expect([summary.dropped, resources?.length]).toEqual([1, 1000]);
    expect(resources).toContain(cluster(0));
    expect(resources).not.toContain(cluster(1));
  });
});

describe("the text of what has been needed", () => {
  test("can be copied, a part for each principal", async () => {
    await add({ ...AS_APP, world: { statements: S3_ONLY, ...at(2) } });
    await add({ world: { statements: S3_ONLY, ...at(3) } });
    await add({ password: "x" });
    expect(explainNeededSummary(log.summary()))
      .toBe(`user \`alice\` (${PRINCIPAL_ARN}): 2 connections, from 2026-01-15T12:00:02.000Z to 2026-01-15T12:00:03.000Z
  attach this policy:
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Action": "dsql:DbConnect", "Resource": "${CLUSTER_ARN}" },
        { "Effect": "Allow", "Action": "dsql:DbConnectAdmin", "Resource": "${CLUSTER_ARN}" }
      ]
    }
  run as \`admin\` in ${CLUSTER_ARN}, if it has not been done yet (nobody has looked so far):
    AWS IAM GRANT app TO '${PRINCIPAL_ARN}';

refusals that no permission cures
  1 × token_malformed
`);
  });

  test("says that there is nothing, and what had to make room", () => {
    expect(explainNeededSummary({ principals: [], uncured: [], dropped: 3 })).toBe(
      "no connection has been refused, or would have been, for what permissions can cure\n\nnote: 3 older entries had to make room and are left out\n",
    );
  });
});
