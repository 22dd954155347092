import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialsOf, STORY_CONFIG } from "../support/config.ts";
import { type EmulatorProcess, startEmulatorProcess } from "../support/emulator.ts";
import { runNodeProgram } from "../support/run-node.ts";

const PROGRAM = new URL("./program.mjs", import.meta.url);

describe("an unmodified program with @aws/aurora-dsql-node-postgres-connector", () => {
  let emulator: EmulatorProcess;

  beforeAll(async () => {
    emulator = await startEmulatorProcess(STORY_CONFIG);
  });

  afterAll(async () => {
    await emulator.stop();
  });

  test("creates, inserts, updates in a transaction and selects, through a pool", async () => {
    expect(await runNodeProgram(emulator, PROGRAM)).toEqual({
      inserted: ["Anna", "Bert", "Carl", "Dora"],
      updated: 2,
      rows: [
        { name: "Anna", city: "Berlin" },
        { name: "Bert", city: "Berlin" },
        { name: "Carl", city: "Łódź" },
        { name: "Dora", city: "Łódź" },
      ],
      application: "aurora-dsql-nodejs-pg/0.1.9",
    });
  });

  test("without dsql:DbConnectAdmin gets DSQL's refusal, which explain explains", async () => {
    const answer = await runNodeProgram(emulator, PROGRAM, [], credentialsOf("reader"));
    expect(answer).toEqual({
      error: {
        severity: "FATAL",
        code: "08006",
        message: "unable to accept connection, access denied",
        detail: expect.stringMatching(/^Session Id: [a-z2-7]{26}$/) as string,
        hint: "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: dsql:DbConnectAdmin on resource: arn:aws:dsql:us-east-1:123456789012:cluster/dsqlemulatorlocalcluster2a because no identity-based policy allows the dsql:DbConnectAdmin action",
      },
    });
    const { detail } = (answer as { error: { detail: string } }).error;
    const explained = await emulator.command(["explain", detail.replace("Session Id: ", "")]);
    expect(explained.exitCode).toBe(0);
    expect(explained.stdout).toContain("iam_denied");
    expect(explained.stdout).toContain("AppConnect");
  });

  test("as a custom role is refused as unmapped: 28000 and no hint", async () => {
    expect(await runNodeProgram(emulator, PROGRAM, ["app"], credentialsOf("reader"))).toEqual({
      error: {
        severity: "FATAL",
        code: "28000",
        message: "unable to accept connection, access denied",
        detail: expect.stringMatching(/^Session Id: [a-z2-7]{26}$/) as string,
      },
    });
  });
});
