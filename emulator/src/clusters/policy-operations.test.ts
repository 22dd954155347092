import { beforeEach, describe, expect, test } from "vitest";
import {
  ACCOUNT,
  arn,
  type ClusterWorld,
  HERE,
  identifier,
  makeClusterWorld,
  problemOf,
} from "../../test/fixtures/dsql/cluster-world.ts";

const ONE = { identifier: identifier(1) };
const USER = `arn:aws:iam::${ACCOUNT}:user/app`;
const MINUTE = 60_000;

let world: ClusterWorld;

beforeEach(() => {
  world = makeClusterWorld();
  world.clusters.createCluster(HERE, { deletionProtectionEnabled: false });
  world.clock.advance(MINUTE);
});

/** Text of a policy with one statement. */
function policy(statement: object): string {
  const whole = { Effect: "Allow", Action: "dsql:*", Resource: "*", ...statement };
  return JSON.stringify({ Version: "2012-10-17", Statement: [whole] });
}

function put(text: string): object {
  return problemOf(() => world.clusters.putClusterPolicy(HERE, { ...ONE, policy: text }));
}

const DONE = { message: "it was done" };
const PUBLIC = "The policy grants public access, which Block Public Access does not permit.";

describe("a policy", () => {
  test("is given back as it was sent, with a version that counts up and never comes again", () => {
    const text = `  ${policy({ Principal: { AWS: USER } })}\n`;
    const set = { ...ONE, policy: text };
    expect(world.clusters.putClusterPolicy(HERE, set)).toEqual({ policyVersion: "1" });
    expect(world.clusters.putClusterPolicy(HERE, set)).toEqual({ policyVersion: "2" });
    expect(world.clusters.getClusterPolicy(HERE, ONE)).toEqual({
      policy: text,
      policyVersion: "2",
    });
    expect(world.clusters.deleteClusterPolicy(HERE, ONE)).toEqual({ policyVersion: "2" });
    expect(world.clusters.putClusterPolicy(HERE, set)).toEqual({ policyVersion: "3" });
  });

  test("that a cluster was made with is version 1", () => {
    const text = policy({ Principal: { AWS: USER } });
    const made = world.clusters.createCluster(HERE, { policy: text });
    expect(world.clusters.getClusterPolicy(HERE, made)).toEqual({
      policy: text,
      policyVersion: "1",
    });
  });

  test("counts at once for connections, and no more when it is deleted", () => {
    expect(world.clusters.policyOf(identifier(1))).toBeUndefined();
    put(policy({ Sid: "app", Principal: { AWS: USER } }));
    expect(world.clusters.policyOf(identifier(1), "us-east-1")).toMatchObject({
      document: { statements: [{ sid: "app" }] },
      source: { kind: "inline", name: "cluster policy", attachedTo: arn(1) },
    });
    expect(world.clusters.policyOf(identifier(1), "eu-west-1")).toBeUndefined();
    world.clusters.deleteClusterPolicy(HERE, ONE);
    expect(world.clusters.policyOf(identifier(1))).toBeUndefined();
  });

  test("of another version than expected is neither replaced nor deleted", () => {
    const text = policy({ Principal: { AWS: USER } });
    const change = (expectedPolicyVersion: string): object =>
      problemOf(() =>
        world.clusters.putClusterPolicy(HERE, { ...ONE, policy: text, expectedPolicyVersion }),
      );
    const conflict = {
      kind: "conflict",
      resourceId: identifier(1),
      resourceType: "cluster policy",
    };
    expect(change("1")).toEqual({
      ...conflict,
      message: "The policy of the cluster is not version '1': there is none.",
    });
    put(text);
    expect(change("2")).toEqual({
      ...conflict,
      message: "The policy of the cluster is not version '2': it is version 1.",
    });
    expect(change("1")).toEqual(DONE);
    expect(
      problemOf(() =>
        world.clusters.deleteClusterPolicy(HERE, { ...ONE, expectedPolicyVersion: "1" }),
      ),
    ).toMatchObject(conflict);
  });

  test.each([
    ["{", "The policy is not valid: it is not JSON."],
    ["[]", "The policy is not valid: a policy is a JSON object."],
    [
      policy({}),
      "The policy is not valid: Statement[0] must have exactly one of Principal and NotPrincipal.",
    ],
    [
      policy({ Principal: "*", Effect: "Maybe" }),
      "The policy is not valid: Statement[0].Effect must be Allow or Deny.",
    ],
  ])("that is none is refused: %s", (text, message) => {
    expect(put(text)).toEqual({
      kind: "invalid",
      reason: "other",
      fieldList: [{ name: "policy", message }],
      message,
    });
    expect(problemOf(() => world.clusters.createCluster(HERE, { policy: text }))).toMatchObject({
      message,
    });
  });
});

