/** The built emulator in a process of its own, which can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ReadyInfo } from "../../src/index.ts";

const COMMAND = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));

/** A process that has been started and may still be starting. */
export interface EmulatorProcess {
  /** What its ready file says, when everything listens. @throws Error with its output when it ends before */
  readonly ready: Promise<ReadyInfo>;
  /** Resolves with the exit code; `null` after a kill. */
  readonly exited: Promise<number | null>;
  /** Everything that it has printed so far. */
  output(): string;
  /** Ends it at once, by SIGKILL. */
  kill(): Promise<void>;
  /** Asks it to stop. */
  stop(): Promise<number | null>;
}

/** Starts `dsql-emulator start` on free ports with a data directory. */
export function startProcess(
  dataDirectory: string,
  options: readonly string[] = [],
): EmulatorProcess {
  const readyFile = join(dataDirectory, "ready.json");
  const ports = ["--pg-port=0", "--http-port=0"];
  const child: ChildProcess = spawn(
    process.execPath,
    [COMMAND, "start", "--data-dir", dataDirectory, ...ports, ...options],
    { env: environment(), stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  const exited = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const isReady = new Promise<void>((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      if (line === "ready") resolve();
    });
  });
  const ready = Promise.race([
    isReady.then(() => JSON.parse(readFileSync(readyFile, "utf8")) as ReadyInfo),
    exited.then((code): never => {
      throw new Error(`the emulator ended with exit code ${code}:\n${output}`);
    }),
  ]);
  // Whoever kills it while it starts does not wait for this.
  ready.catch(() => undefined);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return {
    ready,
    exited,
    output: () => output,
    kill: async () => {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
  };
}

/** Without anything that an emulator or an SDK would obey. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:AWS_|DSQL_EMULATOR_|NODE_OPTIONS$|VITEST)/.test(name),
    ),
  );
}
