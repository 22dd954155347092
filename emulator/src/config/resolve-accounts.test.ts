import { describe, expect, test } from "vitest";
import type { ConfigurationProblem } from "./configuration-error.ts";
import { objectOf } from "./json-value.ts";
import { parseConfigText } from "./parse-config-text.ts";
import { resolveAccounts, type ResolvedAccounts } from "./resolve-accounts.ts";

function resolve(yaml: string): ResolvedAccounts & { problems: ConfigurationProblem[] } {
  const parsed = parseConfigText(yaml, "f.yaml");
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  const problems: ConfigurationProblem[] = [];
  const report = (path: string, message: string): unknown => problems.push({ path, message });
  return { ...resolveAccounts(objectOf(parsed.value), "/base", report), problems };
}

const POLICY = "{Statement: [{Effect: Deny, Action: 'dsql:*', Resource: '*'}]}";
const DOCUMENT = { Statement: [{ Effect: "Deny", Action: "dsql:*", Resource: "*" }] };
const TRUST =
  "{Statement: [{Effect: Allow, Principal: {AWS: '111111111111'}, Action: 'sts:AssumeRole'}]}";
const TRUST_DOCUMENT = {
  Statement: [{ Effect: "Allow", Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" }],
};
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
  test("resolves references to ARNs and names", () => {
    expect(resolve(FULL)).toStrictEqual({
      problems: [],
      defaultUser: undefined,
      accounts: [
        {
          accountId: "111111111111",
          policies: [
            {
              name: "connect",
              path: "/team/",
              versions: [{ id: "v1", document: DOCUMENT, isDefault: true }],
              tags: {},
            },
            {
              name: "other",
              path: "/",
              versions: [{ id: "v1", document: DOCUMENT, isDefault: true }],
              tags: {},
            },
          ],
          groups: [
            {
              name: "staff",
              path: "/g/",
              policies: [{ name: "shared", document: DOCUMENT }],
              managedPolicies: ["arn:aws:iam::111111111111:policy/other"],
            },
          ],
          users: [
            {
              name: "ada",
              path: "/team/db/",
              accessKeys: [
                { id: "AKIAFAKEFAKEFAKE0001", secret: "fake-secret-1", status: "Active" },
                { id: "AKIAFAKEFAKEFAKE0002", secret: "fake-secret-2", status: "Inactive" },
              ],
              policies: [{ name: "own", document: DOCUMENT }],
              managedPolicies: [
                "arn:aws:iam::111111111111:policy/other",
                "arn:aws:iam::111111111111:policy/team/connect",
              ],
              groups: ["staff"],
              permissionsBoundary: "arn:aws:iam::111111111111:policy/team/connect",
              tags: { Team: "db" },
              mfaDevices: [],
            },
          ],
          roles: [],
          oidcProviders: [],
        },
        {
          accountId: "222222222222",
          policies: [],
          groups: [],
          users: [
            {
              name: "ada",
              path: "/",
              accessKeys: [],
              policies: [],
              managedPolicies: [],
              groups: [],
              tags: {},
              mfaDevices: [],
            },
          ],
          roles: [],
          oidcProviders: [],
        },
      ],
    });
  });

  test("resolves roles, policies with versions, providers and devices", () => {
    const yaml = `
defaultUser: false
accounts:
  "111111111111":
    users: [{name: ada, mfaDevices: [{serialNumber: "arn:aws:iam::111111111111:mfa/ada", seed: JBSWY3DPEHPK3PXP}]}]
    roles:
      - name: app
        path: /service/
        description: of the service
        maxSessionDuration: 7200
        trustPolicy: ${TRUST}
        managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess", p]
        tags: {Team: db}
    policies:
      - name: p
        description: two of them
        versions: [{id: v2, document: ${POLICY}}, {id: v3, document: ${POLICY}, isDefault: true}]
        tags: {Team: db}
    oidcProviders:
      - {url: "https://idp.example.com", clientIds: [sts.amazonaws.com], jwksFile: keys.json}
      - {url: "https://other.example.com", clientIds: [], jwks: {keys: []}}
`;
    const { accounts, problems } = resolve(yaml);
    expect(problems).toEqual([]);
    expect(accounts[0]?.roles).toStrictEqual([
      {
        name: "app",
        path: "/service/",
        description: "of the service",
        maxSessionDuration: 7200,
        trustPolicy: TRUST_DOCUMENT,
        policies: [],
        managedPolicies: [
          "arn:aws:iam::aws:policy/AdministratorAccess",
          "arn:aws:iam::111111111111:policy/p",
        ],
        tags: { Team: "db" },
      },
    ]);
    expect(accounts[0]?.policies).toStrictEqual([
      {
        name: "p",
        path: "/",
        description: "two of them",
        versions: [
          { id: "v2", document: DOCUMENT, isDefault: false },
          { id: "v3", document: DOCUMENT, isDefault: true },
        ],
        tags: { Team: "db" },
      },
    ]);
    expect(accounts[0]?.oidcProviders).toStrictEqual([
      {
        url: "https://idp.example.com",
        clientIds: ["sts.amazonaws.com"],
        thumbprints: [],
        tags: {},
        keys: { jwksFile: "/base/keys.json" },
      },
      {
        url: "https://other.example.com",
        clientIds: [],
        thumbprints: [],
        tags: {},
        keys: { jwks: { keys: [] } },
      },
    ]);
    expect(accounts[0]?.users[0]?.mfaDevices).toEqual([
      { serialNumber: "arn:aws:iam::111111111111:mfa/ada", seed: "JBSWY3DPEHPK3PXP" },
    ]);
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
        path: `${at}.users[0].groups[1]`,
        message: "is `b`; expected a group of the account: a, A",
      },
      { path: `${at}.users[0].groups[2]`, message: `is the same as ${at}.users[0].groups[0]` },
      {
        path: `${at}.users[0].permissionsBoundary`,
        message: "is `limit`; expected the name or ARN of a policy of the account: it has none",
      },
    ]);
  });
});

