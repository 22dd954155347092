/** The keys that doctor takes connections to have, against those that the pipeline gives them. */
import { expect, test } from "vitest";
import { connectionRequest } from "../src/auth/request-context.ts";
import { parsePolicyText } from "../src/iam/index.ts";
import { contradictionsOf } from "../src/review/check-conditions.ts";
import { TEST_CLUSTER } from "./fixtures/auth/connection-world.ts";

test("a key that a connection has is never told to be absent", () => {
  const at = new Date(0);
  const organization = { organizationId: "o-a1b2c3d4e5", path: "o-a1b2c3d4e5/r-ab12/" };
  const { keys } = connectionRequest({
    attempt: {
      sessionId: "",
      receivedAt: at,
      clientAddress: "192.0.2.1",
      isEncrypted: true,
      serverName: undefined,
      requestedUser: "app",
      requestedDatabase: "postgres",
      clusterOption: undefined,
      settings: new Map([["application_name", "psql"]]),
    },
    cluster: { ...TEST_CLUSTER, tags: { stage: "test" } },
    principal: {
      kind: "assumed-role",
      arn: "arn:aws:sts::123456789012:assumed-role/app/job",
      issuerArn: "arn:aws:iam::123456789012:role/app",
      accountId: "123456789012",
      userId: "AROAFAKE:job",
      userName: "ann",
      tags: { team: "red" },
      organization,
      session: {
        issuedAt: at,
        expiresAt: at,
        tags: {},
        transitiveTagKeys: [],
        sourceIdentity: "ann",
        federatedProvider: "arn:aws:iam::123456789012:oidc-provider/example.com",
        mfaAuthenticatedAt: at,
      },
    },
    network: { vpcId: "vpc-1", vpcEndpointId: "vpce-1", endpointPolicy: undefined },
    action: "DbConnect",
    now: at,
  });
  expect(keys.size).toBeGreaterThan(20);
  const flagged = [...keys.keys(), "aws:sourceip"].filter((key) => {
    const { document } = parsePolicyText(
      JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Action: "dsql:DbConnect",
          Resource: "*",
          Condition: { Null: { [key]: "false" } },
        },
      }),
    );
    return contradictionsOf(document.statements[0]!, true).length > 0;
  });
  expect(flagged).toEqual([]);
});
