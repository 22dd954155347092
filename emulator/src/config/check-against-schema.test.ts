import { describe, expect, test } from "vitest";
import { checkAgainstSchema } from "./check-against-schema.ts";

const FILE_KEYS =
  "host, pgPort, httpPort, dataDir, enforce, explainErrors, logFormat, readyFile, caFile, eventsFile, tls, hooksDirectory, hooks, cancelRequests, announceSessionExpiry, refuseRepeatedGrants, clock, clusterLifecycle, defaultUser, accounts, organization, networks, clusters, aliases, limits";
const CLUSTER = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

function user(keys: object): object {
  return { accounts: [{ id: "111111111111", users: [{ name: "ada", ...keys }] }] };
}

function problemsOf(value: unknown): readonly string[] {
  return checkAgainstSchema(value).map(({ path, message }) => `${path}: ${message}`);
}

describe("checkAgainstSchema", () => {
  test("accepts a file that has every key", () => {
    const document = { Version: "2012-10-17", Statement: [] };
    const body = {
      users: [
        {
          name: "a+b=c,d.e@f_g-h",
          path: "/x/y/",
          accessKeys: [{ id: "AKIAFAKEFAKEFAKE", secret: "x", status: "Inactive" }],
          policies: [{ name: "p", document }],
          managedPolicies: ["q"],
        },
      ],
      policies: [{ name: "q", path: "/", document }],
    };
    const file = {
      host: "::1",
      pgPort: 0,
      httpPort: 65_535,
      dataDir: "d",
      enforce: "off",
      explainErrors: true,
      logFormat: "json",
      readyFile: "r",
      tls: { certificateFile: "c", keyFile: "k" },
      cancelRequests: "honour",
      defaultUser: { secret: "x" },
      accounts: { "111111111111": body },
      clusters: [
        { identifier: CLUSTER, region: "us-gov-west-1", account: "111111111111", tags: { a: "" } },
      ],
      aliases: { localhost: CLUSTER, "a-b.c_d.": { cluster: CLUSTER, region: "us-east-1" } },
      limits: {
        maxConnectionsPerCluster: 1,
        connectionRatePerSecond: 1,
        connectionRateBucket: 1,
        transactionWaitMs: 0,
        statementWatchdogMs: 16_999,
        memoryLimitMiB: 128,
      },
    };
    expect(problemsOf(file)).toEqual([]);
    const asList = { ...file, defaultUser: false, accounts: [{ id: "111111111111", ...body }] };
    expect(problemsOf(asList)).toEqual([]);
  });

  test.each([
    [{ hots: "x" }, [`hots: is not a known key; known here: ${FILE_KEYS}`]],
    [{ clock: "x" }, ["clock: is `x`; expected a mapping"]],
    [
      { clock: { startAt: "noon" } },
      ["clock.startAt: is `noon`; expected a moment such as 2026-01-15T12:00:00Z"],
    ],
    [
      { accounts: { "111111111111": { roles: [{ name: "a b" }] } } },
      [
        'accounts["111111111111"].roles[0].trustPolicy: is missing',
        'accounts["111111111111"].roles[0].name: is `a b`; expected 1 to 64 letters, digits or + = , . @ _ -',
      ],
    ],
    [
      {
        accounts: {
          "111111111111": {
            users: [{ name: "ada", mfaDevices: [{ serialNumber: "short", seed: "not base32 !" }] }],
          },
        },
      },
      [
        'accounts["111111111111"].users[0].mfaDevices[0].serialNumber: is <redacted, 5 characters>; expected 9 to 256 characters',
        'accounts["111111111111"].users[0].mfaDevices[0].seed: is <redacted, 12 characters>; expected 16 or more base32 characters',
      ],
    ],
    [{ host: "" }, ["host: is empty text; expected text that is not empty"]],
    [{ host: null }, ["host: is empty; expected text that is not empty"]],
    [{ pgPort: "5432" }, ["pgPort: is `5432`; expected a whole number"]],
    [{ pgPort: 1.5 }, ["pgPort: is the number 1.5; expected a whole number"]],
    [{ pgPort: -1 }, ["pgPort: is the number -1; expected at least 0"]],
    [{ httpPort: 65_536 }, ["httpPort: is the number 65536; expected at most 65535"]],
    [{ enforce: "lax" }, ["enforce: is `lax`; expected strict, soft or off"]],
    [{ enforce: false }, ["enforce: is false; expected strict, soft or off"]],
    [{ explainErrors: "yes" }, ["explainErrors: is `yes`; expected true or false"]],
    [{ logFormat: "x\u001b[31m" }, ["logFormat: is `x\ufffd[31m`; expected pretty or json"]],
    [
      { cancelRequests: "x".repeat(61) },
      [`cancelRequests: is \`${"x".repeat(60)}…\` (61 characters); expected ignore or honour`],
    ],
    [{ tls: { keyFile: "k" } }, ["tls.certificateFile: is missing"]],
    [{ defaultUser: true }, ["defaultUser: is true; expected false"]],
    [{ defaultUser: {} }, ["defaultUser.secret: is missing"]],
    [{ accounts: "x" }, ["accounts: is `x`; expected a mapping"]],
    [{ accounts: [{}] }, ["accounts[0].id: is missing"]],
    [
      { accounts: [{ id: 111_111_111_111 }] },
      ["accounts[0].id: is the number 111111111111; expected twelve digits in quotes"],
    ],
    [
      { accounts: { 1: { x: 1 } } },
      [
        'accounts["1"]: is the key; expected twelve digits in quotes',
        'accounts["1"].x: is not a known key; known here: users, groups, roles, policies, oidcProviders, authorizationDetails, organizationalUnit, serviceControlPolicies, resourceControlPolicies',
      ],
    ],
    [
      { accounts: { "111111111111": null } },
      ['accounts["111111111111"]: is empty; expected a mapping'],
    ],
    [
      user({ name: "a b", path: "x" }),
      [
        "accounts[0].users[0].name: is `a b`; expected 1 to 64 letters, digits or + = , . @ _ -",
        "accounts[0].users[0].path: is `x`; expected a path that begins and ends with `/`",
      ],
    ],
    [
      user({ policies: [{ name: "p", document: "x" }], managedPolicies: "q" }),
      [
        "accounts[0].users[0].policies[0].document: is `x`; expected a mapping",
        "accounts[0].users[0].managedPolicies: is `q`; expected a list",
      ],
    ],
    [
      { clusters: [{ identifier: "x", region: "us", account: "1", tags: { "aws:x": 1 } }, {}] },
      [
        "clusters[0].identifier: is `x`; expected 26 lower-case letters and digits",
        "clusters[0].region: is `us`; expected a region such as us-east-1",
        "clusters[0].account: is `1`; expected twelve digits in quotes",
        'clusters[0].tags["aws:x"]: is the key; expected 1 to 128 characters, not beginning with aws:',
        'clusters[0].tags["aws:x"]: is the number 1; expected text',
        "clusters[1].identifier: is missing",
      ],
    ],
    [
      {
        clusters: [
          {
            identifier: CLUSTER,
            tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [index, ""])),
          },
        ],
      },
      ["clusters[0].tags: has 51 keys; expected at most 50"],
    ],
    [
      { aliases: { "a b": CLUSTER, b: "x", c: { cluster: CLUSTER }, d: null } },
      [
        'aliases["a b"]: is the key; expected a host name',
        "aliases.b: is `x`; expected 26 lower-case letters and digits",
        "aliases.c.region: is missing",
        "aliases.d: is empty; expected a mapping",
      ],
    ],
    [
      { limits: { statementWatchdogMs: 17_000, memoryLimitMiB: 127, transactionWaitMs: -1 } },
      [
        "limits.transactionWaitMs: is the number -1; expected at least 0",
        "limits.statementWatchdogMs: is the number 17000; expected at most 16999",
        "limits.memoryLimitMiB: is the number 127; expected at least 128",
      ],
    ],
  ])("says what is wrong with %j", (value, problems) => {
    expect(problemsOf(value)).toEqual(problems);
  });

  test("shows neither secrets nor what may be one", () => {
    const secret = "fake/Secret+Value";
    const misplaced = [
      user({ accessKeys: [{ id: secret, secret: [secret] }] }),
      user({ accessKeys: [{ id: "AKIAFAKEFAKEFAKE", secret: { a: secret }, status: secret }] }),
      user({ accessKeys: [secret] }),
      user({ accessKeys: secret }),
      user({ secret }),
      user({ [`secret:${secret}`]: null }),
      user({ accessKeys: [{ id: "AKIAFAKEFAKEFAKE", [secret]: null }] }),
      { defaultUser: secret },
      { defaultUser: [secret] },
    ];
    for (const value of misplaced) {
      const problems = problemsOf(value);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join()).not.toContain(secret);
    }
    expect(problemsOf(user({ accessKeys: [{ secretKey: secret, "secret:x": null }] }))).toEqual([
      "accounts[0].users[0].accessKeys[0].id: is missing",
      "accounts[0].users[0].accessKeys[0].secret: is missing",
      "accounts[0].users[0].accessKeys[0].secretKey: is not a known key; known here: id, secret, status",
      'accounts[0].users[0].accessKeys[0]["<redacted, 8 characters>"]: is not a known key; known here: id, secret, status',
    ]);
    expect(problemsOf(misplaced[2])).toEqual([
      "accounts[0].users[0].accessKeys[0]: is <redacted, 17 characters>; expected a mapping",
    ]);
  });
});
