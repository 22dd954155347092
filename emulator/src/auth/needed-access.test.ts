import { describe, expect, test } from "vitest";
import { CONNECTION_CASES } from "../../test/fixtures/auth/connection-cases.ts";
import {
  ALICE,
  CLUSTER_ARN,
  connect,
  type ConnectionScript,
  PRINCIPAL_ARN,
  ROLE_ARN,
  SESSION_ARN,
  type World,
} from "../../test/fixtures/auth/connection-world.ts";
import {
  type AccessQuestion,
  type AttachedPolicy,
  evaluateAccess,
  parsePolicyDocument,
  type PolicyUse,
  type RequestPrincipal,
} from "../iam/index.ts";
import { neededAccess, neededPrincipal } from "./needed-access.ts";
import type { NeededPermissions, NeededPolicy, NeededStatement } from "./needed-permissions.ts";

const ACTION = "dsql:DbConnect";
const STATEMENT = { Effect: "Allow", Action: ACTION, Resource: CLUSTER_ARN } as const;
const POLICY: NeededPolicy = { Version: "2012-10-17", Statement: [STATEMENT] };
const ALLOW_ALL = { Effect: "Allow", Action: "*", Resource: "*" };
const S3_ONLY = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const DENY = { Sid: "Never", Effect: "Deny", Action: "dsql:*", Resource: "*" };

function policy(
  name: string,
  statements: readonly object[],
  use: PolicyUse = "identity",
): AttachedPolicy {
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: statements }, { use });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  return { document: parsed.document, source: { kind: "inline", name, attachedTo: "there" } };
}

function question(given: Partial<AccessQuestion>): AccessQuestion {
  const principal: RequestPrincipal = {
    kind: "user",
    arn: PRINCIPAL_ARN,
    accountId: "123456789012",
  };
  return {
    request: { principal, action: ACTION, resource: CLUSTER_ARN, keys: new Map() },
    identity: [],
    ...given,
  };
}

describe("what IAM needs", () => {
  const all = policy("all", [ALLOW_ALL]);
  const s3 = policy("s3", [S3_ONLY]);
  const everybody = { ...STATEMENT, Principal: "*" } as const;
  const session = policy("session policy", [S3_ONLY]);
  const endpoint = policy("endpoint", [{ ...S3_ONLY, Principal: "*" }], "resource");
  const full: AttachedPolicy = { ...all, source: { ...all.source, name: "FullAWSAccess" } };

  test.each<[string, Partial<AccessQuestion>, object]>([
    ["no policy", {}, { policy: POLICY }],
    ["another service only", { identity: [s3] }, { policy: POLICY }],
    [
      "a boundary too narrow, with a policy that allows",
      { identity: [all], boundary: s3 },
      {
        widenings: [
          { policyType: "boundary", policy: s3.source, level: null, statement: STATEMENT },
        ],
      },
    ],
    [
      "everything at once",
      {
        identity: [s3],
        boundary: s3,
        session: [session],
        vpcEndpoint: endpoint,
        serviceControl: [[full], [], [full, s3], [s3]],
      },
      {
        policy: POLICY,
        widenings: [
          { policyType: "service-control", policy: null, level: 2, statement: STATEMENT },
          { policyType: "service-control", policy: s3.source, level: 4, statement: STATEMENT },
          {
            policyType: "vpc-endpoint",
            policy: endpoint.source,
            level: null,
            statement: everybody,
          },
          { policyType: "boundary", policy: s3.source, level: null, statement: STATEMENT },
          { policyType: "session", policy: session.source, level: null, statement: STATEMENT },
        ],
      },
    ],
    [
      "a session that was begun without any permission",
      { identity: [all], session: [] },
      { widenings: [{ policyType: "session", policy: null, level: null, statement: STATEMENT }] },
    ],
  ])("%s", (_name, given, expected) => {
    const asked = question(given);
    const needed = neededAccess(asked);
    expect(needed).toEqual({
      action: ACTION,
      resource: CLUSTER_ARN,
      denies: [],
      policy: null,
      widenings: [],
      ...expected,
    });
    expect(evaluateAccess(cured(asked, needed)).kind).toBe("Allow");
  });

  test("of a request that is denied: no allow, but the statements that deny it", () => {
    const denying = policy("never", [S3_ONLY, DENY]);
    const level = policy("ours", [DENY, ALLOW_ALL]);
    const asked = question({ identity: [denying], serviceControl: [[level]] });
    const denies = [
      { policyType: "service-control", policy: level.source, statementIndex: 0, sid: "Never" },
      { policyType: "identity-based", policy: denying.source, statementIndex: 1, sid: "Never" },
    ];
    expect(neededAccess(asked)).toMatchObject({ denies, policy: POLICY, widenings: [] });
    const allowed = question({ identity: [all, denying] });
    expect(neededAccess(allowed)).toMatchObject({ denies: denies.slice(1), policy: null });
  });

  test("of a request that is allowed: nothing", () => {
    const nothing = { denies: [], policy: null, widenings: [] };
    expect(neededAccess(question({ identity: [all] }))).toMatchObject(nothing);
  });

  test("each part is needed: without any of them the request is denied", () => {
    const asked = question({ identity: [s3], boundary: s3, serviceControl: [[s3]] });
    const needed = neededAccess(asked);
    expect(needed?.widenings).toHaveLength(2);
    expect(evaluateAccess(cured(asked, { ...needed, policy: null })).kind).toBe("ImplicitDeny");
    for (const widening of needed?.widenings ?? []) {
      const widenings = needed?.widenings.filter((other) => other !== widening) ?? [];
      expect(evaluateAccess(cured(asked, { ...needed, widenings })).kind).toBe("ImplicitDeny");
    }
  });
});

