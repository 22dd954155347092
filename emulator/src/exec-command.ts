/** `dsql-emulator exec`: runs one program with an emulator of its own, and ends with its exit code. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { decisionLine } from "./audit/index.ts";
import {
  type CliCommand,
  CliFailure,
  type CliIo,
  clientEnvironment,
  UsageFailure,
  writeReadyFile,
} from "./cli/index.ts";
import { type EmulatorEvent, startComposed } from "./compose.ts";
import type { EmulatorConfig } from "./config/index.ts";
import { readConfig } from "./start-command.ts";

/** What the command is made from. */
export interface ExecCommandOptions {
  readonly version: string;
  /** Resolves with the name of the signal that ends the program. */
  readonly untilSignal: () => Promise<NodeJS.Signals>;
}

const SEPARATOR = "--";
/** Exit codes of shells: a program that cannot be run, and the base for one that a signal has ended. */
const EXIT_NOT_RUN = 127;
const EXIT_BY_SIGNAL = 128;

const HELP = `usage: dsql-emulator exec [options] -- PROGRAM [ARGUMENTS]

Starts an emulator on free ports, runs the program with the environment that \`dsql-emulator env\` prints, stops
the emulator and ends with the program's exit code. Refused connections are told on stderr.

The options are those of \`dsql-emulator start\`; nothing is kept unless --data-dir is given, and --ready-file has no effect.
Exit codes: the program's own; 1 the emulator could not start, 2 wrong configuration, 127 the program could not be
run, 128 and the number of the signal that has ended it.
`;

/** Makes the command. */
export function execCommand({ version, untilSignal }: ExecCommandOptions): CliCommand {
  return {
    name: "exec",
    summary: "run a program with an emulator of its own",
    help: () => HELP,
    run: async (args, io) => {
      const separator = args.indexOf(SEPARATOR);
      const [program, ...programArguments] = separator < 0 ? [] : args.slice(separator + 1);
      if (program === undefined) {
        throw new UsageFailure(
          "there is no program; write it behind `--`, as in `exec -- npm test`",
        );
      }
      const signalled = untilSignal();
      const options = ["--pg-port=0", "--http-port=0", ...args.slice(0, separator)];
      const config = readConfig(options, io);
      const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-"));
      try {
        const emulator = await startComposed({
          config,
          stateDirectory: config.dataDirectory ?? directory,
          version,
          onEvent: (event) => {
            tell(event, config, io);
          },
        });
        try {
          // Never the one that the configuration names: that may be another emulator's.
          const readyFile = join(directory, "ready.json");
          await writeReadyFile(readyFile, emulator.info);
          const changes = await clientEnvironment(emulator.info, readyFile, io.env);
          return await runProgram(program, programArguments, changes, { io, signalled });
        } finally {
          await emulator.stop();
        }
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
  };
}

/** A program's own output shall not drown: only what went wrong is told. */
function tell(event: EmulatorEvent, { logFormat }: EmulatorConfig, io: CliIo): void {
  if (event.kind === "decision" && event.record.outcome === "refused") {
    io.stderr(`${decisionLine(event.record, logFormat)}\n`);
  } else if (event.kind === "internal-error") {
    io.stderr(`internal error (this is a bug in the emulator): ${String(event.error)}\n`);
  }
}

async function runProgram(
  program: string,
  args: readonly string[],
  changes: Readonly<Record<string, string | null>>,
  { io, signalled }: { readonly io: CliIo; readonly signalled: Promise<NodeJS.Signals> },
): Promise<number> {
  const kept = Object.entries(io.env).filter(([name]) => changes[name] === undefined);
  const set = Object.entries(changes).filter(([, value]) => value !== null);
  const child = spawn(program, args, {
    cwd: io.workingDirectory,
    env: Object.fromEntries([...kept, ...set]) as NodeJS.ProcessEnv,
    stdio: "inherit",
  });
  void signalled.then((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      reject(new CliFailure(`${program} cannot be run: ${error.message}`, EXIT_NOT_RUN));
    });
    child.once("exit", (code, signal) => {
      resolve(code ?? EXIT_BY_SIGNAL + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
