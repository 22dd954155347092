import { describe, expect, test } from "vitest";
import { randomNumbers } from "../../test/fixtures/random-numbers.ts";
import { evaluateAccess } from "./evaluate-access.ts";
import { compileGlob, type Glob, matchesGlob } from "./glob.ts";
import { parsePolicyDocument } from "./parse-policy-document.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { RequestContext } from "./request-context.ts";

const SEED = 20_260_115;
const ROUNDS = 3000;

const random = randomNumbers(SEED);

function pick<Value>(values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function arn(cluster: string): string {
  return `arn:aws:dsql:us-east-1:123456789012:cluster/${cluster}`;
}

function randomStatement(effect: "Allow" | "Deny"): object {
  const action = pick(["dsql:A", "dsql:B", "dsql:*", "dsql:?", "s3:*", "*"]);
  const resource = pick([arn("a"), arn("b"), arn("*"), arn("?a"), "*"]);
  return {
    Effect: effect,
    [pick(["Action", "Action", "NotAction"])]: pick<unknown>([action, [action, "dsql:C"]]),
    [pick(["Resource", "Resource", "NotResource"])]: pick<unknown>([resource, [resource]]),
  };
}

function attach(statements: readonly object[]): AttachedPolicy {
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: statements });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  const source = { kind: "inline", name: "p", attachedTo: "arn" } as const;
  return { document: parsed.document, source };
}

interface Sample {
  readonly request: RequestContext;
  readonly statements: readonly object[];
}

function samples(): Sample[] {
  return Array.from({ length: ROUNDS }, () => ({
    request: {
      principal: { kind: "user", arn: "arn", accountId: "123456789012" },
      keys: new Map(),
      action: pick(["dsql:A", "dsql:B", "dsql:C", "s3:X"]),
      resource: arn(pick(["a", "b", "ba"])),
    },
    statements: Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
      randomStatement(pick(["Allow", "Allow", "Deny"])),
    ),
  }));
}

function kindOf(request: Sample["request"], statements: readonly object[]): string {
  return evaluateAccess({ request, identity: [attach(statements)] }).kind;
}

describe("whatever the policies are", () => {
  test("the samples reach every decision often", () => {
    const counts = new Map<string, number>();
    for (const { request, statements } of samples()) {
      const kind = kindOf(request, statements);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toStrictEqual(["Allow", "ExplicitDeny", "ImplicitDeny"]);
    expect(Math.min(...counts.values())).toBeGreaterThan(ROUNDS / 10);
  });

  test("a further deny never turns a denial into an allow", () => {
    const broken = samples().filter(({ request, statements }) => {
      const more = [...statements, randomStatement("Deny")];
      return kindOf(request, statements) !== "Allow" && kindOf(request, more) === "Allow";
    });
    expect(broken).toEqual([]);
  });

  test("a further allow never removes an allow, and never lifts an explicit deny", () => {
    const broken = samples().filter(({ request, statements }) => {
      const before = kindOf(request, statements);
      const after = kindOf(request, [...statements, randomStatement("Allow")]);
      return before === "ImplicitDeny" ? after === "ExplicitDeny" : after !== before;
    });
    expect(broken).toEqual([]);
  });

  test("the order of statements does not matter", () => {
    const broken = samples().filter(
      ({ request, statements }) =>
        kindOf(request, statements) !== kindOf(request, [...statements].reverse()),
    );
    expect(broken).toEqual([]);
  });

  test("it does not matter which policy a statement stands in, nor the order of policies", () => {
    const broken = samples().filter(({ request, statements }) => {
      const apart = statements.map((statement) => attach([statement]));
      return (
        kindOf(request, statements) !== evaluateAccess({ request, identity: apart }).kind ||
        kindOf(request, statements) !== evaluateAccess({ request, identity: apart.reverse() }).kind
      );
    });
    expect(broken).toEqual([]);
  });

  test("every statement is looked at", () => {
    for (const { request, statements } of samples()) {
      const { statementsExamined } = evaluateAccess({
        request,
        identity: [attach(statements), attach(statements)],
      });
      expect(statementsExamined).toBe(2 * statements.length);
    }
  });
});

describe("wildcards", () => {
  function glob(text: string, ignoresCase: boolean): Glob {
    const compiled = compileGlob(text, { ignoresCase, hasVariables: false });
    if (compiled === undefined) throw new Error(text);
    return compiled;
  }

  function expression(text: string, ignoresCase: boolean): RegExp {
    const source = text.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
    return new RegExp(`^${source}$`, ignoresCase ? "si" : "s");
  }

  test("match what the same regular expression matches", () => {
    const text = (symbols: readonly [string, ...string[]], length: number): string =>
      Array.from({ length: Math.floor(random() * length) }, () => pick(symbols)).join("");
    let matches = 0;
    const different: string[] = [];
    for (let round = 0; round < 20_000; round += 1) {
      const pattern = {
        text: text(["a", "A", "b", "*", "*", "?", "."], 8),
        ignoresCase: pick([true, false]),
      };
      const value = text(["a", "a", "b", "A", "*", "."], 8);
      const expected = expression(pattern.text, pattern.ignoresCase).test(value);
      if (expected) matches += 1;
      if (matchesGlob(glob(pattern.text, pattern.ignoresCase), value, new Map()) !== expected)
        different.push(`${pattern.text} ${value}`);
    }
    expect(different).toEqual([]);
    expect(matches).toBeGreaterThan(2000);
  });

  test.each<[string, string]>([
    ["a*".repeat(2000).concat("b"), "a".repeat(2000)],
    ["*a".repeat(2000).concat("b"), "a".repeat(2000)],
    ["*".repeat(5000).concat("b"), "a".repeat(2000)],
    ["*?".repeat(2000).concat("b"), "a".repeat(2000)],
    [`*${"a".repeat(1000)}b`, "a".repeat(2000)],
  ])("take no longer for a hostile pattern than the product of the lengths", (text, value) => {
    expect(matchesGlob(glob(text, true), value, new Map())).toBe(false);
  });

  test("ignore the case of ASCII letters alone", () => {
    const covers = (text: string, value: string): boolean | undefined =>
      matchesGlob(glob(text, true), value, new Map());
    expect([
      covers("AbZ", "aBz"),
      covers("@", "`"),
      covers("[", "{"),
      covers("K", "\u212A"),
    ]).toEqual([true, false, false, false]);
  });
});
