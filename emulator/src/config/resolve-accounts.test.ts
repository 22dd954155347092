import { describe, expect, test } from "vitest";
import { parsePolicyDocument } from "../iam/index.ts";
import type { ConfigurationProblem } from "./configuration-error.ts";
import { objectOf } from "./json-value.ts";
import { parseConfigText } from "./parse-config-text.ts";
import { resolveAccounts, type ResolvedAccounts } from "./resolve-accounts.ts";

function resolve(yaml: string): ResolvedAccounts & { problems: ConfigurationProblem[] } {
  const parsed = parseConfigText(yaml, "f.yaml");
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  const problems: ConfigurationProblem[] = [];
  const report = (path: string, message: string): unknown => problems.push({ path, message });
  return { ...resolveAccounts(objectOf(parsed.value), report), problems };
}

const POLICY = "{Statement: [{Effect: Deny, Action: 'dsql:*', Resource: '*'}]}";
const PARSED = parsePolicyDocument({
  Statement: [{ Effect: "Deny", Action: "dsql:*", Resource: "*" }],
});
const DOCUMENT = PARSED.kind === "parsed" ? PARSED.document : undefined;
const FULL = `
defaultUser: false
accounts:
  "111111111111":
    policies:
      - {name: connect, path: /team/, document: ${POLICY}}
      - {name: other, document: ${POLICY}}
    users:
      - name: ada
        path: /team/db/
        accessKeys:
          - {id: AKIAFAKEFAKEFAKE0001, secret: fake-secret-1}
          - {id: AKIAFAKEFAKEFAKE0002, secret: fake-secret-2, status: Inactive}
        policies: [{name: own, document: ${POLICY}}]
        managedPolicies: [other, "arn:aws:iam::111111111111:policy/team/connect"]
        groups: [STAFF]
        permissionsBoundary: connect
        tags: {Team: db}
    groups:
      - {name: staff, path: /g/, policies: [{name: shared, document: ${POLICY}}], managedPolicies: [other]}
  "222222222222":
    users: [{name: ada}]
`;

describe("resolveAccounts", () => {
  test("resolves ARNs, keys and policies with their sources", () => {
    const arn = "arn:aws:iam::111111111111:user/team/db/ada";
    const source = (kind: string, name: string, policyPath = "/", attachedTo = arn): unknown => ({
      kind,
      name,
      attachedTo,
      ...(kind === "managed" && { arn: `arn:aws:iam::111111111111:policy${policyPath}${name}` }),
    });
    const group = "arn:aws:iam::111111111111:group/g/staff";
    expect(DOCUMENT).toBeDefined();
    expect(resolve(FULL)).toStrictEqual({
      problems: [],
      accounts: ["111111111111", "222222222222"],
      managedPolicies: [
        {
          accountId: "111111111111",
          name: "connect",
          path: "/team/",
          arn: "arn:aws:iam::111111111111:policy/team/connect",
          document: DOCUMENT,
        },
        {
          accountId: "111111111111",
          name: "other",
          path: "/",
          arn: "arn:aws:iam::111111111111:policy/other",
          document: DOCUMENT,
        },
      ],
      users: [
        {
          accountId: "111111111111",
          name: "ada",
          path: "/team/db/",
          arn,
          accessKeys: [
            {
              accessKeyId: "AKIAFAKEFAKEFAKE0001",
              secretAccessKey: "fake-secret-1",
              status: "Active",
            },
            {
              accessKeyId: "AKIAFAKEFAKEFAKE0002",
              secretAccessKey: "fake-secret-2",
              status: "Inactive",
            },
          ],
          policies: [
            { document: DOCUMENT, source: source("inline", "own") },
            { document: DOCUMENT, source: source("managed", "other") },
            { document: DOCUMENT, source: source("managed", "connect", "/team/") },
            { document: DOCUMENT, source: source("inline", "shared", "/", group) },
            { document: DOCUMENT, source: source("managed", "other", "/", group) },
          ],
          boundary: { document: DOCUMENT, source: source("managed", "connect", "/team/") },
          tags: { Team: "db" },
        },
        {
          accountId: "222222222222",
          name: "ada",
          path: "/",
          arn: "arn:aws:iam::222222222222:user/ada",
          accessKeys: [],
          policies: [],
          tags: {},
        },
      ],
    });
  });

  test("reads a list of accounts as it reads a mapping", () => {
    const list = FULL.replace('"111111111111":', '- id: "111111111111"').replace(
      '"222222222222":',
      '- id: "222222222222"',
    );
    expect(resolve(list)).toStrictEqual(resolve(FULL));
  });

  test("reports groups and boundaries that the account does not have", () => {
    const yaml = `accounts: {"111111111111": {groups: [{name: a}, {name: A}], users: [{name: ada, groups: [a, b, a], permissionsBoundary: limit}]}}`;
    const at = 'accounts["111111111111"]';
    expect(resolve(yaml).problems).toEqual([
      { path: `${at}.groups[1].name`, message: `is the same as ${at}.groups[0].name` },
      {
        path: `${at}.users[0].permissionsBoundary`,
        message: "is `limit`; expected the name or ARN of a policy of the account: it has none",
      },
      {
        path: `${at}.users[0].groups[1]`,
        message: "is `b`; expected a group of the account: a, A",
      },
      { path: `${at}.users[0].groups[2]`, message: `is the same as ${at}.users[0].groups[0]` },
    ]);
  });
});

