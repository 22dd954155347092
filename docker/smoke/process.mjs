// Programs that are run, and what came of them.
import { execFile, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** Runs a program to its end; never throws for an exit code. */
export function run(file, args, options = {}) {
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { timeout: 600_000, maxBuffer: 64 << 20, ...options },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ exitCode, stdout, stderr });
      },
    );
  });
}

/** Runs a program that has to succeed, and gives its output without the last newline. */
export async function output(file, args, options) {
  const { exitCode, stdout, stderr } = await run(file, args, options);
  if (exitCode === 0) return stdout.trimEnd();
  const last = `${stdout}${stderr}`.trimEnd().split("\n").slice(-25).join("\n");
  throw new Error(`${file} ${args.slice(0, 3).join(" ")} … ended with ${exitCode}:\n${last}`);
}

/** Starts a program and collects what it writes. */
export function start(file, args, options = {}) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const started = { child, text: "", ended: undefined };
  child.stdout.on("data", (chunk) => (started.text += chunk));
  child.stderr.on("data", (chunk) => (started.text += chunk));
  started.ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(`cannot be started: ${error.message}`));
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  return started;
}

/** Asks until the answer is not `undefined`. */
export async function until(what, ask, timeoutMs = 60_000, everyMs = 20) {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await pause(everyMs);
  }
}
