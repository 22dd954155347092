import { AssertionError } from "node:assert";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertNeeded } from "./assertions.ts";
import { type ConnectAs, connectionOptions } from "./connection-options.ts";
import { matchers } from "./matchers.ts";
import { policy } from "./policy.ts";
import { principals } from "./principals.ts";
import { startEmulator, type TestEmulator } from "./test-emulator.ts";

const guest = principals.user("guest");
const fenced = principals.user("fenced", [policy.allow("dsql:DbConnect")]);
const config = {
  accounts: [
    {
      id: "123456789012",
      policies: [{ name: "fence", document: policy.document(policy.allow("s3:*")) }],
      users: [guest, { ...fenced, permissionsBoundary: "fence" }],
    },
  ],
};
const RESOURCE = "arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a";
const GRANT = "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:user/guest'";
const NEEDED = policy.allow("dsql:DbConnect", { resource: RESOURCE });

describe("what an attempt has needed", () => {
  let emulator: TestEmulator;
  let soft: TestEmulator;

  beforeAll(async () => {
    [emulator, soft] = await Promise.all([
      startEmulator({ config }),
      startEmulator({ config, enforce: "soft" }),
    ]);
  });

  afterAll(() => Promise.all([emulator.stop(), soft.stop()]));

  const connect = (as: ConnectAs, to = emulator): Promise<Client> =>
    new Client(connectionOptions(to, as)).connect();
  const asApp = { role: "app", credentials: principals.credentialsOf(guest) };

  test("is the smallest policy, as a statement or a document, with the grant", async () => {
    const one = await matchers.toHaveNeeded(connect(asApp), NEEDED, { grant: GRANT });
    expect(one.message()).toMatch(/^did not expect a connection that needs /);
    expect(one.pass).toBe(true);
    await assertNeeded(connect(asApp), policy.document(NEEDED));
  });

  test("is not more and not less than what is lacking", async () => {
    for (const wrong of [
      null,
      policy.allow("dsql:DbConnectAdmin", { resource: RESOURCE }),
      policy.allow("dsql:DbConnect"),
      policy.allow(["dsql:DbConnect", "dsql:DbConnectAdmin"], { resource: RESOURCE }),
    ]) {
      expect((await matchers.toHaveNeeded(connect(asApp), wrong)).pass).toBe(false);
    }
    const error: unknown = await assertNeeded(connect(asApp), NEEDED, { grant: null }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AssertionError);
    expect((error as Error).message).toMatch(/refused for iam_denied[\s\S]*What is needed/i);
  });

  test("may be a limit's", async () => {
    const credentials = principals.credentialsOf(fenced);
    await assertNeeded(connect({ role: "app", credentials }), NEEDED);
  });

  test("is told of what only soft enforcement admits", async () => {
    const { credentials } = asApp;
    await assertNeeded(
      connect({ credentials }, soft),
      policy.allow("dsql:DbConnectAdmin", { resource: RESOURCE }),
      { emulator: soft, grant: null },
    );
  });

  test("is nothing for a connection that is admitted", async () => {
    const { pass, message } = await matchers.toHaveNeeded(connect({}), null, { emulator });
    expect(pass).toBe(false);
    expect(message()).toContain("it was admitted as admin");
  });
});
