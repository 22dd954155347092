import { describe, expect, test } from "vitest";
import {
  CLUSTER_ARN,
  connect,
  type ConnectionScript,
  PRINCIPAL_ARN,
} from "../../test/fixtures/auth/connection-world.ts";

const ALLOW = { Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" };
const DENY = { Effect: "Deny", Action: "dsql:*", Resource: "*" };
const NOTHING = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const TO_ALICE = { Principal: { AWS: PRINCIPAL_ARN } };

/** AWS's answer for this caller, action and cluster. */
function denied(reason: string): string {
  return `User: ${PRINCIPAL_ARN} is not authorized to perform: dsql:DbConnectAdmin on resource: ${CLUSTER_ARN} ${reason}`;
}

/** The hint of the refusal, or `admitted`. */
async function answer(script: ConnectionScript): Promise<string | undefined> {
  const { verdict } = await connect(script);
  return verdict.kind === "refused" ? verdict.refusal.hint : "admitted";
}

describe("the policies that decide on a connection", () => {
  test.each<[string, NonNullable<ConnectionScript["world"]>, string]>([
    [
      "a permissions boundary that allows nothing of DSQL is a limit",
      { statements: ALLOW, boundary: NOTHING },
      denied("because no permissions boundary allows the dsql:DbConnectAdmin action"),
    ],
    [
      "an explicit deny in the boundary is named as such",
      { statements: ALLOW, boundary: [ALLOW, DENY] },
      denied("with an explicit deny in a permissions boundary"),
    ],
    [
      "a boundary that allows it changes nothing",
      { statements: ALLOW, boundary: ALLOW },
      "admitted",
    ],
    [
      "the cluster's policy alone lets a user of its account in",
      { statements: NOTHING, clusterPolicy: { ...ALLOW, ...TO_ALICE } },
      "admitted",
    ],
    [
      "the cluster's policy can deny what the user's policy allows",
      { statements: ALLOW, clusterPolicy: { ...DENY, ...TO_ALICE } },
      denied("with an explicit deny in a resource-based policy"),
    ],
    [
      "AWS's example that denies connections from outside of a VPC denies them here",
      {
        statements: ALLOW,
        clusterPolicy: {
          Effect: "Deny",
          Principal: { AWS: "*" },
          Action: ["dsql:DbConnect", "dsql:DbConnectAdmin"],
          Resource: "*",
          Condition: { Null: { "aws:SourceVpc": "true" } },
        },
      },
      denied("with an explicit deny in a resource-based policy"),
    ],
  ])("%s", async (_name, world, expected) => {
    expect(await answer({ world })).toBe(expected);
  });
});

describe("the context keys of a connection", () => {
  const implicit = denied("because no identity-based policy allows the dsql:DbConnectAdmin action");

  test.each<[string, object, ConnectionScript, string]>([
    [
      "aws:SourceIp is the client's address",
      { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
      {},
      "admitted",
    ],
    [
      "aws:SourceIp of another network",
      { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      {},
      implicit,
    ],
    [
      "aws:SourceIp of an IPv4 client on a socket of both families",
      { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      { attempt: { clientAddress: "::ffff:192.0.2.7" } },
      "admitted",
    ],
    [
      "aws:CurrentTime before the moment, on the emulator's clock",
      { DateLessThan: { "aws:CurrentTime": "2100-01-01T00:00:00Z" } },
      {},
      "admitted",
    ],
    [
      "aws:CurrentTime after the moment",
      { DateLessThan: { "aws:CurrentTime": "2000-01-01T00:00:00Z" } },
      {},
      implicit,
    ],
    [
      "aws:ResourceTag is a tag of the cluster",
      { StringEquals: { "aws:ResourceTag/Team": "payments" } },
      { world: { clusterTags: { Team: "payments" } } },
      "admitted",
    ],
    [
      "aws:ResourceTag that the cluster does not have",
      { StringEquals: { "aws:ResourceTag/Team": "payments" } },
      {},
      implicit,
    ],
    [
      "aws:PrincipalTag compared with aws:ResourceTag by a policy variable",
      { StringEquals: { "aws:ResourceTag/Team": "${aws:PrincipalTag/Team}" } },
      { world: { clusterTags: { Team: "blue" }, principalTags: { Team: "blue" } } },
      "admitted",
    ],
    [
      "aws:PrincipalTag of another team",
      { StringEquals: { "aws:ResourceTag/Team": "${aws:PrincipalTag/Team}" } },
      { world: { clusterTags: { Team: "blue" }, principalTags: { Team: "red" } } },
      implicit,
    ],
    [
      "aws:username is the user's name",
      { StringEquals: { "aws:username": "alice" } },
      {},
      "admitted",
    ],
    ["aws:SecureTransport is true", { Bool: { "aws:SecureTransport": "false" } }, {}, implicit],
    [
      "aws:UserAgent is the application_name",
      { StringLike: { "aws:UserAgent": "psql*" } },
      { attempt: { settings: new Map([["application_name", "psql"]]) } },
      "admitted",
    ],
  ])("%s", async (_name, condition, script, expected) => {
    const statements = { ...ALLOW, Condition: condition };
    expect(await answer({ ...script, world: { ...script.world, statements } })).toBe(expected);
  });
});
