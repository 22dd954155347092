import { describe, expect, test } from "vitest";
import { fakeCliIo } from "../../test/support/cli-io.ts";
import {
  type CliCommand,
  CliFailure,
  envCommand,
  explainCommand,
  runCli,
  tokenCommand,
  UsageFailure,
  versionCommand,
} from "./index.ts";

const COMMANDS = [envCommand, tokenCommand, explainCommand, versionCommand];

async function run(...argv: readonly string[]): Promise<[number, string, string]> {
  const io = fakeCliIo();
  const exitCode = await runCli(COMMANDS, argv, io);
  return [exitCode, io.written.stdout, io.written.stderr];
}

function failing(error: Error): CliCommand {
  return {
    name: "fail",
    summary: "fail",
    help: () => "help of fail\n",
    run: async () => {
      throw error;
    },
  };
}

describe("runCli", () => {
  test.each([[[]], [["--help"]], [["-h"]], [["help"]]])(
    "%j shows all commands and exits with 0",
    async (argv) => {
      const [exitCode, stdout, stderr] = await run(...argv);
      expect([exitCode, stderr]).toEqual([0, ""]);
      for (const { name, summary } of COMMANDS) {
        expect(stdout).toContain(`  ${name.padEnd(7)}  ${summary}\n`);
      }
    },
  );

  test.each([
    [["help", "token"]],
    [["token", "--help"]],
    [["token", "-h"]],
    [["token", "--bad", "--help"]],
  ])("%j shows the help of the command", async (argv) => {
    expect(await run(...argv)).toEqual([0, tokenCommand.help(), ""]);
  });

  test("--version is the command version", async () => {
    const [exitCode, stdout] = await run("--version");
    expect([exitCode, stdout]).toEqual([0, (await run("version"))[1]]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("an unknown command is a usage error that names the near one", async () => {
    expect(await run("tokne")).toEqual([
      2,
      "",
      "dsql-emulator: `tokne` is not a command; did you mean `token`?\n",
    ]);
    expect(await run("help", "exlpain")).toEqual([
      2,
      "",
      "dsql-emulator: `exlpain` is not a command; did you mean `explain`?\n",
    ]);
  });

  test("an unknown command with nothing near is answered with all commands", async () => {
    expect(await run("restart")).toEqual([
      2,
      "",
      "dsql-emulator: `restart` is not a command; the commands are env, token, explain, version\n",
    ]);
    expect((await run("--verison"))[2]).toBe(
      "dsql-emulator: `--verison` is not an option; did you mean `--version`?\n",
    );
  });

  test.each([
    [new CliFailure("no; do"), 1, "dsql-emulator fail: no; do\n"],
    [new UsageFailure("no; do"), 2, "dsql-emulator fail: no; do\n"],
    [new Error("boom"), 1, "dsql-emulator fail: unexpected failure: boom\n"],
  ])("a command that ends with %s is one line on stderr", async (error, exitCode, stderr) => {
    const io = fakeCliIo();
    expect(await runCli([failing(error)], ["fail"], io)).toBe(exitCode);
    expect(io.written).toEqual({ stdout: "", stderr });
  });

  test("behind -- nothing asks for help", async () => {
    const [exitCode, , stderr] = await run("version", "--", "--help");
    expect([exitCode, stderr]).toEqual([
      2,
      "dsql-emulator version: unexpected argument `--help`; leave it out, or see --help\n",
    ]);
  });

  test("slips in options are usage errors", async () => {
    expect((await run("token", "--amdin"))[2]).toBe(
      "dsql-emulator token: --amdin is not an option; did you mean --admin?\n",
    );
    expect((await run("env", "--port"))[2]).toBe(
      "dsql-emulator env: --port is not an option; the options are --shell, --ready-file\n",
    );
    expect((await run("token", "--user"))[2]).toBe(
      "dsql-emulator token: --user has no value; write --user NAME\n",
    );
    expect((await run("token", "--user", "--cluster"))[2]).toBe(
      "dsql-emulator token: --user has no value; write --user NAME\n",
    );
    expect((await run("token", "--user="))[2]).toBe(
      "dsql-emulator token: --user has an empty value; give a NAME\n",
    );
    expect((await run("token", "--admin=yes"))[2]).toBe(
      "dsql-emulator token: --admin takes no value; write it alone\n",
    );
    expect((await run("version", "-x"))[2]).toBe(
      "dsql-emulator version: -x is not an option; this command has none\n",
    );
  });
});
