/** Runs a program that is a hook. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { HookError } from "./hook.ts";

/** For the last lines of a program that has ended. */
const LAST_LINES_MS = 500;

/** How a program is run. */
export interface ProgramOptions {
  readonly path: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends the program. */
  readonly signal: AbortSignal | undefined;
  /** Told of each line on its stdout and stderr. */
  readonly onLine: (line: string) => void;
}

/**
 * Runs a program to its end. It is in a process group of its own, so that what it has started is
 * ended with it when it takes too long.
 *
 * @throws HookError when it cannot be run, takes too long or ends with anything but 0
 */
export async function runProgram(options: ProgramOptions): Promise<void> {
  const { path, workingDirectory, env, timeoutMs, signal, onLine } = options;
  const isGroup = process.platform !== "win32";
  const child = spawn(path, [], {
    cwd: workingDirectory,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: isGroup,
  });
  forEachLine(child.stdout, onLine);
  forEachLine(child.stderr, onLine);
  let reason: string | undefined;
  const end = (why: string): void => {
    reason ??= why;
    try {
      if (child.pid !== undefined) process.kill(isGroup ? -child.pid : child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(() => {
    end(`took longer than ${timeoutMs / 1000} s`);
  }, timeoutMs);
  const onAbort = (): void => {
    end("was stopped with the emulator");
  };
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted === true) onAbort();
  try {
    const failure = await new Promise<string | undefined>((resolve) => {
      child.once("error", (error) => {
        resolve(`cannot be run: ${error.message}`);
      });
      child.once("exit", (code, killedBy) => {
        const failure =
          code === 0 ? undefined : `ended with ${killedBy ?? `exit code ${code ?? "?"}`}`;
        // What it has left running may keep its output open for ever.
        const closing = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, LAST_LINES_MS);
        child.once("close", () => {
          clearTimeout(closing);
          resolve(failure);
        });
      });
    });
    if (failure !== undefined) throw new HookError(reason ?? failure);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on("line", onLine);
}