/** The question after somebody has followed the advice. */
function cured(
  asked: AccessQuestion,
  needed: Partial<NeededPermissions["access"]> | undefined,
): AccessQuestion {
  let result = asked;
  if (needed?.policy) {
    const { policy: added } = needed;
    result = { ...result, identity: [...result.identity, policy("added", added.Statement)] };
  }
  for (const { policyType, level, statement } of needed?.widenings ?? []) {
    const { boundary, session = [], vpcEndpoint, serviceControl = [] } = result;
    if (policyType === "boundary") result = { ...result, boundary: widened(boundary, statement) };
    else if (policyType === "session") {
      result = { ...result, session: [...session, policy("added", [statement])] };
    } else if (policyType === "vpc-endpoint") {
      result = { ...result, vpcEndpoint: widened(vpcEndpoint, statement, "resource") };
    } else {
      const index = (level ?? 0) - 1;
      const policies = [...(serviceControl[index] ?? []), policy("added", [statement])];
      result = { ...result, serviceControl: serviceControl.with(index, policies) };
    }
  }
  return result;
}

function widened(
  old: AttachedPolicy | undefined,
  statement: NeededStatement,
  use: PolicyUse = "identity",
): AttachedPolicy {
  const added = policy("added", [statement], use);
  const statements = [...(old?.document.statements ?? []), ...added.document.statements];
  return { ...added, document: { ...added.document, statements } };
}

describe("whom permissions are given to", () => {
  test.each([
    ["a user", ALICE, { kind: "user", name: "alice", arn: PRINCIPAL_ARN }],
    [
      "the role of a session, with its path",
      { ...ALICE, kind: "assumed-role", arn: SESSION_ARN, issuerArn: ROLE_ARN },
      { kind: "role", name: "app", arn: ROLE_ARN },
    ],
    [
      "the user of a federated session",
      {
        ...ALICE,
        kind: "federated-user",
        arn: "arn:aws:sts::123456789012:federated-user/bob",
        issuerArn: PRINCIPAL_ARN,
      },
      { kind: "user", name: "alice", arn: PRINCIPAL_ARN },
    ],
    [
      "the root user",
      { ...ALICE, kind: "root", arn: "arn:aws:iam::123456789012:root" },
      { kind: "root", name: "root", arn: "arn:aws:iam::123456789012:root" },
    ],
  ] as const)("%s", (_name, caller, expected) => {
    expect(neededPrincipal(caller)).toEqual(expected);
  });
});

async function neededOf(script: ConnectionScript): Promise<NeededPermissions | undefined> {
  const { verdict } = await connect(script);
  return verdict.kind === "refused" ? verdict.refusal.needed : undefined;
}