describe("Block Public Access", () => {
  test.each<[string, object]>([
    ["everybody", { Principal: "*" }],
    ["everybody as AWS", { Principal: { AWS: "*" } }],
    ["everybody among others", { Principal: { AWS: [USER, "*"] } }],
    ["everybody but one", { NotPrincipal: { AWS: USER } }],
    ["an address", { Principal: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }],
    [
      "a wildcard",
      { Principal: "*", Condition: { StringLike: { "aws:PrincipalArn": "arn:aws:iam::*" } } },
    ],
    [
      "one wildcard of two values",
      { Principal: "*", Condition: { StringLike: { "aws:SourceVpc": ["vpc-1", "vpc-?"] } } },
    ],
    [
      "a variable",
      {
        Principal: "*",
        Condition: { StringEquals: { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" } },
      },
    ],
    [
      "a negation",
      { Principal: "*", Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } } },
    ],
    [
      "a key that may be missing",
      { Principal: "*", Condition: { StringEqualsIfExists: { "aws:SourceVpc": "vpc-1" } } },
    ],
    [
      "an empty set",
      {
        Principal: "*",
        Condition: { "ForAllValues:StringEquals": { "aws:PrincipalOrgPaths": "o-1/r-1" } },
      },
    ],
    ["what is there", { Principal: "*", Condition: { Null: { "aws:SourceVpc": "false" } } }],
    [
      "what is no service",
      { Principal: "*", Condition: { Bool: { "aws:PrincipalIsAWSService": "false" } } },
    ],
    ["another key", { Principal: "*", Condition: { StringEquals: { "aws:UserAgent": "x" } } }],
  ])("refuses a grant to everybody, narrowed by nothing or by %s", (_by, statement) => {
    expect(put(policy(statement))).toEqual({
      kind: "invalid",
      reason: "other",
      fieldList: [{ name: "policy", message: PUBLIC }],
      message: PUBLIC,
    });
  });

  test.each<[string, object]>([
    ["a user", { Principal: { AWS: USER } }],
    ["an account", { Principal: { AWS: ACCOUNT } }],
    ["a service", { Principal: { Service: "dsql.amazonaws.com" } }],
    ["a denial of everybody", { Effect: "Deny", Principal: "*" }],
    ["a VPC", { Principal: "*", Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }],
    [
      "an endpoint",
      { Principal: "*", Condition: { StringLike: { "AWS:sourceVPCE": ["vpce-1", "vpce-2"] } } },
    ],
    ["an ARN", { Principal: "*", Condition: { ArnLike: { "aws:PrincipalArn": USER } } }],
    [
      "a service among all",
      { Principal: "*", Condition: { Bool: { "aws:PrincipalIsAWSService": "true" } } },
    ],
    [
      "one of two conditions",
      {
        Principal: "*",
        Condition: {
          StringEquals: { "aws:PrincipalOrgID": "o-1" },
          IpAddress: { "aws:SourceIp": "0.0.0.0/0" },
        },
      },
    ],
  ])("takes %s", (_what, statement) => {
    expect(put(policy(statement))).toEqual(DONE);
  });
});
