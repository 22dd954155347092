import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PolicyType, StatementReference } from "./decision.ts";
import { denialMessage } from "./denial-message.ts";
import { type AccessQuestion, evaluateAccess } from "./evaluate-access.ts";
import { parsePolicyDocument, type ParseOptions, type PolicyUse } from "./parse-policy-document.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { ContextKeys, RequestPrincipal } from "./request-context.ts";

type CaseKeys = Readonly<Record<string, string | readonly string[]>>;

interface CasePolicy {
  readonly name: string;
  /** `identity-based` unless given. */
  readonly type?: PolicyType;
  /** Place in the organization, of a service or resource control policy. */
  readonly level?: number;
  readonly document: unknown;
}

interface DecisionCase {
  readonly name: string;
  readonly source: string;
  readonly request: {
    readonly action: string;
    readonly resource: string;
    readonly principal?: RequestPrincipal;
    readonly resourceAccountId?: string;
    readonly keys?: CaseKeys;
  };
  readonly policies: readonly CasePolicy[];
  /** That the principal has session policies although there is none: a session without permissions. */
  readonly emptySession?: boolean;
  readonly decision: "Allow" | "ExplicitDeny" | "ImplicitDeny";
  readonly decidedBy?: PolicyType;
  readonly deciding: readonly string[];
  readonly nearMisses?: readonly string[];
  /** AWS's message, behind `User: … is not authorized to perform: … on resource: … `. */
  readonly reason?: string;
}

interface ConditionCase {
  readonly name: string;
  readonly source: string;
  readonly version?: string;
  readonly resource?: unknown;
  readonly notResource?: unknown;
  readonly condition?: unknown;
  readonly keys: CaseKeys;
  readonly holds: boolean;
}

interface MalformedCase {
  readonly name: string;
  readonly source: string;
  readonly document: unknown;
  readonly options?: ParseOptions;
  readonly problems: readonly string[];
}

const FOLDER = new URL("../../test/fixtures/iam/", import.meta.url);
const CONDITIONS = new URL("conditions/", FOLDER);
const ALICE: RequestPrincipal = {
  kind: "user",
  arn: "arn:aws:iam::123456789012:user/alice",
  accountId: "123456789012",
};
const CLUSTER = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a";
const MALFORMED_FILE = "malformed.json";
const USES: Readonly<Record<PolicyType, PolicyUse>> = {
  "identity-based": "identity",
  boundary: "identity",
  session: "identity",
  "service-control": "identity",
  "resource-control": "resource-control",
  "resource-based": "resource",
  "vpc-endpoint": "resource",
  trust: "trust",
};

function readAll(folder: URL): readonly { readonly file: string; readonly cases: unknown }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json") && file !== MALFORMED_FILE)
    .map((file) => ({ file, cases: read(new URL(file, folder)) }));
}

function read(file: URL): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function attach({ name, type = "identity-based", document }: CasePolicy): AttachedPolicy {
  const parsed = parsePolicyDocument(document, { use: USES[type] });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  return { document: parsed.document, source: { kind: "managed", name, attachedTo: ALICE.arn } };
}

function keysOf(keys: CaseKeys = {}): ContextKeys {
  return new Map(
    Object.entries(keys).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === "string" ? [value] : value,
    ]),
  );
}

function question({ request, policies, emptySession }: DecisionCase): AccessQuestion {
  const { principal = ALICE, keys, ...rest } = request;
  const of = (wanted: PolicyType): readonly CasePolicy[] =>
    policies.filter(({ type = "identity-based" }) => type === wanted);
  const levels = (wanted: PolicyType): readonly (readonly AttachedPolicy[])[] =>
    [...new Set(of(wanted).map(({ level }) => level))].map((place) =>
      of(wanted)
        .filter(({ level }) => level === place)
        .map(attach),
    );
  const only = (wanted: PolicyType): AttachedPolicy | undefined => of(wanted).map(attach)[0];
  const session = of("session").map(attach);
  return {
    request: { ...rest, principal, keys: keysOf(keys) },
    identity: of("identity-based").map(attach),
    boundary: only("boundary"),
    resource: only("resource-based"),
    trust: only("trust"),
    vpcEndpoint: only("vpc-endpoint"),
    session: session.length > 0 || emptySession === true ? session : undefined,
    serviceControl: levels("service-control"),
    resourceControl: levels("resource-control"),
  };
}