describe("what a refused connection needs", () => {
  const asApp = { attempt: { requestedUser: "app" }, token: { action: "DbConnect" } };
  const aliceNeeds = {
    principal: { kind: "user", name: "alice", arn: PRINCIPAL_ARN },
    cluster: CLUSTER_ARN,
  };

  test("is told for refusals that permissions cure, and for no other", async () => {
    for (const connectionCase of CONNECTION_CASES) {
      const { outcome } = connectionCase;
      const isCurable =
        outcome !== "admitted" && ["iam_denied", "role_not_mapped"].includes(outcome.code);
      const needed = await neededOf(connectionCase);
      expect([connectionCase.name, needed !== undefined]).toEqual([connectionCase.name, isCurable]);
    }
  });

  test.each<[string, ConnectionScript, Partial<World>]>([
    ["a user", {}, { statements: S3_ONLY }],
    ["a role of the database", asApp, { statements: S3_ONLY }],
    [
      "a user whose policy is for another cluster",
      {},
      { statements: { ...ALLOW_ALL, Resource: `${CLUSTER_ARN}x` } },
    ],
    [
      "a user with a condition that does not hold",
      {},
      { statements: { ...ALLOW_ALL, Condition: { Bool: { "aws:SecureTransport": "false" } } } },
    ],
  ])("the policy lets the connection in: %s", async (_name, script, world) => {
    const needed = await neededOf({ ...script, world });
    const statement = needed?.access?.policy?.Statement[0];
    expect(statement?.Resource).toBe(CLUSTER_ARN);
    const { verdict } = await connect({
      ...script,
      world: { ...world, statements: [world.statements, statement].flat() },
    });
    expect(verdict.kind).toBe("admitted");
  });

  test("IAM refused: the grant is needed too, and nobody has looked for it", async () => {
    expect(await neededOf({ ...asApp, world: { statements: S3_ONLY } })).toEqual({
      ...aliceNeeds,
      access: { action: ACTION, resource: CLUSTER_ARN, denies: [], policy: POLICY, widenings: [] },
      grant: {
        databaseRole: "app",
        principalArn: PRINCIPAL_ARN,
        state: "not-checked",
        role: "unknown",
        statements: [`AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`],
      },
    });
    expect((await neededOf({ world: { statements: S3_ONLY } }))?.grant).toBeNull();
  });

  test.each([
    [
      "present",
      [],
      "the role is there, the mapping is not",
      [`AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`],
    ],
    [
      "missing",
      [],
      "the database has no such role",
      ["CREATE ROLE app WITH LOGIN;", `AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`],
    ],
    [
      "no-login",
      [],
      "the role has no LOGIN and is not mapped to it",
      ["ALTER ROLE app WITH LOGIN;", `AWS IAM GRANT app TO '${PRINCIPAL_ARN}';`],
    ],
    ["no-login", [PRINCIPAL_ARN], "the role has no LOGIN", ["ALTER ROLE app WITH LOGIN;"]],
  ] as const)("the database says the role is %s, mapped to %j", async (role, mapped, why, sql) => {
    const mappingFacts = { role, rolesOfPrincipal: ["other"], principalsOfRole: mapped };
    const { verdict, decisions } = await connect({
      ...asApp,
      world: { mappedRoles: [], mappingFacts },
    });
    const refusal = verdict.kind === "refused" ? verdict.refusal : undefined;
    expect(refusal?.reason).toBe(`no mapping of ${PRINCIPAL_ARN} to database role \`app\`: ${why}`);
    expect(refusal?.needed).toEqual({
      ...aliceNeeds,
      access: null,
      grant: {
        databaseRole: "app",
        principalArn: PRINCIPAL_ARN,
        state: "missing",
        role,
        statements: sql,
      },
    });
    expect(decisions[0]?.trace.at(-1)?.saw).toEqual({
      databaseRole: "app",
      principal: PRINCIPAL_ARN,
      mappings: mappingFacts,
    });
  });

  test("nobody can be mapped to a role of the system, so no permission helps", async () => {
    const mappingFacts = { role: "reserved", rolesOfPrincipal: [], principalsOfRole: [] } as const;
    const script = { ...asApp, attempt: { requestedUser: "pg_monitor" }, world: { mappingFacts } };
    expect(await neededOf(script)).toBeUndefined();
  });

  test.each([
    ["App", '"App"'],
    ["user", '"user"'],
    ['a"b', '"a""b"'],
    ["a_1$", "a_1$"],
  ])("the name %s is written as SQL wants it", async (requestedUser, written) => {
    const needed = await neededOf({ ...asApp, attempt: { requestedUser } });
    expect(needed?.grant?.statements).toEqual([`AWS IAM GRANT ${written} TO '${PRINCIPAL_ARN}';`]);
  });
});
