import { describe, expect, test } from "vitest";
import {
  appUser,
  arnOf,
  CONNECT,
  type Declared,
  declaredConfiguration,
  policyOf,
  REVIEW_ACCOUNT,
  REVIEW_CLUSTER_ARN,
  reviewsOf,
} from "../../test/support/review-configuration.ts";
import {
  type AccessMatrix,
  type Circumstances,
  type MatrixFilter,
  renderMatrix,
  type RoleAssumption,
} from "./index.ts";

const ADMIN = { ...CONNECT, Sid: "Admin", Action: "dsql:DbConnectAdmin" };

async function matrixOf(
  declared: Declared,
  circumstances: Circumstances = {},
  filter: MatrixFilter = {},
): Promise<AccessMatrix> {
  return reviewsOf(declaredConfiguration(declared)).matrix({ circumstances, filter });
}

function app(...statements: readonly object[]): Declared {
  return { account: { users: [appUser(...statements)] } };
}

/** `role: access` of each cell, with what it depends on. */
function inShort({ cells }: AccessMatrix): readonly string[] {
  return cells.map(({ databaseRole, access, code, dependsOn }) =>
    [`${databaseRole}: ${access}`, ...(code === null ? [] : [code]), ...dependsOn].join(" "),
  );
}

function withCondition(condition: object): Declared {
  return app({ ...CONNECT, Condition: condition });
}

describe("a cell", () => {
  test("names the statements that decide, and the code of a no", async () => {
    const { cells } = await matrixOf({});
    expect(cells).toEqual([
      {
        principal: arnOf("user/app"),
        cluster: REVIEW_CLUSTER_ARN,
        databaseRole: "admin",
        access: "no",
        code: "iam_denied",
        reason: `implicit deny: 1 statement looked at, none allows \`dsql:DbConnectAdmin\` on \`${REVIEW_CLUSTER_ARN}\`; nearest: statement \`Connect\` of inline policy \`own\` covers the resource, its Action is \`dsql:DbConnect\``,
        deciding: [],
        dependsOn: [],
      },
      {
        principal: arnOf("user/app"),
        cluster: REVIEW_CLUSTER_ARN,
        databaseRole: "app",
        access: "yes",
        code: null,
        reason: "allow: statement `Connect` of inline policy `own`; mapped with AWS IAM GRANT",
        deciding: [
          {
            policyType: "identity-based",
            policy: "own",
            attachedTo: arnOf("user/app"),
            statement: 0,
            sid: "Connect",
            effect: "Allow",
          },
        ],
        dependsOn: [],
      },
    ]);
  });

  test("is a no without mapping, and for another account's cluster", async () => {
    const unmapped = await matrixOf({ cluster: { databaseRoles: [{ name: "app" }] } });
    expect(inShort(unmapped)).toEqual(["admin: no iam_denied", "app: no role_not_mapped"]);
    const other = { id: "222222222222", users: [] };
    const foreign = await matrixOf({
      more: {
        accounts: [{ id: REVIEW_ACCOUNT, users: [appUser(ADMIN)] }, other],
        clusters: [{ identifier: "dsqlemulatorlocalcluster2b", account: other.id }],
      },
    });
    expect(inShort(foreign)).toEqual(["admin: no cross_account"]);
  });

  test("of an action that a deny takes away names the deny", async () => {
    const { cells } = await matrixOf(
      app(CONNECT, { Sid: "Never", Effect: "Deny", Action: "dsql:*", Resource: "*" }),
    );
    expect(cells[1]?.deciding.map(({ sid, effect }) => [sid, effect])).toEqual([["Never", "Deny"]]);
  });
});

