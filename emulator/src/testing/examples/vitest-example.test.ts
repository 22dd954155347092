import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  assumeRole,
  type ConnectAs,
  connectionOptions,
  type DsqlMatchers,
  mapping,
  matchers,
  policy,
  principals,
  startEmulator,
  type TestEmulator,
  tokens,
} from "../index.ts";

declare module "vitest" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface Matchers<T = any> extends DsqlMatchers {}
}

expect.extend(matchers);

const reader = principals.user("reader", [policy.allow("dsql:DbConnect")]);
const service = principals.role("service", [policy.allow("dsql:DbConnectAdmin")]);
const credentials = principals.credentialsOf(reader);
let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await startEmulator({
    config: {
      accounts: [{ id: "123456789012", users: [reader], roles: [service] }],
      clusters: [
        { identifier: "testcluster000000000000000", databaseRoles: [mapping("app", reader)] },
      ],
    },
  });
});

afterAll(() => emulator.stop());

const connect = (as: ConnectAs = {}): Promise<Client> =>
  new Client(connectionOptions(emulator, as)).connect();

test("the reader is mapped to app, and to nothing else", async () => {
  await expect(() => connect({ role: "app", credentials })).toBeAdmitted({ as: "app" });
  await expect(connect({ role: "other", credentials })).toBeRefused({
    reason: "role_not_mapped",
    sqlState: "28000",
  });
});

test("the reader is not admin, and the decision says what is missing", async () => {
  const attempt = connect({ credentials });
  await expect(attempt).toBeRefused({ reason: "iam_denied" });
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  const decision = await emulator.decisions.ofError(error);
  expect(decision?.principal?.arn).toBe(principals.arnOf(reader));
  expect(decision?.refusal?.reason).toContain("dsql:DbConnectAdmin");
});

test("a token that is over is refused, whoever signed it", async () => {
  await expect(connect({ token: tokens.expired })).toBeRefused({ reason: "token_expired" });
  const kept = await tokens.valid({ emulator });
  await emulator.clock.advance("PT16M");
  await expect(connect({ token: kept })).toBeRefused({ reason: "token_expired" });
});

test("the service is admin for as long as its session", async () => {
  const session = await assumeRole(emulator, { role: "service", durationSeconds: 900 });
  const token = tokens.withSession(session);
  await expect(() => connect({ token })).toBeAdmitted({
    as: "admin",
    principal: "arn:aws:sts::123456789012:assumed-role/service/test",
  });
  await emulator.clock.advance("PT16M");
  await expect(connect({ token })).toBeRefused({ reason: "session_expired" });
});
