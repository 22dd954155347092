import { describe, expect, test } from "vitest";
import type { AccountId } from "../dsql/index.ts";
import type { ConfigurationProblem } from "./configuration-error.ts";
import type { ConfiguredCluster, HostAlias } from "./emulator-config.ts";
import type { JsonObject } from "./json-value.ts";
import { resolveAliases, resolveClusters } from "./resolve-clusters.ts";

const ACCOUNTS = ["111111111111", "222222222222"] as readonly string[] as readonly AccountId[];
const A = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbbbbbbbbbbbb";
const C = "cccccccccccccccccccccccccc";

function resolve(file: JsonObject): {
  readonly clusters: readonly ConfiguredCluster[];
  readonly aliases: readonly HostAlias[];
  readonly problems: readonly ConfigurationProblem[];
} {
  const problems: ConfigurationProblem[] = [];
  const report = (path: string, message: string): unknown => problems.push({ path, message });
  const clusters = resolveClusters(file, ACCOUNTS, "/base", report);
  return { clusters, aliases: resolveAliases(file["aliases"], clusters, report), problems };
}

describe("resolveClusters and resolveAliases", () => {
  test("read a cluster's own policy as a resource-based one", () => {
    const statement = { Effect: "Deny", Principal: "*", Action: "dsql:*", Resource: "*" };
    const { clusters, problems } = resolve({
      clusters: [{ identifier: A, policy: { Version: "2012-10-17", Statement: statement } }],
    });
    expect(problems).toEqual([]);
    expect(clusters[0]?.policy).toEqual({ Version: "2012-10-17", Statement: statement });
    const withoutPrincipal = { Effect: "Deny", Action: "dsql:*", Resource: "*" };
    const refused = resolve({
      clusters: [{ identifier: A, policy: { Version: "2012-10-17", Statement: withoutPrincipal } }],
    });
    expect(refused.problems.map(({ path }) => path)).toEqual(["clusters[0].policy.Statement[0]"]);
    expect(refused.clusters[0]?.policy).toBeUndefined();
  });

  test("give each cluster its ARN and each alias its cluster and region", () => {
    const file = {
      clusters: [
        { identifier: A },
        {
          identifier: B,
          region: "eu-west-1",
          account: "222222222222",
          tags: { team: "blue" },
        },
      ],
      aliases: { "DB.Example.": B, other: { cluster: A, region: "us-east-1" } },
    };
    expect(resolve(file)).toStrictEqual({
      problems: [],
      clusters: [
        {
          identifier: A,
          region: "us-east-1",
          accountId: "111111111111",
          arn: `arn:aws:dsql:us-east-1:111111111111:cluster/${A}`,
          tags: {},
          deletionProtectionEnabled: false,
          databaseRoles: [],
          sql: [],
        },
        {
          identifier: B,
          region: "eu-west-1",
          accountId: "222222222222",
          arn: `arn:aws:dsql:eu-west-1:222222222222:cluster/${B}`,
          tags: { team: "blue" },
          deletionProtectionEnabled: false,
          databaseRoles: [],
          sql: [],
        },
      ],
      aliases: [
        { hostName: "localhost", cluster: A, region: "us-east-1" },
        { hostName: "db.example", cluster: B, region: "eu-west-1" },
        { hostName: "other", cluster: A, region: "us-east-1" },
      ],
    });
  });

  test("read what a database begins with", () => {
    const arns = ["arn:aws:iam::111111111111:role/app"];
    const cluster = {
      identifier: A,
      deletionProtection: true,
      databaseRoles: [{ name: "app", arns }, { name: "app" }, { name: "admin" }],
      sql: ["SELECT 1"],
      sqlFiles: ["nowhere.sql"],
    };
    const { clusters, problems } = resolve({ clusters: [cluster] });
    expect(clusters[0]).toMatchObject({
      deletionProtectionEnabled: true,
      databaseRoles: [
        { name: "app", arns },
        { name: "app", arns: [] },
        { name: "admin", arns: [] },
      ],
      sql: ["SELECT 1"],
    });
    expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "clusters[0].databaseRoles[1].name: is the same as clusters[0].databaseRoles[0].name",
      "clusters[0].databaseRoles[2].name: is `admin`, which is always there",
      "clusters[0].sqlFiles[0]: is `nowhere.sql`; it does not exist",
    ]);
  });

  test("let the file say what localhost is", () => {
    const clusters = [{ identifier: A }, { identifier: B }];
    expect(resolve({ clusters, aliases: { localhost: B } }).aliases).toEqual([
      { hostName: "localhost", cluster: B, region: "us-east-1" },
    ]);
  });

  test("allow no cluster at all, and then localhost is nothing", () => {
    expect(resolve({ clusters: [] })).toEqual({ clusters: [], aliases: [], problems: [] });
  });

  test.each([
    [
      "a cluster twice, even in two regions",
      { clusters: [{ identifier: A }, { identifier: A, region: "eu-west-1" }] },
      ["clusters[1].identifier: is the same as clusters[0].identifier"],
    ],
    [
      "a cluster of an account that is not declared",
      { clusters: [{ identifier: A, account: "333333333333" }] },
      [
        "clusters[0].account: is `333333333333`; expected a declared account: 111111111111, 222222222222",
      ],
    ],
    [
      "an alias of a cluster that is not declared",
      { clusters: [{ identifier: A }, { identifier: B }], aliases: { db: C } },
      [`aliases.db: is \`${C}\`; expected a declared cluster: ${A}, ${B}`],
    ],
    [
      "an alias when there is no cluster",
      { clusters: [], aliases: { db: C } },
      [`aliases.db: is \`${C}\`; expected a declared cluster: there is none`],
    ],
    [
      "an alias with the wrong region",
      { clusters: [{ identifier: A }], aliases: { db: { cluster: A, region: "eu-west-1" } } },
      ["aliases.db.region: is `eu-west-1`; the cluster is declared in us-east-1"],
    ],
    [
      "an alias twice, whatever the case",
      { clusters: [{ identifier: A }], aliases: { "db.x": A, "DB.x.": A } },
      ['aliases["DB.x."]: is the same as aliases["db.x"]'],
    ],
    [
      "an alias that has the form of a cluster's host name",
      { clusters: [{ identifier: A }], aliases: { [`${B}.dsql.us-east-1.on.aws`]: A } },
      [
        `aliases["${B}.dsql.us-east-1.on.aws"]: has the form of a cluster's own host name, which needs no alias`,
      ],
    ],
  ])("name %s", (_name, file, expected) => {
    expect(resolve(file).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual(
      expected,
    );
  });

  test("pass over what has not the schema's form", () => {
    const file = { clusters: [1, { identifier: 1 }, { identifier: A }], aliases: { x: 1, y: "z" } };
    expect(resolve(file).problems).toEqual([]);
  });
});
