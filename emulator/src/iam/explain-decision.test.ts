import { describe, expect, test } from "vitest";
import { denialMessage } from "./denial-message.ts";
import { type AccessQuestion, evaluateAccess } from "./evaluate-access.ts";
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

describe("a decision on policies of several types", () => {
  const inAccount = { ...REQUEST, resourceAccountId: "123456789012" };
  const noCluster = { Effect: "Allow", Action: "dsql:ListClusters", Resource: "*" };
  const resource = (principal: unknown): AttachedPolicy => {
    const statement = { ...NO_SID, Principal: principal };
    const parsed = parsePolicyDocument({ Statement: statement }, { use: "resource" });
    if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
    return {
      document: parsed.document,
      source: { kind: "inline", name: "cluster", attachedTo: CLUSTER },
    };
  };

  function explainAll(question: Omit<AccessQuestion, "request">): string[] {
    return explainDecision(evaluateAccess({ request: inAccount, ...question }), inAccount);
  }

  test("names the type of policy that lacks an allow, and who allows elsewhere", () => {
    expect(
      explainAll({
        identity: [policy("a", "inline", ALLOW, noCluster)],
        boundary: policy("limit", "managed", noCluster),
      }),
    ).toEqual([
      `implicit deny: no permissions boundary allows \`dsql:DbConnect\` on \`${CLUSTER}\``,
      "allowed elsewhere: statement `Connect` of inline policy `a`",
      "nearest: statement 0 of permissions boundary `limit` covers the resource, its Action is `dsql:ListClusters`",
    ]);
  });

  test("names the type of policy that denies", () => {
    expect(
      explainAll({
        identity: [policy("a", "inline", ALLOW)],
        serviceControl: [[policy("root", "managed", NO_SID, DENY)]],
      }),
    ).toEqual(["explicit deny: statement `Never` of service control policy `root`"]);
  });

  test("names the resource's policy that allows", () => {
    expect(explainAll({ identity: [], resource: resource("*") })).toEqual([
      "allow: statement 0 of resource-based policy `cluster`",
    ]);
  });

  test("shows a principal that the resource's policy does not name", () => {
    const bob = "arn:aws:iam::123456789012:user/bob";
    expect(explainAll({ identity: [], resource: resource({ AWS: bob }) })[1]).toBe(
      `nearest: statement 0 of resource-based policy \`cluster\` covers the action and the resource, its Principal is \`AWS:${bob}\``,
    );
  });

  test.each<[string, object, string]>([
    [
      "a key that the request does not have",
      { StringEquals: { "aws:SourceVpc": ["vpc-1", "vpc-2", "vpc-3", "vpc-4"] } },
      "`StringEquals` of `vpc-1`, `vpc-2`, `vpc-3` and 1 more, but `aws:SourceVpc` is not in the request",
    ],
    [
      "a key with other values, after one that holds",
      {
        StringLike: { "aws:UserAgent": "my*" },
        "ForAllValues:StringEquals": { "aws:TagKeys": "a" },
      },
      "`ForAllValues:StringEquals` of `a`, but `aws:TagKeys` is `a`, `b`",
    ],
  ])("shows the condition that fails: %s", (_name, condition, text) => {
    const keys = new Map([
      ["aws:useragent", ["my app"]],
      ["aws:tagkeys", ["a", "b"]],
    ]);
    const request = { ...REQUEST, keys };
    const policies = [policy("a", "managed", { ...ALLOW, Condition: condition })];
    const decision = evaluateAccess({ request, identity: policies });
    expect(explainDecision(decision, request)[1]).toBe(
      `nearest: statement \`Connect\` of managed policy \`a\` covers all but a condition: ${text}`,
    );
  });

  test("says that the root user needs no policy", () => {
    const principal = {
      kind: "root",
      arn: "arn:aws:iam::123456789012:root",
      accountId: "123456789012",
    } as const;
    const request = { ...REQUEST, principal };
    expect(explainDecision(evaluateAccess({ request, identity: [] }), request)).toEqual([
      "allow: the root user of the account",
    ]);
  });
});

describe("AWS's message", () => {
  const denied = policy("stop", "managed", DENY);
  const arn = "arn:aws:iam::123456789012:policy/stop";
  const withArn = { ...denied, source: { ...denied.source, arn } };
  const message = (deny: AttachedPolicy, showsPolicyArn: boolean, resource = CLUSTER): string => {
    const request = { ...REQUEST, resource };
    const decision = evaluateAccess({ request, identity: [deny] });
    return denialMessage({ request, decision, showsPolicyArn });
  };
  const user = "User: arn:aws:sts::123456789012:assumed-role/app/session";
  const start = `${user} is not authorized to perform: dsql:DbConnect`;

  test("has the ARN of a managed policy that denies at its end, if asked for", () => {
    const end = "with an explicit deny in an identity-based policy";
    expect(message(withArn, true)).toBe(`${start} on resource: ${CLUSTER} ${end}: ${arn}`);
    expect(message(withArn, false)).toBe(`${start} on resource: ${CLUSTER} ${end}`);
    expect(message(denied, true)).toBe(`${start} on resource: ${CLUSTER} ${end}`);
  });

  test("has no resource when the action has none", () => {
    const end = "because no identity-based policy allows the dsql:DbConnect action";
    expect(message(policy("a", "inline", ALLOW), true, "*")).toBe(`${start} ${end}`);
  });
});
