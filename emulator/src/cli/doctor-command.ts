import type { Finding } from "../review/index.ts";
import { askReview, type OpenFileReviews } from "./access-command-source.ts";
import { type CliCommand, type CliIo, EXIT_CODE } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const USAGE: CommandUsage = {
  forms: ["[--json] [--ready-file FILE]", "--config FILE [--json]"],
  description: [
    "Looks for what is wrong with policies, trust, mappings and connections, and says what to do. Asks the",
    "running emulator, which starts the engines of all clusters, or reviews a configuration file; what",
    "connections show is known only of a running emulator. Exit code 1 if there are errors.",
  ].join("\n"),
  options: [
    { name: "config", placeholder: "FILE", doc: "review this file, without an emulator" },
    { name: "json", doc: "print the findings as JSON" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator doctor`: what looks wrong. */
export function doctorCommand(openFile: OpenFileReviews): CliCommand {
  return {
    name: "doctor",
    summary: "find what is wrong with policies, mappings and connections",
    help: () => commandHelp("doctor", USAGE),
    async run(args, io) {
      const given = readArguments(args, USAGE.options);
      const findings = await askedFindings(given, openFile, io);
      const { renderFindings } = await import("../review/index.ts");
      io.stdout(
        given.flag("json")
          ? `${JSON.stringify({ findings }, undefined, 2)}\n`
          : renderFindings(findings),
      );
      const hasErrors = findings.some(({ severity }) => severity === "error");
      return hasErrors ? EXIT_CODE.failure : EXIT_CODE.success;
    },
  };
}

async function askedFindings(
  given: GivenArguments,
  openFile: OpenFileReviews,
  io: CliIo,
): Promise<readonly Finding[]> {
  const config = given.text("config");
  if (config !== undefined) return (await openFile(config, io)).findings();
  const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
  const { isFindingList } = await import("../review/index.ts");
  return (await askReview(io, http.url, "/_emulator/doctor", isFindingList)).findings;
}
