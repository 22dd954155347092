/** An emulator in a process of its own, which ends with this one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { commandUrl, type ReadyInfo } from "../cli/index.ts";

/** A process that serves. */
export interface ChildEmulator {
  readonly info: ReadyInfo;
  /** Ends it and resolves when it is gone; safe to call twice. */
  stop(): Promise<void>;
}

/** Also when this process is killed, the channel between the two is closed, and nothing stays behind. */
const END_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  'process.once("disconnect", () => process.kill(process.pid, "SIGTERM")); process.channel?.unref();',
)}`;
/** Of what it says on stderr, so much is kept for the error when it does not start. */
const MOST_CHARACTERS = 8192;

/**
 * Runs `dsql-emulator start` with these options in `directory`.
 *
 * @throws Error with what it said when it ends before it is ready
 */
export async function startChild(
  args: readonly string[],
  directory: string,
): Promise<ChildEmulator> {
  const command = fileURLToPath(commandUrl());
  const child = spawn(
    process.execPath,
    ["--import", END_WITH_PARENT, command, "start", ...args, "--log-format=json"],
    { cwd: directory, env: environment(), stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  const ended = once(child, "exit");
  // An error when it cannot be started at all; the loop below then finds no line.
  ended.catch(() => undefined);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-MOST_CHARACTERS);
  });
  const info = await readyInfoOf(child);
  if (info === undefined) {
    await ended;
    throw new Error(`the emulator did not start: ${said.trim()}`);
  }
  return {
    info,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function readyInfoOf(child: ChildProcess): Promise<ReadyInfo | undefined> {
  const { stdout } = child;
  if (stdout === null) return undefined;
  for await (const line of createInterface({ input: stdout })) {
    const message = JSON.parse(line) as ReadyInfo & { readonly event?: unknown };
    if (message.event !== "ready") continue;
    stdout.resume();
    return message;
  }
  return undefined;
}

/** Settings of another emulator are not for this one. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("DSQL_EMULATOR_")),
  );
}
