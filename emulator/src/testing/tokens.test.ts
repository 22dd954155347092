import { readFileSync } from "node:fs";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertAdmitted, assertRefused } from "./assertions.ts";
import { assumeRole } from "./assume-role.ts";
import { type ConnectAs, connectionOptions } from "./connection-options.ts";
import type { RefusalCode } from "./index.ts";
import { policy } from "./policy.ts";
import { mapping, principals } from "./principals.ts";
import { startEmulator, type TestEmulator } from "./test-emulator.ts";
import { type TokenFactory, tokens } from "./tokens.ts";

const { withSession, valid, ...wrong } = tokens;
const FACTORIES = Object.entries(wrong) satisfies [string, TokenFactory][];

/** The reason that the docstring of each factory ends with. */
const DOCUMENTED = new Map(
  [
    ...readFileSync(new URL("./tokens.ts", import.meta.url), "utf8").matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+(\w+):/g,
    ),
  ].map(([, docstring = "", name = ""]) => [name, /: `(\w+)`/.exec(docstring)?.[1]]),
);

describe("tokens", () => {
  const app = principals.user("app", [policy.allow("dsql:DbConnect")]);
  const service = principals.role("service", [policy.allow("dsql:DbConnectAdmin")]);
  let emulator: TestEmulator;

  beforeAll(async () => {
    emulator = await startEmulator({
      config: {
        accounts: [{ id: "123456789012", users: [app], roles: [service] }],
        clusters: [
          { identifier: "testcluster000000000000000", databaseRoles: [mapping("app", app)] },
          { identifier: "othercluster00000000000000", region: "us-west-2" },
        ],
      },
    });
  });

  afterAll(() => emulator.stop());

  function connect(as: ConnectAs): Promise<unknown> {
    return new Client(connectionOptions(emulator, as)).connect();
  }

  test.each(FACTORIES)(
    "%s is refused for the reason that its docstring names",
    async (name, token) => {
      const reason = DOCUMENTED.get(name) as RefusalCode | undefined;
      expect(reason).toMatch(/^[a-z_]+$/);
      if (reason === undefined) return;
      await assertRefused(connect({ token }), { reason });
      const asApp = { token, role: "app", credentials: principals.credentialsOf(app) };
      await assertRefused(connect(asApp), { reason });
      await assertRefused(connect({ token, cluster: "othercluster00000000000000" }), { reason });
    },
  );

  test("valid is admitted, for admin, for another role and for another cluster", async () => {
    await assertAdmitted(() => connect({ token: valid }), { as: "admin" });
    const credentials = principals.credentialsOf(app);
    await assertAdmitted(() => connect({ role: "app", credentials }), {
      as: "app",
      principal: principals.arnOf(app),
    });
    const cluster = "othercluster00000000000000";
    await assertAdmitted(() => connect({ cluster }), { as: "admin" });
  });

  test("withSession signs with the credentials of a role that was assumed", async () => {
    const session = await assumeRole(emulator, { role: "service", sessionName: "job" });
    await assertAdmitted(() => connect({ token: withSession(session) }), {
      principal: "arn:aws:sts::123456789012:assumed-role/service/job",
    });
  });

  test("assumeRole rejects with the answer of STS", async () => {
    const credentials = principals.credentialsOf(app);
    await expect(assumeRole(emulator, { role: "service", credentials })).rejects.toThrow(
      /^AssumeRole of service: AccessDenied: User: arn:aws:iam::123456789012:user\/app is not authorized to perform: sts:AssumeRole/,
    );
  });
});
