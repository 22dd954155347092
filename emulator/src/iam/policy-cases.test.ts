import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evaluatePolicies, type StatementReference } from "./evaluate-policies.ts";
import { parsePolicyDocument } from "./parse-policy-document.ts";
import type { AttachedPolicy } from "./policy-document.ts";

interface DecisionCase {
  readonly name: string;
  readonly source: string;
  readonly request: { readonly action: string; readonly resource: string };
  readonly policies: readonly { readonly name: string; readonly document: unknown }[];
  readonly decision: "Allow" | "ExplicitDeny" | "ImplicitDeny";
  readonly deciding: readonly string[];
  readonly nearMisses?: readonly string[];
}

interface MalformedCase {
  readonly name: string;
  readonly source: string;
  readonly document: unknown;
  readonly problems: readonly string[];
}

const FOLDER = new URL("../../test/fixtures/iam/", import.meta.url);
const PRINCIPAL_ARN = "arn:aws:iam::123456789012:user/alice";
const MALFORMED_FILE = "malformed.json";

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
}

function attach(name: string, document: unknown): AttachedPolicy {
  const parsed = parsePolicyDocument(document);
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  return {
    document: parsed.document,
    source: { kind: "managed", name, attachedTo: PRINCIPAL_ARN },
  };
}

function nameOf({ policy, statementIndex }: StatementReference): string {
  return `${policy.name} ${statementIndex}`;
}

const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
const decisionCases = files
  .filter((file) => file !== MALFORMED_FILE)
  .map((file) => ({ file, cases: read(file) as readonly DecisionCase[] }));

describe.each(decisionCases)("the cases of $file", ({ cases }) => {
  test.each(cases)("$decision: $name", ({ request, policies, ...expected }) => {
    const decision = evaluatePolicies(
      { principalArn: PRINCIPAL_ARN, ...request },
      policies.map(({ name, document }) => attach(name, document)),
    );
    const effect = expected.decision === "ExplicitDeny" ? "Deny" : "Allow";
    expect({
      decision: decision.kind,
      deciding: decision.matched.filter((match) => match.effect === effect).map(nameOf),
    }).toStrictEqual({ decision: expected.decision, deciding: expected.deciding });
    if (expected.nearMisses !== undefined) {
      expect(
        decision.nearMisses.map((miss) => `${nameOf(miss)} ${miss.failedElement}`),
      ).toStrictEqual(expected.nearMisses);
    }
  });
});

describe("a malformed policy", () => {
  test.each(read(MALFORMED_FILE) as readonly MalformedCase[])(
    "names what is wrong, and where: $name",
    ({ document, problems }) => {
      const parsed = parsePolicyDocument(document);
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
    ...(read(MALFORMED_FILE) as readonly MalformedCase[]),
  ];
  expect(all.filter(({ source }) => !source.startsWith("https://docs.aws.amazon.com/"))).toEqual(
    [],
  );
  expect(all).toHaveLength(150);
});
