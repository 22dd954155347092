/** The commands of a shell user: `aws`, and psql with a token of `dsql-emulator token`. */
import { spawnSync } from "node:child_process";
import type { EmulatorProcess, Finished } from "../support/emulator.ts";
import { printedJson } from "../support/printed-json.ts";
import { isolatedFrom, type PythonEnvironment } from "../support/python.ts";

/** Whether psql is there. */
export const hasPsql = spawnSync("psql", ["--version"]).status === 0;

/** What an operation of IAM or STS gives of credentials. */
export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
}

/** A shell whose environment is what `dsql-emulator env` sets. */
export interface AwsShell {
  /** Runs `aws` and reads what it prints. @throws Error with what it wrote to stderr, if it fails */
  aws(command: readonly string[], env?: NodeJS.ProcessEnv): Promise<unknown>;
  /** Runs `aws`, which has to fail. @returns its exit code and what it wrote to stderr */
  failure(
    command: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<{ readonly exitCode: number; readonly stderr: string }>;
  /** Connects as `admin`. @returns who is connected, or what psql wrote to stderr */
  connect(credentials: Credentials): Promise<string>;
}

/** Makes a shell. */
export function makeAwsShell(emulator: EmulatorProcess, python: PythonEnvironment): AwsShell {
  const run = (command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    emulator.run(python.aws, command, {
      ...isolatedFrom(emulator),
      AWS_DEFAULT_OUTPUT: "json",
      ...env,
    });
  return {
    aws: async (command, env) => {
      const finished = await run(command, env);
      if (finished.exitCode !== 0) throw new Error(`aws ${command.join(" ")}: ${finished.stderr}`);
      return finished.stdout.trim() === "" ? undefined : printedJson(finished);
    },
    failure: async (command, env) => {
      const { exitCode, stdout, stderr } = await run(command, env);
      if (exitCode === 0) throw new Error(`aws ${command.join(" ")} has not failed: ${stdout}`);
      return { exitCode, stderr: stderr.trim() };
    },
    connect: async (credentials) => {
      const env = environmentOf(credentials);
      const minted = await emulator.command(["token", "--admin"], env);
      if (minted.exitCode !== 0) throw new Error(minted.stderr);
      const { stdout, stderr } = await emulator.run(
        "psql",
        ["--no-psqlrc", "--tuples-only", "--no-align", "-c", "SELECT current_user"],
        { PGPASSWORD: minted.stdout.trim() },
      );
      return stdout === "" ? stderr : stdout.trim();
    },
  };
}

/** The variables in which AWS's tools look for credentials. */
export function environmentOf(credentials: Credentials): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
    AWS_SESSION_TOKEN: credentials.SessionToken,
  };
}
