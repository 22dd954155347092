import { describe, expect, test } from "vitest";
import { evaluatePolicies } from "./evaluate-policies.ts";
import { matchesGlob } from "./glob-pattern.ts";
import { parsePolicyDocument } from "./parse-policy-document.ts";

const ARN = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a";
const REQUEST = {
  principalArn: "arn:aws:iam::123456789012:user/a",
  action: "dsql:DbConnect",
  resource: ARN,
};

function decide(Statement: unknown): string {
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement });
  if (parsed.kind === "malformed")
    return parsed.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  const source = { kind: "inline" as const, name: "test", attachedTo: REQUEST.principalArn };
  return evaluatePolicies(REQUEST, [{ document: parsed.document, source }]).kind;
}

const allow = (more: object): object => ({
  Effect: "Allow",
  Action: "dsql:DbConnect",
  Resource: ARN,
  ...more,
});

describe("policy evaluation", () => {
  test.each<[string, unknown, string]>([
    ["allows a named action on a named resource", allow({}), "Allow"],
    ["ignores letter case in actions", allow({ Action: "DSQL:dbCONNECT" }), "Allow"],
    [
      "does not take DbConnectAdmin for DbConnect",
      allow({ Action: "dsql:DbConnectAdmin" }),
      "ImplicitDeny",
    ],
    [
      "minds letter case in resources",
      allow({ Resource: ARN.replace("cluster", "Cluster") }),
      "ImplicitDeny",
    ],
    [
      "denies explicitly although another statement allows",
      [allow({}), allow({ Effect: "Deny" })],
      "ExplicitDeny",
    ],
    [
      "leaves out what NotAction names",
      allow({ Action: undefined, NotAction: "dsql:DbConnect" }),
      "ImplicitDeny",
    ],
    [
      "names an element that it does not know",
      allow({ Condition: {} }),
      "Statement[0].Condition: is not evaluated by the emulator yet",
    ],
    [
      "names a policy variable",
      allow({ Resource: "arn:aws:dsql:::${aws:username}" }),
      "Statement[0].Resource: policy variables are not evaluated by the emulator yet",
    ],
    [
      "wants exactly one of Action and NotAction",
      allow({ Action: undefined }),
      "Statement[0]: must have exactly one of Action and NotAction",
    ],
  ])("%s", (_name, statement, expected) => {
    expect(decide(statement)).toBe(expected);
  });

  test("matches wildcards over the whole value, hostile patterns included", () => {
    const glob = (text: string, value: string): boolean =>
      matchesGlob({ text, ignoresCase: false }, value);
    expect([
      glob("a*c", "abbc"),
      glob("a?c", "abc"),
      glob("a?c", "ac"),
      glob("*", ""),
      glob("a*", "ba"),
    ]).toEqual([true, true, false, true, false]);
    expect(glob("a*".repeat(200).concat("b"), "a".repeat(5000))).toBe(false);
  });
});
