#!/usr/bin/env node
/** Process entry: the commands, the signals, and the exit code. */
import {
  type CliIo,
  accessCommand,
  clockCommand,
  coverageCommand,
  doctorCommand,
  envCommand,
  explainCommand,
  healthCommand,
  neededCommand,
  type OpenFileReviews,
  packageVersion,
  psqlCommand,
  resetCommand,
  runCli,
  runOnTerminal,
  snapshotCommand,
  stateCommand,
  tokenCommand,
  versionCommand,
} from "./cli/index.ts";
import { execCommand } from "./exec-command.ts";
import { scenarioCommand } from "./scenario-command.ts";
import { startCommand } from "./start-command.ts";

/** A reader that has gone away is no reason to stop. */
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      resolve(signal);
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  });
}

const io: CliIo = {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  env: process.env,
  workingDirectory: process.cwd(),
  now: () => new Date(),
  fetch,
};
/** Loaded on demand, with the evaluator: other commands need none of it. */
const openFile: OpenFileReviews = async (file, given) =>
  (await import("./compose/access-offline.ts")).openFileReviews(file, given);
const version = packageVersion();
const commands = [
  startCommand({ version, untilSignal }),
  execCommand({ version, untilSignal }),
  envCommand,
  tokenCommand,
  explainCommand,
  neededCommand,
  accessCommand(openFile),
  coverageCommand,
  doctorCommand(openFile),
  psqlCommand(runOnTerminal),
  clockCommand,
  stateCommand,
  snapshotCommand,
  resetCommand,
  healthCommand,
  scenarioCommand,
  versionCommand,
];
process.exitCode = await runCli(commands, process.argv.slice(2), io);