describe("the default user", () => {
  const secretsOf = (yaml: string): unknown =>
    resolve(yaml).users.map(({ name, accessKeys }) => [
      name,
      ...accessKeys.map(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey]),
    ]);

  test.each([
    ["is there by itself", "{}", [["emulator-admin", ["AKIADSQLEMULATOR0000", undefined]]]],
    [
      "has the secret that the file gives",
      "defaultUser: {secret: fake-secret}",
      [["emulator-admin", ["AKIADSQLEMULATOR0000", "fake-secret"]]],
    ],
    ["is gone with `false`", "defaultUser: false", []],
    [
      "gives way to a declared user of the same name",
      "accounts: {'111111111111': {users: [{name: Emulator-Admin}]}}",
      [["Emulator-Admin"]],
    ],
    [
      "stays when another account declares its name",
      "accounts: {'111111111111': {}, '222222222222': {users: [{name: emulator-admin}]}}",
      [["emulator-admin", ["AKIADSQLEMULATOR0000", undefined]], ["emulator-admin"]],
    ],
  ])("%s", (_name, yaml, expected) => {
    expect(secretsOf(yaml)).toEqual(expected);
    expect(resolve(yaml).problems).toEqual([]);
  });
});

describe("problems", () => {
  const account = (body: string): string => `accounts: {'111111111111': {${body}}}`;
  const at = 'accounts["111111111111"]';
  const key = "{id: AKIAFAKEFAKEFAKE0001, secret: fake-secret}";
  test.each([
    [
      "an account twice",
      "accounts: [{id: '111111111111'}, {id: '111111111111'}]",
      ["accounts[1].id: is the same as accounts[0].id"],
    ],
    [
      "a user twice, whatever the case",
      account("users: [{name: ada}, {name: ADA, path: /x/}]"),
      [`${at}.users[1].name: is the same as ${at}.users[0].name`],
    ],
    [
      "a managed policy twice",
      account(`policies: [{name: p, document: ${POLICY}}, {name: P, document: ${POLICY}}]`),
      [`${at}.policies[1].name: is the same as ${at}.policies[0].name`],
    ],
    [
      "an inline policy twice",
      account(
        `users: [{name: ada, policies: [{name: p, document: ${POLICY}}, {name: p, document: ${POLICY}}]}]`,
      ),
      [`${at}.users[0].policies[1].name: is the same as ${at}.users[0].policies[0].name`],
    ],
    [
      "an access key twice, in two accounts",
      `accounts: {'111111111111': {users: [{name: a, accessKeys: [${key}]}]}, '222222222222': {users: [{name: b, accessKeys: [${key}]}]}}`,
      [
        `accounts["222222222222"].users[0].accessKeys[0].id: is the same as ${at}.users[0].accessKeys[0].id`,
      ],
    ],
    [
      "the default user's key in another user",
      account("users: [{name: a, accessKeys: [{id: AKIADSQLEMULATOR0000, secret: fake}]}]"),
      [
        `${at}.users[0].accessKeys[0].id: is the key of emulator-admin; expected another id, or \`defaultUser: false\``,
      ],
    ],
    [
      "two declarations of the default user",
      `defaultUser: {secret: fake}\n${account("users: [{name: emulator-admin}]")}`,
      ["defaultUser: is given although account 111111111111 declares emulator-admin"],
    ],
    [
      "a managed policy that is not there",
      account("users: [{name: a, managedPolicies: [p]}]"),
      [
        `${at}.users[0].managedPolicies[0]: is \`p\`; expected the name or ARN of a policy of the account: it has none`,
      ],
    ],
    [
      "a managed policy of another account",
      `accounts: {'111111111111': {policies: [{name: q, document: ${POLICY}}], users: [{name: a, managedPolicies: ["arn:aws:iam::222222222222:policy/p"]}]}, '222222222222': {policies: [{name: p, document: ${POLICY}}]}}`,
      [
        `${at}.users[0].managedPolicies[0]: is \`arn:aws:iam::222222222222:policy/p\`; expected the name or ARN of a policy of the account: q`,
      ],
    ],
    [
      "a policy that AWS manages",
      account("users: [{name: a, managedPolicies: ['arn:aws:iam::aws:policy/X']}]"),
      [
        `${at}.users[0].managedPolicies[0]: is \`arn:aws:iam::aws:policy/X\`; the policies that AWS manages are not supported yet, declare it under \`policies\` of the account`,
      ],
    ],
    [
      "a policy attached twice, once by its name and once by its ARN",
      account(
        `policies: [{name: p, document: ${POLICY}}], users: [{name: a, managedPolicies: [p, "arn:aws:iam::111111111111:policy/p"]}]`,
      ),
      [`${at}.users[0].managedPolicies[1]: is the same as ${at}.users[0].managedPolicies[0]`],
    ],
    [
      "a malformed managed policy once, however many users have it",
      account(
        "policies: [{name: p, document: {}}], users: [{name: a, managedPolicies: [p]}, {name: b, managedPolicies: [p]}]",
      ),
      [
        `${at}.policies[0].document.Statement: is missing or empty`,
        `${at}.policies[0].document.Statement[0]: a statement is a JSON object`,
      ],
    ],
    [
      "an element of a policy that the evaluator does not know",
      "accounts: [{id: '111111111111', users: [{name: a}, {name: b, policies: [{name: p, document: {Statement: [{Effect: Allow, Action: '*', Resource: '*', Xyz: 1}], Abc: 2}}]}]}]",
      [
        "accounts[0].users[1].policies[0].document.Abc: is no element of a policy",
        "accounts[0].users[1].policies[0].document.Statement[0].Xyz: is no element of a statement",
      ],
    ],
  ])("names %s", (_name, yaml, expected) => {
    expect(resolve(yaml).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      expected,
    );
  });

  test("passes over what has not the schema's form", () => {
    const yaml =
      "accounts: [1, {id: x, users: [{name: a}]}, {id: '111111111111', users: 1, policies: [1]}, {id: '222222222222', users: [1, {name: 1, accessKeys: [1], policies: 1, managedPolicies: [1]}]}]";
    expect(resolve(yaml).problems).toEqual([]);
  });
});
