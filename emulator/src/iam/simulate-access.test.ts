import { describe, expect, test } from "vitest";
import { parsePolicyDocument, type PolicyUse } from "./parse-policy-document.ts";
import {
  simulateAccess,
  type SimulatedAccess,
  type SimulatedPolicy,
  type SimulatedRequest,
  type Simulation,
} from "./simulate-access.ts";

const ACCOUNT = "123456789012";
const OTHER = "210987654321";
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const CLUSTER = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/aaaaaaaaaaaaaaaaaaaaaaaaaa`;
const CONNECT: SimulatedRequest = { action: "dsql:DbConnect", resource: CLUSTER };

function policy(sourceId: string, statements: readonly object[], use?: PolicyUse): SimulatedPolicy {
  const json = { Version: "2012-10-17", Statement: statements };
  const parsed = parsePolicyDocument(json, use === undefined ? {} : { use });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  const source = { kind: "inline", name: sourceId, attachedTo: ALICE } as const;
  return { document: parsed.document, source, sourceId, text: JSON.stringify(json) };
}

function statement(Effect: string, Action: string, more: object = {}): object {
  return { Effect, Action, Resource: "*", ...more };
}

const ALLOW = statement("Allow", "dsql:*");
const DENY = statement("Deny", "dsql:DbConnect");

function simulate(simulation: Partial<Simulation>, request = CONNECT): SimulatedAccess {
  const principal = { kind: "user", arn: ALICE, accountId: ACCOUNT } as const;
  return simulateAccess({ principal, identity: [], keys: new Map(), ...simulation }, request);
}

/** The policies and lines of the statements that a decision rests on. */
function matchedIn({ matchedStatements }: SimulatedAccess): readonly string[] {
  return matchedStatements.map(
    ({ sourcePolicyId, sourcePolicyType, position }) =>
      `${sourcePolicyType} ${sourcePolicyId} ${position?.start.column}-${position?.end.column}`,
  );
}

const START = `{"Version":"2012-10-17","Statement":[`.length + 1;
const ALLOW_END = START + JSON.stringify(ALLOW).length;
const DENY_END = ALLOW_END + 1 + JSON.stringify(DENY).length;

describe("a simulated decision", () => {
  test("is allowed by the statements that allow", () => {
    const access = simulate({ identity: [policy("one", [statement("Allow", "s3:*"), ALLOW])] });
    expect(access.verdict).toBe("allowed");
    const first = START + JSON.stringify(statement("Allow", "s3:*")).length;
    expect(matchedIn(access)).toEqual([
      `IAM Policy one ${first}-${first + 1 + JSON.stringify(ALLOW).length}`,
    ]);
  });

  test("is explicitly denied by the statements that deny, whatever allows", () => {
    const access = simulate({ identity: [policy("one", [ALLOW, DENY]), policy("two", [ALLOW])] });
    expect(access.verdict).toBe("explicitDeny");
    expect(matchedIn(access)).toEqual([`IAM Policy one ${ALLOW_END}-${DENY_END}`]);
  });

  test("is implicitly denied by nothing", () => {
    const access = simulate({ identity: [policy("one", [statement("Allow", "s3:*")])] });
    expect(access).toEqual({
      verdict: "implicitDeny",
      matchedStatements: [],
      missingKeys: [],
      isAllowedByBoundary: undefined,
      isAllowedByOrganization: undefined,
      verdicts: {},
    });
  });

  test.each<[boundary: readonly object[], verdict: string, isAllowed: boolean]>([
    [[ALLOW], "allowed", true],
    [[statement("Allow", "s3:*")], "implicitDeny", false],
    [[ALLOW, DENY], "explicitDeny", false],
  ])("is under the boundary %j", (statements, verdict, isAllowedByBoundary) => {
    const access = simulate({
      identity: [policy("one", [ALLOW])],
      boundary: policy("limit", statements),
    });
    expect(access).toMatchObject({ verdict, isAllowedByBoundary });
    const denying = [`Permissions Boundary Policy limit ${ALLOW_END}-${DENY_END}`];
    if (verdict === "explicitDeny") expect(matchedIn(access)).toEqual(denying);
  });

  test.each<[levels: readonly (readonly object[])[], verdict: string, isAllowed: boolean]>([
    [[[ALLOW], [ALLOW]], "allowed", true],
    [[[ALLOW], [statement("Allow", "s3:*")]], "implicitDeny", false],
    [[[ALLOW, DENY], [ALLOW]], "explicitDeny", false],
  ])("is under the levels %j of an organization", (levels, verdict, isAllowedByOrganization) => {
    const access = simulate({
      identity: [policy("one", [ALLOW])],
      serviceControl: levels.map((statements, index) => [policy(`scp${index}`, statements)]),
    });
    expect(access).toMatchObject({ verdict, isAllowedByOrganization });
    if (verdict !== "allowed") expect(access.matchedStatements).toEqual([]);
  });

  test("takes the policy of the resource, and who is asking, into account", () => {
    const granting = { ...statement("Allow", "dsql:DbConnect"), Principal: { AWS: ALICE } };
    const resourcePolicy = policy("ResourcePolicy", [granting], "resource");
    const access = simulate({ resourcePolicy });
    expect(access.verdict).toBe("allowed");
    expect(matchedIn(access)[0]).toMatch(/^Resource Policy ResourcePolicy 38-/);
    const principal = { kind: "user", arn: `${ALICE}2`, accountId: ACCOUNT } as const;
    expect(simulate({ resourcePolicy, principal }).verdict).toBe("implicitDeny");
  });

  test("says of another account's resource what each type of policy says", () => {
    const request = { ...CONNECT, resourceAccountId: OTHER };
    const identity = [policy("one", [ALLOW])];
    expect(simulate({ identity }, request)).toMatchObject({
      verdict: "implicitDeny",
      verdicts: { "IAM Policy": "allowed" },
    });
    const granting = { ...statement("Allow", "dsql:DbConnect"), Principal: { AWS: ACCOUNT } };
    const resourcePolicy = policy("ResourcePolicy", [granting], "resource");
    expect(simulate({ identity, resourcePolicy }, request)).toMatchObject({
      verdict: "allowed",
      verdicts: { "IAM Policy": "allowed", "Resource Policy": "allowed" },
    });
    expect(simulate({ resourcePolicy, boundary: policy("b", [DENY]) }, request).verdicts).toEqual({
      "IAM Policy": "implicitDeny",
      "Resource Policy": "allowed",
      "Permissions Boundary Policy": "explicitDeny",
    });
  });
});

describe("missing keys", () => {
  const asking = (Condition: object, more: object = {}): Partial<Simulation> => ({
    identity: [policy("one", [statement("Allow", "dsql:*", { Condition, ...more })])],
  });

  test("are those of conditions and of the variables in them, as written, each once", () => {
    const simulation = asking({
      StringEquals: { "aws:PrincipalTag/Team": ["${aws:UserName}", "${my:Key, 'none'}", "${*}"] },
      Null: { "aws:principaltag/team": "false" },
    });
    expect(simulate(simulation).missingKeys).toEqual(["aws:PrincipalTag/Team", "aws:UserName"]);
  });

  test("are missing no longer when they are given", () => {
    const simulation = asking({ StringEquals: { "aws:SourceVpc": "vpc-1" } });
    expect(simulate(simulation)).toMatchObject({
      verdict: "implicitDeny",
      missingKeys: ["aws:SourceVpc"],
    });
    const keys = new Map([["aws:sourcevpc", ["vpc-1"]]]);
    expect(simulate({ ...simulation, keys })).toMatchObject({
      verdict: "allowed",
      missingKeys: [],
    });
  });

  test("are those of statements about the request only", () => {
    const Condition = { Bool: { "aws:SecureTransport": "true" } };
    const other = CLUSTER.replace(/a{26}$/, "b".repeat(26));
    const identity = [
      policy("one", [
        statement("Allow", "s3:*", { Condition }),
        statement("Allow", "dsql:*", { Condition, Resource: other }),
      ]),
    ];
    expect(simulate({ identity }).missingKeys).toEqual([]);
  });

  test("are those of a resource that would be covered with them", () => {
    const Resource = `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/\${aws:PrincipalTag/Cluster}`;
    const simulation = asking({ Bool: { "aws:SecureTransport": "true" } }, { Resource });
    expect(simulate(simulation).missingKeys).toEqual([
      "aws:PrincipalTag/Cluster",
      "aws:SecureTransport",
    ]);
    const keys = new Map([["aws:principaltag/cluster", ["other"]]]);
    expect(simulate({ ...simulation, keys }).missingKeys).toEqual([]);
  });

  test("are those of the boundary and of the resource's policy too", () => {
    const Condition = { Bool: { "aws:SecureTransport": "true" } };
    const Principal = "*";
    const simulation = {
      boundary: policy("limit", [statement("Allow", "*", { Condition })]),
      resourcePolicy: policy(
        "ResourcePolicy",
        [
          statement("Deny", "*", {
            Condition: { Bool: { "aws:ViaAWSService": "true" } },
            Principal,
          }),
        ],
        "resource",
      ),
    };
    expect([...simulate(simulation).missingKeys].sort()).toEqual([
      "aws:SecureTransport",
      "aws:ViaAWSService",
    ]);
  });
});