function nameOf({ policy, statementIndex }: StatementReference): string {
  return `${policy.name} ${statementIndex}`;
}

interface CaseFile<Case> {
  readonly file: string;
  readonly cases: readonly Case[];
}

const decisionCases = readAll(FOLDER) as readonly CaseFile<DecisionCase>[];
const conditionCases = readAll(CONDITIONS) as readonly CaseFile<ConditionCase>[];
const malformedCases = read(new URL(MALFORMED_FILE, FOLDER)) as readonly MalformedCase[];

describe.each(decisionCases)("the cases of $file", ({ cases }) => {
  test.each(cases)("$decision: $name", (given) => {
    const asked = question(given);
    const decision = evaluateAccess(asked);
    expect({
      decision: decision.kind,
      deciding: decision.deciding.map(nameOf),
    }).toStrictEqual({ decision: given.decision, deciding: given.deciding });
    if (given.decidedBy !== undefined) expect(decision.decidedBy).toBe(given.decidedBy);
    if (given.nearMisses !== undefined) {
      expect(
        decision.nearMisses.map((miss) => `${nameOf(miss)} ${miss.failedElement}`),
      ).toStrictEqual(given.nearMisses);
    }
    if (given.reason !== undefined) {
      const { principal, action, resource } = asked.request;
      const frame = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} `;
      expect(denialMessage({ request: asked.request, decision })).toBe(frame + given.reason);
    }
  });
});

describe.each(conditionCases)("the conditions of $file", ({ cases }) => {
  test.each(cases)("$holds: $name", (given) => {
    const { version = "2012-10-17", resource, notResource, condition, keys } = given;
    const where =
      notResource === undefined ? { Resource: resource ?? "*" } : { NotResource: notResource };
    const statement = (effect: string): object => ({
      Version: version,
      Statement: { Effect: effect, Action: "dsql:*", ...where, Condition: condition },
    });
    const decide = (...policies: CasePolicy[]): string[] => {
      const request = {
        principal: ALICE,
        action: "dsql:DbConnect",
        resource: CLUSTER,
        keys: keysOf(keys),
      };
      const decision = evaluateAccess({ request, identity: policies.map(attach) });
      return [
        decision.kind,
        ...decision.deciding.map(nameOf),
        ...decision.nearMisses.map((miss) => `${nameOf(miss)} not by its ${miss.failedElement}`),
      ];
    };
    const all = { Version: version, Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
    const everything = { name: "all", document: all };
    const tested = (effect: string): CasePolicy => ({ name: "this", document: statement(effect) });
    const element = condition === undefined ? "Resource" : "Condition";
    // Whatever makes an allow apply makes a deny apply.
    expect([decide(tested("Allow")), decide(everything, tested("Deny"))]).toStrictEqual(
      given.holds
        ? [
            ["Allow", "this 0"],
            ["ExplicitDeny", "this 0"],
          ]
        : [
            ["ImplicitDeny", `this 0 not by its ${element}`],
            ["Allow", "all 0", `this 0 not by its ${element}`],
          ],
    );
  });
});

describe("a malformed policy", () => {
  test.each(malformedCases)(
    "names what is wrong, and where: $name",
    ({ document, options, problems }) => {
      const parsed = parsePolicyDocument(document, options);
      expect(
        parsed.kind === "malformed" &&
          parsed.problems.map(({ path, message }) => `${path}: ${message}`),
      ).toStrictEqual(problems);
    },
  );
});

test("every case has a source, and there are as many as there were", () => {
  const all = [
    ...decisionCases.flatMap(({ cases }) => cases),
    ...conditionCases.flatMap(({ cases }) => cases),
    ...malformedCases,
  ];
  expect(all.filter(({ source }) => !source.startsWith("https://docs.aws.amazon.com/"))).toEqual(
    [],
  );
  expect(all).toHaveLength(776);
});
