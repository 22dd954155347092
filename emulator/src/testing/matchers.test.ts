import { AssertionError } from "node:assert";
import { Client, Pool } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { assertAdmitted, assertRefused } from "./assertions.ts";
import { type ConnectAs, connectionOptions, postgresJsOptions } from "./connection-options.ts";
import { matchers } from "./matchers.ts";
import { startEmulator, type TestEmulator } from "./test-emulator.ts";
import { tokens } from "./tokens.ts";

describe("matchers and assertions", () => {
  let emulator: TestEmulator;
  let soft: TestEmulator;

  beforeAll(async () => {
    emulator = await startEmulator();
    soft = await startEmulator({ enforce: "soft" });
  });

  afterAll(async () => {
    await emulator.stop();
    await soft.stop();
  });

  function connect(as: ConnectAs = {}, to = emulator): Promise<Client> {
    return new Client(connectionOptions(to, as)).connect();
  }

  const expired = (): Promise<Client> => connect({ token: tokens.expired });

  test("a refusal is met by its reason and SQLSTATE, and by a promise or a function", async () => {
    const met = { pass: true };
    expect(await matchers.toBeRefused(expired())).toMatchObject(met);
    const expected = { reason: "token_expired", sqlState: "08006", emulator } as const;
    expect(await matchers.toBeRefused(expired(), expected)).toMatchObject(met);
    expect(await matchers.toBeRefused(expired, expected)).toMatchObject(met);
  });

  test("another reason or SQLSTATE fails, and the message has both and the trace", async () => {
    const { pass, message } = await matchers.toBeRefused(expired(), { reason: "iam_denied" });
    expect(pass).toBe(false);
    expect(message()).toMatch(
      /^expected a refused connection, reason iam_denied; it failed, refused for token_expired, SQLSTATE 08006: unable to accept connection, access denied\n\nsession [a-z2-7]{26}: refused \(token_expired\)\n/,
    );
    expect(message()).toMatch(/✗ lifetime\s+refused: token_expired/);
    expect(await matchers.toBeRefused(expired(), { sqlState: "28000" })).toMatchObject({
      pass: false,
    });
  });

  test("with `.not`, the message says that it was not to be so", async () => {
    const { message } = await matchers.toBeRefused(expired(), { reason: "token_expired" });
    expect(message()).toMatch(
      /^did not expect a refused connection, reason token_expired; it failed/,
    );
  });

  test("a connection that is admitted is no refusal, and what a function opened is closed", async () => {
    let client: Client | undefined;
    const { pass, message } = await matchers.toBeRefused(async () => (client = await connect()));
    expect(pass).toBe(false);
    expect(message()).toMatch(
      /^expected a refused connection; it was admitted as admin\n\nsession [a-z2-7]{26}: admitted\n/,
    );
    await expect(client?.query("SELECT 1")).rejects.toThrow("Client was closed");
  });

  test("a promised connection that should have been refused is closed, too", async () => {
    const attempt = connect();
    expect((await matchers.toBeRefused(attempt)).pass).toBe(false);
    await expect((await attempt).query("SELECT 1")).rejects.toThrow("Client was closed");
  });

  test("an error that is no refusal of an emulator fails, and is shown", async () => {
    const attempt = Promise.reject(new Error("connect ECONNREFUSED"));
    const { pass, message } = await matchers.toBeRefused(attempt);
    expect(pass).toBe(false);
    expect(message()).toBe(
      "expected a refused connection; it failed, but not by a decision of an emulator of this process: connect ECONNREFUSED",
    );
  });

  test("a refusal of one emulator is none of another", async () => {
    const result = await matchers.toBeRefused(expired(), { emulator: soft });
    expect(result.pass).toBe(false);
  });

  test("an error after the connection was admitted is no refusal", async () => {
    const client = await connect();
    const attempt = client.query("SELECT 1/0");
    expect((await matchers.toBeRefused(attempt)).pass).toBe(false);
    await client.end();
  });

  test("an admission is met for clients, pools and postgres.js, and stays open if it was a promise", async () => {
    const expected = { as: "admin", principal: "arn:aws:iam::123456789012:user/emulator-admin" };
    const client = await connect();
    const one = await matchers.toBeAdmitted(Promise.resolve(client), { ...expected, emulator });
    expect(one.message()).toMatch(/^did not expect an admitted connection, as admin, of arn/);
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.end();
    const pool = new Pool({ ...connectionOptions(emulator), max: 1 });
    expect(await matchers.toBeAdmitted(() => pool.connect(), expected)).toMatchObject({
      pass: true,
    });
    expect(await matchers.toBeAdmitted(() => pool.connect(), { emulator })).toMatchObject({
      pass: true,
    });
    await pool.end();
    const sql = postgres({ ...postgresJsOptions(emulator), max: 1 });
    expect(await matchers.toBeAdmitted(sql`SELECT 1`, { ...expected, emulator })).toMatchObject({
      pass: true,
    });
    await sql.end();
  });

  test("a function that returns nothing of the driver is judged by the one decision that it led to", async () => {
    const attempt = async (): Promise<string> => {
      await (await connect()).end();
      return "done";
    };
    expect(await matchers.toBeAdmitted(attempt, { as: "admin" })).toMatchObject({ pass: true });
    const { pass, message } = await matchers.toBeAdmitted(() => "nothing", { as: "admin" });
    expect(pass).toBe(false);
    expect(message()).toMatch(/^expected an admitted connection, as admin; it connected, but no/);
  });

  test("another role, another principal, or a refusal is no such admission", async () => {
    const judge = async (expected: object): Promise<boolean> =>
      (await matchers.toBeAdmitted(() => connect(), expected)).pass;
    expect(await judge({ as: "app" })).toBe(false);
    expect(await judge({ principal: "arn:aws:iam::123456789012:user/other" })).toBe(false);
    expect((await matchers.toBeAdmitted(expired())).pass).toBe(false);
  });

  test("what only soft enforcement admits is admitted, and the trace says so", async () => {
    const attempt = (): Promise<Client> => connect({ token: tokens.expired }, soft);
    expect(await matchers.toBeAdmitted(attempt)).toMatchObject({ pass: true });
    const { pass, message } = await matchers.toBeRefused(attempt);
    expect(pass).toBe(false);
    expect(message()).toContain("admitted, but strict mode would have refused it (token_expired)");
  });

  test("the assertions resolve when met, and otherwise throw an AssertionError with the trace", async () => {
    await assertRefused(expired(), { reason: "token_expired" });
    await assertAdmitted(() => connect(), { as: "admin" });
    const refused: unknown = await assertRefused(expired(), { reason: "iam_denied" }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(AssertionError);
    expect((refused as Error).message).toMatch(/refused: token_expired/);
    await expect(assertAdmitted(expired())).rejects.toThrow(AssertionError);
  });
});
