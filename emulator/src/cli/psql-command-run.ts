import { spawn } from "node:child_process";
import { constants } from "node:os";
import { CliFailure } from "./cli-command.ts";

/** As shells answer for a program that is not there. */
const EXIT_NOT_FOUND = 127;
/** As shells answer for a program that a signal ended. */
const EXIT_BY_SIGNAL = 128;

/** A program with its environment. */
export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

/** Runs a program on this terminal and resolves with its exit code. @throws CliFailure */
export type RunProgram = (run: ProgramRun) => Promise<number>;

/** Signals of the terminal reach the program itself, so that they do not end us before it. */
export const runOnTerminal: RunProgram = ({ program, args, env, workingDirectory }) => {
  const child = spawn(program, args, { cwd: workingDirectory, env, stdio: "inherit" });
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  return new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new CliFailure(
              `${program} is not installed, or not in PATH; install PostgreSQL's client (Debian: postgresql-client, Homebrew: libpq)`,
              EXIT_NOT_FOUND,
            )
          : new CliFailure(`${program} cannot be run: ${error.message}; see whether it can`),
      );
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? EXIT_BY_SIGNAL + (signal === null ? 0 : constants.signals[signal]));
    });
  }).finally(() => process.off("SIGINT", ignore));
};
