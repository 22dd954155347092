import { type CliCommand, EXIT_CODE } from "./cli-command.ts";
import { commandHelp, type CommandUsage, readArguments } from "./command-options.ts";
import { packageVersion } from "./package-files.ts";

const USAGE: CommandUsage = {
  forms: [""],
  description: "Prints the version of the package.",
  options: [],
};

/** `dsql-emulator version`, which is also `dsql-emulator --version`. */
export const versionCommand: CliCommand = {
  name: "version",
  summary: "print the version",
  help: () => commandHelp("version", USAGE),
  async run(args, io) {
    readArguments(args, USAGE.options);
    io.stdout(`${packageVersion()}\n`);
    return EXIT_CODE.success;
  },
};
