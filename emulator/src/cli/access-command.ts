import type { AccessMatrix } from "../review/index.ts";
import { diffFiles } from "./access-command-diff.ts";
import {
  askedCircumstances,
  askedQuestion,
  CIRCUMSTANCE_OPTIONS,
  FILTER_OPTIONS,
  questionQuery,
} from "./access-command-question.ts";
import { askReview, type OpenFileReviews } from "./access-command-source.ts";
import { type CliCommand, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const MOST_POSITIONALS = 3;

const USAGE: CommandUsage = {
  forms: [
    "[--principal NAME] [--cluster ID] [--role ROLE] [--json]",
    "--config FILE [--principal NAME] [--cluster ID] [--role ROLE] [--json]",
    "diff BEFORE AFTER [--exit-code] [--json | --markdown]",
  ],
  description: [
    "Prints who can connect to which cluster as which role of the database, and why or why not. Asks the",
    "running emulator, which starts the engines of the clusters, or reviews a configuration file.",
    "diff compares two files: configurations, states of /_emulator/state, or what access --json printed.",
    "What is supposed of connections, for both: --source-ip, --mfa, --no-mfa, --at, --application-name.",
  ].join("\n"),
  options: [
    ...FILTER_OPTIONS,
    ...CIRCUMSTANCE_OPTIONS,
    { name: "config", placeholder: "FILE", doc: "review this file, without an emulator" },
    { name: "exit-code", doc: "exit code 1 if diff finds differences" },
    { name: "json", doc: "print JSON" },
    { name: "markdown", doc: "print the differences as Markdown" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator access`: who can connect to what, as what. */
export function accessCommand(openFile: OpenFileReviews): CliCommand {
  return {
    name: "access",
    summary: "show who can connect to which cluster as which role, and why not",
    help: () => commandHelp("access", USAGE),
    async run(args, io) {
      const given = readArguments(args, USAGE.options, MOST_POSITIONALS);
      const [verb, ...files] = given.positionals;
      if (verb === "diff") {
        const { isSame, text } = await diffFiles(askedDifference(given, files), openFile, io);
        io.stdout(text);
        return given.flag("exit-code") && !isSame ? EXIT_CODE.failure : EXIT_CODE.success;
      }
      if (verb !== undefined) {
        throw new UsageFailure(`unexpected argument \`${verb}\`; leave it out, or write diff`);
      }
      for (const name of ["exit-code", "markdown"]) {
        if (given.flag(name)) throw new UsageFailure(`--${name} is for access diff; leave it out`);
      }
      const matrix = await askedMatrix(given, openFile, io);
      const { renderMatrix } = await import("../review/index.ts");
      io.stdout(
        given.flag("json") ? `${JSON.stringify(matrix, undefined, 2)}\n` : renderMatrix(matrix),
      );
      return EXIT_CODE.success;
    },
  };
}

async function askedMatrix(
  given: GivenArguments,
  openFile: OpenFileReviews,
  io: CliIo,
): Promise<AccessMatrix> {
  const question = askedQuestion(given);
  const config = given.text("config");
  if (config !== undefined) return (await openFile(config, io)).matrix(question);
  const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
  const { isAccessMatrix } = await import("../review/index.ts");
  return askReview(io, http.url, `/_emulator/access${questionQuery(question)}`, isAccessMatrix);
}

function askedDifference(
  given: GivenArguments,
  files: readonly string[],
): Parameters<typeof diffFiles>[0] {
  const [before, after] = files;
  if (before === undefined || after === undefined) {
    throw new UsageFailure("diff needs two files; write diff BEFORE AFTER");
  }
  for (const { name } of [...FILTER_OPTIONS, { name: "config" }]) {
    if (given.text(name) !== undefined) {
      throw new UsageFailure(`--${name} is not for access diff; leave it out`);
    }
  }
  if (given.flag("json") && given.flag("markdown")) {
    throw new UsageFailure("--json and --markdown exclude each other; give one of them");
  }
  const form = given.flag("json") ? "json" : given.flag("markdown") ? "markdown" : "text";
  return { before, after, form, circumstances: askedCircumstances(given) };
}
