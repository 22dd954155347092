import { describe, expect, test } from "vitest";
import { ACCOUNT, makeAccountsWorld, NOBODY } from "../../test/fixtures/aws/accounts-world.ts";
import { randomNumbers } from "../../test/fixtures/random-numbers.ts";
import { requestPrincipal } from "../iam/index.ts";

const ROUNDS = 400;
const random = randomNumbers(20_260_202);

function pick<Value>(values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function randomPolicy(): object {
  const statement = (): object => ({
    Effect: pick(["Allow", "Allow", "Deny"]),
    [pick(["Action", "Action", "NotAction"])]: pick(["dsql:*", "dsql:DbConnect", "s3:*", "*"]),
    [pick(["Resource", "Resource", "NotResource"])]: pick(["*", "arn:aws:dsql:*:*:cluster/a"]),
  });
  return {
    Version: "2012-10-17",
    Statement: [statement(), ...(random() < 0.4 ? [statement()] : [])],
  };
}

describe("sessions", () => {
  test("never allow what the policies of their role do not", async () => {
    const policies = [{ name: "p", document: {} as Record<string, unknown> }];
    const trustPolicy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" }],
    };
    const seen = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      policies[0] = { name: "p", document: { ...randomPolicy() } };
      const role = {
        name: "app",
        path: "/",
        policies: [...policies],
        managedPolicies: [],
        trustPolicy,
        maxSessionDuration: 3600,
        tags: {},
      };
      const world = makeAccountsWorld({ accounts: [{ declared: { ...NOBODY, roles: [role] } }] });
      const found = world.accounts
        .directoryOf(ACCOUNT)
        ?.findRole(`arn:aws:iam::${ACCOUNT}:role/app`);
      const allows = async (limits?: { inline: string; managed: [] }): Promise<boolean> => {
        const issued = await world.sessionTokens.issue({
          accountId: ACCOUNT,
          principal: { kind: "assumed-role", roleId: found?.role.roleId ?? "", sessionName: "s" },
          durationSeconds: 900,
          tags: {},
          transitiveTagKeys: [],
          policies: limits,
        });
        const key = await world.accounts.findAccessKey(issued.accessKeyId, issued.sessionToken);
        if (key.kind === "unknown") throw new Error(key.reason);
        const { caller } = key.accessKey;
        const request = {
          principal: requestPrincipal(caller),
          action: "dsql:DbConnect",
          resource: `arn:aws:dsql:us-east-1:${ACCOUNT}:cluster/a`,
          keys: new Map(),
        };
        return world.accounts.authorize(caller, request).kind === "Allow";
      };
      const ofRole = await allows();
      const ofSession = await allows({ inline: JSON.stringify(randomPolicy()), managed: [] });
      if (ofSession) expect(ofRole).toBe(true);
      const both = `${ofRole}/${ofSession}`;
      seen.set(both, (seen.get(both) ?? 0) + 1);
      await world.app.close();
    }
    // The policies make all the cases that there can be.
    expect([...seen.keys()].sort()).toEqual(["false/false", "true/false", "true/true"]);
    expect(Math.min(...seen.values())).toBeGreaterThan(20);
  });
});
