/** Processes and directories of one run: everything that is started here ends with the run. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const STOP_MS = 5_000;
const START_MS = 30_000;
/** What a client, an emulator or Node would obey, and the benchmarks must not. */
const FOREIGN_SETTINGS = /^(?:PG|AWS_|DSQL_EMULATOR_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$)/;

const running = new Set();
const directories = new Set();

/** Makes a directory that goes away with the run. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-bench-"));
  directories.add(directory);
  return directory;
}

/** The environment without anything that would change what is measured. */
export function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !FOREIGN_SETTINGS.test(name)),
  );
}

/**
 * Starts a program of Node and waits until a line of its output begins with `ready`.
 * Resolves to `{ pid, words, startedAt, readyAt, stop }`: the words of that line after `ready`, and
 * the times as `performance.now()` has them. Rejects with what it printed when it ends before.
 */
export async function startProgram(args, { cwd = temporaryDirectory() } = {}) {
  const errorFile = join(cwd, "stderr.log");
  const errors = openSync(errorFile, "a");
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: cleanEnvironment(),
    stdio: ["pipe", "pipe", errors],
  });
  closeSync(errors);
  running.add(child);
  child.stdin.on("error", () => undefined);
  const exited = new Promise((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
    child.once("error", () => resolve(-1));
  });
  let output = "";
  const isReady = new Promise((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      output = (output + chunk).slice(-10_000);
      const line = /^ready\b(.*)\n/m.exec(output);
      if (line !== null) resolve({ readyAt: performance.now(), words: line[1].trim().split(" ") });
    });
  });
  const failed = exited.then((code) => {
    const printed = output + readFileSync(errorFile, "utf8");
    throw new Error(`${args.join(" ")} ended with ${code} before it was ready:\n${printed}`);
  });
  const ready = await within(START_MS, `${args[0]} to be ready`, Promise.race([isReady, failed]));
  failed.catch(() => undefined);
  return {
    pid: child.pid,
    startedAt,
    ...ready,
    stop: () => {
      child.kill("SIGTERM");
      return within(STOP_MS, `${args[0]} to stop`, exited);
    },
  };
}

/** Runs a program of Node to its end. Resolves to its standard output; rejects when it fails. */
export function runProgram(args, options = {}) {
  const child = spawn(process.execPath, args, {
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
    ...options,
  });
  running.add(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      running.delete(child);
      if (code === 0) resolve(output);
      else reject(new Error(`${args.join(" ")} ended with ${code}`));
    });
  });
}

/** Ends every process at once and removes every directory; for the end of the run, whatever it is. */
export function stopEverything() {
  for (const child of running) child.kill("SIGKILL");
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  running.clear();
  directories.clear();
}

/** Resident memory of a process in MB (10⁶ bytes); `undefined` where there is no `/proc`. */
export function residentMegabytes(pid) {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

/** Waits for a promise, but no longer than that. */
export async function within(milliseconds, what, promise) {
  let timer;
  const expired = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited ${milliseconds} ms for ${what}`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
