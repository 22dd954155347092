import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../test/fixtures/random-numbers.ts";
import type { Decision } from "./decision.ts";
import { type AccessQuestion, evaluateAccess } from "./evaluate-access.ts";
import { parsePolicyDocument, type PolicyUse } from "./parse-policy-document.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { RequestContext, RequestPrincipal } from "./request-context.ts";

const SEED = 20_260_131;
const ROUNDS = 2000;
const ACCOUNT = "123456789012";
const USER = `arn:aws:iam::${ACCOUNT}:user/alice`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/s`;

const random = randomNumbers(SEED);

/** The policies of a question, by its fields; each list becomes one policy. */
interface Statements {
  readonly identity: readonly object[];
  readonly boundary: readonly object[] | undefined;
  readonly session: readonly object[] | undefined;
  readonly resource: readonly object[] | undefined;
  readonly serviceControl: readonly object[] | undefined;
  readonly resourceControl: readonly object[] | undefined;
}

interface Sample {
  readonly request: RequestContext;
  readonly statements: Statements;
}

type Field = keyof Statements;

const FIELDS: readonly Field[] = [
  "identity",
  "boundary",
  "session",
  "resource",
  "serviceControl",
  "resourceControl",
];

function pick<Value>(values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function randomPrincipal(): RequestPrincipal {
  return pick<RequestPrincipal>([
    { kind: "user", arn: USER, accountId: ACCOUNT },
    { kind: "assumed-role", arn: SESSION, accountId: ACCOUNT, issuerArn: ROLE },
    { kind: "root", arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT },
    { kind: "user", arn: "arn:aws:iam::999999999999:user/m", accountId: "999999999999" },
    { kind: "service", arn: "ec2.amazonaws.com", accountId: "" },
  ]);
}

function randomStatement(field: Field, effect: "Allow" | "Deny"): object {
  const named = pick<unknown>([
    "*",
    { AWS: USER },
    { AWS: [SESSION, "999999999999"] },
    { AWS: ROLE },
    { AWS: ACCOUNT },
    { Service: "ec2.amazonaws.com" },
  ]);
  const principal = {
    resource: { [pick(["Principal", "Principal", "Principal", "NotPrincipal"])]: named },
    resourceControl: { Principal: "*" },
  };
  return {
    Effect: effect,
    ...(field === "resource" || field === "resourceControl" ? principal[field] : {}),
    [pick(["Action", "Action", "Action", "NotAction"])]: pick(["dsql:A", "dsql:*", "*", "s3:*"]),
    [pick(["Resource", "Resource", "Resource", "NotResource"])]: pick([
      "*",
      "arn:aws:dsql:::cluster/a",
      "arn:aws:dsql:::cluster/${aws:PrincipalTag/team}",
    ]),
    ...pick<object>([
      {},
      {},
      { Condition: { StringEquals: { "aws:PrincipalTag/team": ["a", "b"] } } },
      { Condition: { StringNotLike: { "aws:PrincipalTag/team": "a*" } } },
      { Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["x"] } } },
      { Condition: { IpAddressIfExists: { "aws:SourceIp": "10.0.0.0/8" } } },
      { Condition: { Null: { "aws:SourceIp": "true" } } },
    ]),
  };
}

function randomStatements(field: Field): readonly object[] {
  return Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
    randomStatement(field, random() < 0.88 ? "Allow" : "Deny"),
  );
}

function samples(): readonly Sample[] {
  const keys = (): RequestContext["keys"] => {
    const all: readonly [string, readonly string[]][] = [
      ["aws:principaltag/team", [pick(["a", "b", "c"])]],
      ["aws:tagkeys", pick([["x"], ["x", "y"]])],
      ["aws:sourceip", [pick(["10.1.1.1", "11.1.1.1"])]],
    ];
    return new Map(all.filter(() => random() < 0.7));
  };
  return Array.from({ length: ROUNDS }, () => {
    const optional = (field: Field): readonly object[] | undefined =>
      random() < 0.4 ? randomStatements(field) : undefined;
    return {
      request: {
        principal: randomPrincipal(),
        action: pick(["dsql:A", "dsql:B"]),
        resource: `arn:aws:dsql:::cluster/${pick(["a", "b"])}`,
        resourceAccountId: ACCOUNT,
        keys: keys(),
      },
      statements: {
        identity: randomStatements("identity"),
        boundary: optional("boundary"),
        session: optional("session"),
        resource: optional("resource"),
        serviceControl: optional("serviceControl"),
        resourceControl: optional("resourceControl"),
      },
    };
  });
}

function attach(field: Field, statements: readonly object[]): AttachedPolicy {
  const use: PolicyUse =
    field === "resource" ? field : field === "resourceControl" ? "resource-control" : "identity";
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: statements }, { use });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  return { document: parsed.document, source: { kind: "inline", name: field, attachedTo: "arn" } };
}

function question({ request, statements }: Sample): AccessQuestion {
  const of = (field: Field): AttachedPolicy | undefined =>
    statements[field] && attach(field, statements[field]);
  const [identity, session] = [of("identity"), of("session")];
  const [serviceControl, resourceControl] = [of("serviceControl"), of("resourceControl")];
  return {
    request,
    identity: identity === undefined ? [] : [identity],
    boundary: of("boundary"),
    session: session && [session],
    resource: of("resource"),
    serviceControl: serviceControl && [[serviceControl]],
    resourceControl: resourceControl && [[resourceControl]],
  };
}

function decide(sample: Sample): Decision {
  return evaluateAccess(question(sample));
}

function withMore(sample: Sample, field: Field, statement: object): Sample {
  const { statements } = sample;
  const more = [...(statements[field] ?? []), statement];
  return { ...sample, statements: { ...statements, [field]: more } };
}

function presentField({ statements }: Sample): Field {
  const present = FIELDS.filter((field) => statements[field] !== undefined);
  return present[Math.floor(random() * present.length)] ?? "identity";
}

describe("whatever the policies of all types are", () => {
  test("the samples reach every decision of every type of policy", () => {
    const counts = new Map<string, number>();
    for (const sample of samples()) {
      const { kind, decidedBy } = decide(sample);
      const name = `${kind} ${decidedBy ?? "nobody"}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toStrictEqual([
      "Allow identity-based",
      "Allow nobody",
      "Allow resource-based",
      "ExplicitDeny boundary",
      "ExplicitDeny identity-based",
      "ExplicitDeny resource-based",
      "ExplicitDeny resource-control",
      "ExplicitDeny service-control",
      "ExplicitDeny session",
      "ImplicitDeny boundary",
      "ImplicitDeny identity-based",
      "ImplicitDeny resource-based",
      "ImplicitDeny resource-control",
      "ImplicitDeny service-control",
      "ImplicitDeny session",
    ]);
    expect(Math.min(...counts.values())).toBeGreaterThan(4);
  });

  test("a further deny in any policy never turns a denial into an allow", () => {
    const broken = samples().filter((sample) => {
      const field = presentField(sample);
      const more = withMore(sample, field, randomStatement(field, "Deny"));
      return decide(sample).kind !== "Allow" && decide(more).kind === "Allow";
    });
    expect(broken).toEqual([]);
  });

  test("a deny of everything in any policy that applies is the end of it", () => {
    const deny = { Effect: "Deny", Action: "*", Resource: "*" };
    const broken = samples().filter((sample) => {
      const field = presentField(sample);
      if (field === "serviceControl" && sample.request.principal.kind === "service") return false;
      const everybody = field === "resource" || field === "resourceControl";
      const statement = everybody ? { ...deny, Principal: "*" } : deny;
      return decide(withMore(sample, field, statement)).kind !== "ExplicitDeny";
    });
    expect(broken).toEqual([]);
  });

  test("a further allow in any policy never removes an allow, and never lifts an explicit deny", () => {
    const broken = samples().filter((sample) => {
      const field = presentField(sample);
      const before = decide(sample).kind;
      const after = decide(withMore(sample, field, randomStatement(field, "Allow"))).kind;
      return before === "ImplicitDeny" ? after === "ExplicitDeny" : after !== before;
    });
    expect(broken).toEqual([]);
  });

  test("a policy that only limits never turns a denial into an allow", () => {
    const limits = ["boundary", "session", "serviceControl", "resourceControl"] as const;
    const broken = samples().filter((sample) => {
      const field = pick(limits as unknown as readonly [Field, ...Field[]]);
      if (sample.statements[field] !== undefined) return false;
      const limited = withMore(sample, field, randomStatement(field, "Allow"));
      return decide(sample).kind !== "Allow" && decide(limited).kind === "Allow";
    });
    expect(broken).toEqual([]);
  });

  test("the order of statements does not matter, for the decision nor for who decides", () => {
    const summary = ({ kind, decidedBy, deciding }: Decision): unknown => [
      kind,
      decidedBy,
      deciding.length,
    ];
    for (const sample of samples()) {
      const { statements } = sample;
      const reversed = { ...statements };
      for (const field of FIELDS) {
        const list = statements[field];
        if (list !== undefined) Object.assign(reversed, { [field]: [...list].reverse() });
      }
      const other = decide({ ...sample, statements: reversed });
      expect(summary(other)).toEqual(summary(decide(sample)));
    }
  });

  test("the deciding statements have the effect of the decision, and are among those that match", () => {
    for (const sample of samples()) {
      const { kind, decidedBy, deciding, matched } = decide(sample);
      const effect = kind === "ExplicitDeny" ? "Deny" : "Allow";
      expect(deciding.filter((statement) => statement.effect !== effect)).toEqual([]);
      expect(deciding.filter((statement) => !matched.includes(statement))).toEqual([]);
      expect(deciding.length > 0).toBe(kind !== "ImplicitDeny" && decidedBy !== undefined);
    }
  });
});