describe("what is not given", () => {
  const cases: [string, object, Circumstances, Circumstances][] = [
    [
      "aws:SourceIp",
      { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      { sourceIp: "192.0.2.1" },
      { sourceIp: "198.51.100.1" },
    ],
    [
      "aws:MultiFactorAuthPresent",
      { Bool: { "aws:MultiFactorAuthPresent": "true" } },
      { hasMfa: true },
      { hasMfa: false },
    ],
    [
      "aws:CurrentTime",
      { DateLessThan: { "aws:CurrentTime": "2026-06-01T00:00:00Z" } },
      { at: new Date("2026-05-01T00:00:00Z") },
      { at: new Date("2026-07-01T00:00:00Z") },
    ],
    [
      "aws:UserAgent",
      { StringLike: { "aws:UserAgent": "shop*" } },
      { applicationName: "shop 1" },
      { applicationName: "psql" },
    ],
  ];

  test.each(cases)("leaves a condition on %s open", async (key, condition, fitting, unfitting) => {
    const declared = withCondition(condition);
    expect(inShort(await matrixOf(declared))[1]).toBe(`app: depends ${key}`);
    expect(inShort(await matrixOf(declared, fitting))[1]).toBe("app: yes");
    expect(inShort(await matrixOf(declared, unfitting))[1]).toBe("app: no iam_denied");
  });

  test("does not matter to a condition on a tag, which is known", async () => {
    const condition = { StringEquals: { "aws:ResourceTag/stage": "test" } };
    const tagged = (stage: string): Declared => ({
      ...withCondition(condition),
      cluster: {
        tags: { stage },
        databaseRoles: [{ name: "app", arns: [arnOf("user/app")] }],
      },
    });
    expect(inShort(await matrixOf(tagged("test")))[1]).toBe("app: yes");
    expect(inShort(await matrixOf(tagged("live")))[1]).toBe("app: no iam_denied");
  });

  test("does not matter where another statement allows without condition", async () => {
    const never = { IpAddress: { "aws:SourceIp": "192.0.2.1" } };
    const declared = app(CONNECT, { ...CONNECT, Sid: "Office", Condition: never });
    expect(inShort(await matrixOf(declared))[1]).toBe("app: yes");
  });

  test("is told with the matrix", async () => {
    const { circumstances } = await matrixOf({}, { sourceIp: "192.0.2.1", hasMfa: false });
    expect(circumstances).toEqual({
      sourceIp: "192.0.2.1",
      mfa: false,
      at: null,
      applicationName: null,
    });
  });
});

describe("limits of a principal", () => {
  const deny = { Sid: "Fence", Effect: "Deny", Action: "dsql:DbConnect", Resource: "*" };

  test("are those of a boundary", async () => {
    const user = { ...appUser(CONNECT), permissionsBoundary: "limit" };
    const limit = { name: "limit", document: policyOf(ADMIN) };
    const matrix = await matrixOf({ account: { users: [user], policies: [limit] } });
    expect(inShort(matrix)[1]).toBe("app: no iam_denied");
  });

  test("are those of the cluster's policy", async () => {
    const policy = policyOf({ ...deny, Principal: { AWS: arnOf("user/app") } });
    const databaseRoles = [{ name: "app", arns: [arnOf("user/app")] }];
    const { cells } = await matrixOf({ cluster: { policy, databaseRoles } });
    expect(cells[1]?.deciding.map(({ policyType }) => policyType)).toEqual(["resource-based"]);
  });

  test("are those of the organization", async () => {
    const unit = "ou-ab12-cdefghij";
    const policies = ["FullAWSAccess", { name: "fence", document: policyOf(deny) }];
    const { cells } = await matrixOf({
      account: { organizationalUnit: unit },
      more: {
        organization: {
          id: "o-a1b2c3d4e5",
          managementAccount: "999999999999",
          root: { id: "r-ab12" },
          units: [{ id: unit, serviceControlPolicies: policies }],
        },
      },
    });
    expect(cells[1]?.deciding.map(({ policyType }) => policyType)).toEqual(["service-control"]);
  });
});

describe("who may assume a role", () => {
  async function assumptionsOf(
    trust: object,
    more: object = {},
  ): Promise<readonly RoleAssumption[]> {
    const statement = { Effect: "Allow", Action: "sts:AssumeRole", ...trust };
    const role = { name: "job", trustPolicy: policyOf(statement) };
    const matrix = await matrixOf({
      account: { users: [appUser(CONNECT)], roles: [role], ...more },
    });
    return matrix.principals.find(({ kind }) => kind === "role")?.assumableBy ?? [];
  }

  const always = { access: "yes", dependsOn: [] };

  test("is a user whom the trust policy names, or who is allowed in the account that it names", async () => {
    const by = arnOf("user/app");
    expect(await assumptionsOf({ Principal: { AWS: by } })).toEqual([{ by, ...always }]);
    const Principal = { AWS: REVIEW_ACCOUNT };
    expect(await assumptionsOf({ Principal })).toEqual([]);
    const assume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: arnOf("role/job") };
    expect(await assumptionsOf({ Principal }, { users: [appUser(assume)] })).toEqual([
      { by, ...always },
    ]);
  });

  test("depends on conditions", async () => {
    const by = arnOf("user/app");
    expect(
      await assumptionsOf({
        Principal: { AWS: by },
        Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
      }),
    ).toEqual([{ by, access: "depends", dependsOn: ["aws:MultiFactorAuthPresent"] }]);
  });

  test("is a service, a provider, and an account or a principal elsewhere", async () => {
    expect(await assumptionsOf({ Principal: { Service: "lambda.amazonaws.com" } })).toEqual([
      { by: "Service:lambda.amazonaws.com", ...always },
    ]);
    const elsewhere = [
      "333333333333",
      ...["user/u", "role/r"].map((path) => arnOf(path, "333333333333")),
    ];
    for (const by of elsewhere) {
      expect(await assumptionsOf({ Principal: { AWS: by } })).toEqual([
        { by: expect.stringContaining(by) as string, ...always },
      ]);
    }
    expect(
      await assumptionsOf({
        Principal: { AWS: "333333333333" },
        Condition: { StringEquals: { "sts:ExternalId": "secret" } },
      }),
    ).toMatchObject([{ access: "depends", dependsOn: ["sts:ExternalId"] }]);
  });
});

