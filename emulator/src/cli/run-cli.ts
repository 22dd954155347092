import { type CliCommand, CliFailure, type CliIo, EXIT_CODE } from "./cli-command.ts";
import { nearMiss } from "./near-miss.ts";
import { ReadyFileError } from "./ready-file.ts";

/**
 * Runs the command that the arguments name and returns the exit code: 0, 1 for a failure, 2 for
 * arguments that are not understood. Never throws: what goes wrong is one line on stderr,
 * `dsql-emulator NAME: what was wrong; what to do`.
 *
 * @param argv without the interpreter and the script
 */
export async function runCli(
  commands: readonly CliCommand[],
  argv: readonly string[],
  io: CliIo,
): Promise<number> {
  const [first, ...args] = argv;
  if (first === undefined || first === "--help" || first === "-h") {
    io.stdout(topLevelHelp(commands));
    return EXIT_CODE.success;
  }
  if (first === "help") return showHelp(commands, args, io);
  const name = first === "--version" ? "version" : first;
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return reportUnknown(commands, first, io);
  if (asksForHelp(args)) {
    io.stdout(command.help());
    return EXIT_CODE.success;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    io.stderr(`dsql-emulator ${command.name}: ${failureText(error)}\n`);
    return error instanceof CliFailure ? error.exitCode : EXIT_CODE.failure;
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

function showHelp(commands: readonly CliCommand[], args: readonly string[], io: CliIo): number {
  const [name] = args;
  if (name === undefined || name.startsWith("-")) {
    io.stdout(topLevelHelp(commands));
    return EXIT_CODE.success;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return reportUnknown(commands, name, io);
  io.stdout(command.help());
  return EXIT_CODE.success;
}

function reportUnknown(commands: readonly CliCommand[], name: string, io: CliIo): number {
  const names = commands.map((command) => command.name);
  const meant = nearMiss(name, [...names, "help", "--help", "--version"]);
  const advice =
    meant === undefined ? `the commands are ${names.join(", ")}` : `did you mean \`${meant}\`?`;
  const kind = name.startsWith("-") ? "an option" : "a command";
  io.stderr(`dsql-emulator: \`${name}\` is not ${kind}; ${advice}\n`);
  return EXIT_CODE.usage;
}

function topLevelHelp(commands: readonly CliCommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length), "help".length);
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "usage: dsql-emulator COMMAND [OPTIONS]",
    "",
    "A local Amazon Aurora DSQL emulator that gets authorization right.",
    "",
    "commands:",
    ...lines,
    `  ${"help".padEnd(width)}  show the options of a command: dsql-emulator help COMMAND`,
    "",
    "options:",
    "  --version   show the version",
    "  --help, -h  show this text",
    "",
    "exit codes: 0 done, 1 failed, 2 arguments not understood",
    "",
  ].join("\n");
}

function failureText(error: unknown): string {
  if (error instanceof CliFailure || error instanceof ReadyFileError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `unexpected failure: ${text}`;
}
