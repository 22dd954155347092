import { describe, expect, test } from "vitest";
import { denialMessage } from "./denial-message.ts";
import { evaluateAccess } from "./evaluate-access.ts";
import { explainDecision } from "./explain-decision.ts";
import { parsePolicyDocument } from "./parse-policy-document.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { RequestContext } from "./request-context.ts";

const CLUSTER = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a";
const OTHER = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2b";
const REQUEST: RequestContext = {
  principal: {
    kind: "assumed-role",
    arn: "arn:aws:sts::123456789012:assumed-role/app/session",
    accountId: "123456789012",
    issuerArn: "arn:aws:iam::123456789012:role/app",
  },
  keys: new Map(),
  action: "dsql:DbConnect",
  resource: CLUSTER,
};

function policy(name: string, kind: "managed" | "inline", ...statements: object[]): AttachedPolicy {
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: statements });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  return { document: parsed.document, source: { kind, name, attachedTo: "arn" } };
}

const ALLOW = { Sid: "Connect", Effect: "Allow", Action: "dsql:DbConnect", Resource: CLUSTER };
const NO_SID = { Effect: "Allow", Action: "dsql:*", Resource: "*" };
const DENY = { Sid: "Never", Effect: "Deny", Action: "dsql:*", Resource: "*" };

function explain(...policies: AttachedPolicy[]): string[] {
  return explainDecision(evaluateAccess({ request: REQUEST, identity: policies }), REQUEST);
}

describe("a decision in the emulator's words", () => {
  test("names every statement that allows, by its Sid or its place", () => {
    expect(explain(policy("a", "inline", ALLOW, NO_SID), policy("b", "managed", NO_SID))).toEqual([
      "allow: statement `Connect` of inline policy `a`, statement 1 of inline policy `a`, statement 0 of managed policy `b`",
    ]);
  });

  test("names every statement that denies, and none that allows", () => {
    expect(explain(policy("a", "inline", ALLOW, DENY))).toEqual([
      "explicit deny: statement `Never` of inline policy `a`",
    ]);
  });

  test("says that there was nothing to look at", () => {
    expect(explain()).toEqual([
      `implicit deny: 0 statements looked at, none allows \`dsql:DbConnect\` on \`${CLUSTER}\``,
    ]);
  });

  test("shows the nearest statements, those with the right action first, and no deny", () => {
    expect(
      explain(
        policy(
          "a",
          "managed",
          { Sid: "Admins", Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: CLUSTER },
          { Effect: "Deny", Action: "dsql:DbConnect", Resource: OTHER },
          { Sid: "Others", Effect: "Allow", Action: "dsql:DbConnect", Resource: [OTHER] },
          { Effect: "Allow", Action: "dsql:*", NotResource: CLUSTER },
        ),
      ),
    ).toEqual([
      `implicit deny: 4 statements looked at, none allows \`dsql:DbConnect\` on \`${CLUSTER}\``,
      `nearest: statement \`Others\` of managed policy \`a\` covers the action, its Resource is \`${OTHER}\``,
      `nearest: statement 3 of managed policy \`a\` covers the action, its NotResource is \`${CLUSTER}\``,
      "nearest: statement `Admins` of managed policy `a` covers the resource, its Action is `dsql:DbConnectAdmin`",
    ]);
  });

  test("shows at most three of them, and three patterns of each", () => {
    const near = {
      Effect: "Allow",
      Action: ["s3:A", "s3:B", "s3:C", "s3:D", "s3:E"],
      Resource: "*",
    };
    const line = (index: number): string =>
      `nearest: statement ${index} of inline policy \`a\` covers the resource, its Action is \`s3:A\`, \`s3:B\`, \`s3:C\` and 2 more`;
    expect(explain(policy("a", "inline", near, near, near, near)).slice(1)).toEqual([
      line(0),
      line(1),
      line(2),
    ]);
  });
});

describe("a denial in AWS's words", () => {
  const frame = `User: arn:aws:sts::123456789012:assumed-role/app/session is not authorized to perform: dsql:DbConnect on resource: ${CLUSTER}`;

  test.each<[string, AttachedPolicy[], string]>([
    [
      "an implicit deny",
      [],
      `${frame} because no identity-based policy allows the dsql:DbConnect action`,
    ],
    [
      "an explicit deny",
      [policy("a", "inline", ALLOW, DENY)],
      `${frame} with an explicit deny in an identity-based policy`,
    ],
  ])("%s", (_name, policies, text) => {
    const decision = evaluateAccess({ request: REQUEST, identity: policies });
    expect(denialMessage({ request: REQUEST, decision })).toBe(text);
  });
});