describe("a filter", () => {
  const three = { account: { users: ["ann", "anne", "bob"].map((name) => ({ name })) } };

  test.each([
    ["ann", ["user/ann"]],
    ["user/bob", ["user/bob"]],
    [arnOf("user/bob"), ["user/bob"]],
    ["ann*", ["user/ann", "user/anne"]],
    ["*ann*", ["user/ann", "user/anne"]],
    ["a*n*e", ["user/anne"]],
    ["eve", []],
  ])("of principals takes names, ARNs and asterisks: %s", async (principal, expected) => {
    const { principals } = await matrixOf(three, {}, { principal });
    expect(principals.map(({ arn }) => arn.slice(arn.indexOf("user/")))).toEqual(expected);
  });

  test("of clusters and roles leaves out the others", async () => {
    const one = await matrixOf({}, {}, { cluster: "*2a", databaseRole: "app" });
    expect(inShort(one)).toEqual(["app: yes"]);
    expect((await matrixOf({}, {}, { cluster: "dsql" })).clusters).toEqual([]);
  });
});

describe("the matrix as text", () => {
  test("has a table for each cluster, the reasons, and who can use the credentials", async () => {
    const trust = {
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    };
    const text = renderMatrix(
      await matrixOf({
        account: {
          users: [appUser(ADMIN), { name: "idle" }],
          roles: [{ name: "job", trustPolicy: policyOf(trust) }],
        },
      }),
    );
    expect(text.split("\n").map((line) => line.replace(/(implicit deny).*/, "$1 …"))).toEqual([
      REVIEW_CLUSTER_ARN,
      "             admin  app",
      "  user/app   yes    no",
      "  user/idle  no     no",
      "  role/job   no     no",
      "",
      "  user/app as admin: yes: allow: statement `Admin` of inline policy `own`",
      "  user/app as app: no: implicit deny …",
      "  user/idle as admin: no: implicit deny …",
      "  user/idle as app: no: implicit deny …",
      "  role/job as admin: no: implicit deny …",
      "  role/job as app: no: implicit deny …",
      "",
      "credentials",
      "  user/idle: no active access key",
      "  role/job: assumed by Service:ec2.amazonaws.com",
      "",
    ]);
  });

  test("says what is not there", async () => {
    expect(renderMatrix(await matrixOf({ more: { clusters: [] } }))).toBe("no cluster fits\n");
    expect(renderMatrix(await matrixOf({ account: { users: [] } }))).toBe(
      `${REVIEW_CLUSTER_ARN}\n  nobody of its account\n`,
    );
  });

  test("counts those of other accounts and says why roles are unknown", async () => {
    const matrix = await matrixOf({
      more: {
        accounts: [{ id: REVIEW_ACCOUNT, users: [appUser(CONNECT)] }, { id: "222222222222" }],
        clusters: [{ identifier: "dsqlemulatorlocalcluster2b", account: "222222222222" }],
      },
    });
    const clusters = matrix.clusters.map((cluster) => ({ ...cluster, problem: "it is broken" }));
    expect(
      renderMatrix({ ...matrix, clusters })
        .split("\n")
        .slice(1),
    ).toEqual([
      "  roles and mappings unknown: it is broken",
      "  nobody of its account",
      "  and 1 of other accounts: no",
      "",
    ]);
  });
});