describe("the default user", () => {
  test.each([
    ["is there by itself", "{}", { accountId: "123456789012", secretAccessKey: undefined }],
    [
      "has the secret that the file gives",
      "defaultUser: {secret: fake-secret}",
      { accountId: "123456789012", secretAccessKey: "fake-secret" },
    ],
    ["is gone with `false`", "defaultUser: false", undefined],
    [
      "gives way to a declared user of the same name",
      "accounts: {'111111111111': {users: [{name: Emulator-Admin}]}}",
      undefined,
    ],
    [
      "stays when another account declares its name",
      "accounts: {'111111111111': {}, '222222222222': {users: [{name: emulator-admin}]}}",
      { accountId: "111111111111", secretAccessKey: undefined },
    ],
  ])("%s", (_name, yaml, expected) => {
    expect(resolve(yaml).defaultUser).toEqual(expected);
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
      "a policy of AWS that the emulator does not have",
      account("users: [{name: a, managedPolicies: ['arn:aws:iam::aws:policy/X']}]"),
      [
        `${at}.users[0].managedPolicies[0]: is \`arn:aws:iam::aws:policy/X\`; of the policies that AWS manages, the emulator has 5: AdministratorAccess, AmazonAuroraDSQLFullAccess, AmazonAuroraDSQLReadOnlyAccess, AmazonAuroraDSQLConsoleFullAccess, AuroraDsqlServiceLinkedRolePolicy; declare another under \`policies\` of the account`,
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
      "versions of which none is in effect, and a document beside versions",
      account(
        `policies: [{name: p, versions: [{id: v1, document: ${POLICY}}]}, {name: q, document: ${POLICY}, versions: []}, {name: r}]`,
      ),
      [
        `${at}.policies[0].versions: has 0 versions with isDefault; expected one`,
        `${at}.policies[1].versions: is given beside \`document\``,
        `${at}.policies[2].document: is missing`,
      ],
    ],
    [
      "a trust policy that is none",
      account(
        "roles: [{name: r, trustPolicy: {Statement: [{Effect: Allow, Action: 'sts:AssumeRole'}]}}]",
      ),
      [
        `${at}.roles[0].trustPolicy.Statement[0]: must have exactly one of Principal and NotPrincipal`,
      ],
    ],
    [
      "two places of keys for one provider",
      account(
        "oidcProviders: [{url: 'https://a', clientIds: [], jwks: {}, jwksUrl: 'http://127.0.0.1/k'}]",
      ),
      [`${at}.oidcProviders[0]: has jwks and jwksUrl; expected one of them`],
    ],
    [
      "authorization details that are not there",
      account("authorizationDetails: nowhere.json"),
      [`${at}.authorizationDetails: is \`nowhere.json\`; it does not exist`],
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
