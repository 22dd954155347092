import { expect as jestExpect } from "expect";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectionOptions } from "./connection-options.ts";
import { type DsqlMatchers, matchers } from "./matchers.ts";
import { startEmulator, type TestEmulator } from "./test-emulator.ts";
import { tokens } from "./tokens.ts";

declare module "expect" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- as Jest declares it
  interface Matchers<R> extends DsqlMatchers {}
}

describe("the matchers in Jest's own expect", () => {
  let emulator: TestEmulator;

  beforeAll(async () => {
    jestExpect.extend(matchers);
    emulator = await startEmulator();
  });

  afterAll(() => emulator.stop());

  const connect = (token = tokens.valid): Promise<Client> =>
    new Client(connectionOptions(emulator, { token })).connect();

  test("pass when they are met", async () => {
    await jestExpect(connect(tokens.expired)).toBeRefused({ reason: "token_expired" });
    await jestExpect(() => connect()).toBeAdmitted({ as: "admin" });
    await jestExpect(() => connect()).not.toBeRefused();
  });

  test("fail with the trace when they are not", async () => {
    await expect(
      jestExpect(connect(tokens.expired)).toBeRefused({ reason: "iam_denied" }),
    ).rejects.toThrow(/refused for token_expired[\s\S]*✗ lifetime/);
  });
});
