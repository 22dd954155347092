// Starts the built emulator as its users do, for one client, and gives it that client's environment.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { STORY_CONFIG } from "./accounts.mjs";

const COMMAND = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));

/** Runs a program to its end. @returns exit code (-1 if it did not start or was ended), stdout and stderr */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const settings = { maxBuffer: 64 * 1024 * 1024, ...options };
    execFile(program, args, settings, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      const ended = error?.killed ? `ended after ${settings.timeout / 1000} s` : "";
      resolve({ exitCode, stdout, stderr: stderr + ended || (error?.message ?? "") });
    });
  });
}

/** This process's environment without anything that a client or an emulator would obey. */
export function cleanEnvironment() {
  const obeyed = /^(?:PG|AWS_|DSQL_EMULATOR_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|VITEST|STORY_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !obeyed.test(name)));
}

/** Starts an emulator on free ports. @throws Error with its output, when it ends instead of getting ready */
export async function startEmulator() {
  const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-sdks-"));
  const readyFile = join(directory, "ready.json");
  writeFileSync(join(directory, "dsql-emulator.yaml"), STORY_CONFIG);
  const environment = cleanEnvironment();
  const args = ["start", "--pg-port", "0", "--http-port", "0", "--ready-file", readyFile];
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (chunk) => (output += chunk));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const isReady = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      if (/\bready\b/i.test(line)) resolve(true);
    });
  });
  const ended = exited.then((code) => {
    throw new Error(`the emulator ended with exit code ${code}:\n${output}`);
  });
  ended.catch(() => undefined);
  await Promise.race([isReady, ended]);
  const command = (...words) =>
    run(process.execPath, [COMMAND, ...words], {
      cwd: directory,
      env: { ...environment, DSQL_EMULATOR_READY_FILE: readyFile },
    });
  const shown = await command("env", "--shell", "json");
  if (shown.exitCode !== 0) throw new Error(`dsql-emulator env: ${shown.stderr}`);
  const clientEnvironment = { ...environment };
  for (const [name, value] of Object.entries(JSON.parse(shown.stdout))) {
    if (value === null) delete clientEnvironment[name];
    else clientEnvironment[name] = value;
  }
  return {
    directory,
    clientEnvironment,
    command,
    output: () => output,
    /** Asks it to stop (SIGTERM). */
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
