import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialsOf, STORY_CONFIG } from "../support/config.ts";
import { type EmulatorProcess, startEmulatorProcess } from "../support/emulator.ts";
import { runNodeProgram } from "../support/run-node.ts";

const PROGRAM = new URL("./program.mjs", import.meta.url);

describe("postgres.js with @aws-sdk/dsql-signer", () => {
  let emulator: EmulatorProcess;

  beforeAll(async () => {
    emulator = await startEmulatorProcess(STORY_CONFIG);
  });

  afterAll(async () => {
    await emulator.stop();
  });

  test("pipelines, runs transactions, reads by cursor and copies both ways", async () => {
    expect(await runNodeProgram(emulator, PROGRAM)).toEqual({
      many: true,
      transaction: 1,
      rolledBack: "no",
      left: 2,
      cursor: [300, 300, 300, 100],
      copied: "1\n2\n3\n4\n",
      error: { code: "22012", severity: "ERROR" },
    });
  });

  test("shows DSQL's refusal", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, [], credentialsOf("reader"))).toMatchObject({
      failure: {
        code: "08006",
        message: "unable to accept connection, access denied",
        detail: expect.stringMatching(/^Session Id: [a-z2-7]{26}$/) as string,
      },
    });
  });
});
