import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STORY_CONFIG } from "../support/config.ts";
import { type EmulatorProcess, startEmulatorProcess } from "../support/emulator.ts";
import { runNodeProgram } from "../support/run-node.ts";

const PROGRAM = new URL("./program.mjs", import.meta.url);
const DENIED = {
  severity: "FATAL",
  code: "08006",
  message: "unable to accept connection, access denied",
};

describe("node-postgres with @aws-sdk/dsql-signer", () => {
  let emulator: EmulatorProcess;

  beforeAll(async () => {
    emulator = await startEmulatorProcess(`${STORY_CONFIG}\nlimits: { transactionWaitMs: 300 }\n`);
  });

  afterAll(async () => {
    await emulator.stop();
  });

  test("speaks the simple and the extended protocol, with errors, notices and large results", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, ["session"])).toEqual({
      simple: [[{ a: 1 }], [{ b: 2 }]],
      parameters: [{ joined: "aü" }],
      named: [[{ next: 42 }], [{ next: 42 }]],
      empty: [],
      error: { code: "42P01", message: 'relation "no_such_table" does not exist', position: "15" },
      afterError: [{ still: "alive" }],
      large: 20_000_000,
      notices: [{ severity: "NOTICE", message: 'table "no_such_table" does not exist, skipping' }],
    });
  });

  test("connects with direct TLS", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, ["directTls"])).toEqual([{ name: "admin" }]);
  });

  test("keeps sessions apart, and rolls back the transaction of a client that vanishes", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, ["isolation"])).toEqual({
      paths: ["pg_catalog", '"$user", public'],
      names: ["b", "a"],
      rows: 0,
    });
  });

  test("never lets a session wait for ever for another one's transaction", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, ["waiting"])).toEqual({
      error: { code: "40001", message: "change conflicts with another transaction (OC000)" },
      after: [{ then: "served" }],
    });
  });

  test("connects by address with amzn-cluster-id, and not without", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, ["byAddress"])).toEqual({
      without: {
        severity: "FATAL",
        code: "08006",
        message: "unable to accept connection, sni was not received",
      },
      rows: [{ one: 1 }],
    });
  });

  test.each<[string, string, object]>([
    [
      "a token for another cluster's host",
      "wrongHost",
      {
        ...DENIED,
        hint: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      },
    ],
    [
      "admin with a DbConnect token",
      "wrongAction",
      { ...DENIED, hint: "Wrong user to action mapping. user: admin, action: DbConnect" },
    ],
    [
      "a token for another region",
      "wrongRegion",
      { ...DENIED, hint: "Credential should be scoped to a valid region. " },
    ],
    [
      "another database",
      "wrongDatabase",
      { severity: "FATAL", code: "3D000", message: 'database "other" does not exist' },
    ],
    [
      "a setting that DSQL does not take",
      "wrongSetting",
      {
        severity: "FATAL",
        code: "0A000",
        message: 'setting configuration parameter "statement_timeout" not supported',
      },
    ],
  ])("is refused with %s", async (_name, story, expected) => {
    expect(await runNodeProgram(emulator, PROGRAM, [story])).toEqual(expected);
  });
});
