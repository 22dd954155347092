import type { NeededSummary } from "../audit/index.ts";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { askEmulator, member } from "./emulator-api.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const USAGE: CommandUsage = {
  forms: ["[--principal NAME_OR_ARN] [--json] [--ready-file FILE]"],
  description: [
    "Sums up what refused connections have needed, and those that would have been refused if enforcement",
    "were strict: for each IAM user and role one policy, and the AWS IAM GRANT statements for its mappings.",
  ].join("\n"),
  options: [
    { name: "principal", placeholder: "NAME_OR_ARN", doc: "only of this IAM user or role" },
    { name: "json", doc: "print the answer of the emulator's API" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator needed`: the policies and mappings that refused connections lacked. */
export const neededCommand: CliCommand = {
  name: "needed",
  summary: "sum up which policies and mappings refused connections need",
  help: () => commandHelp("needed", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options, 0);
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    const summary = await fetchSummary(io, http.url, given.text("principal"));
    io.stdout(
      given.flag("json")
        ? `${JSON.stringify(summary, undefined, 2)}\n`
        : (await import("../audit/index.ts")).explainNeededSummary(summary),
    );
    return EXIT_CODE.success;
  },
};

async function fetchSummary(
  io: CliIo,
  baseUrl: string,
  principal: string | undefined,
): Promise<NeededSummary> {
  const query = principal === undefined ? "" : `?principal=${encodeURIComponent(principal)}`;
  const answer = await askEmulator(io, baseUrl, `/_emulator/needed${query}`);
  if (answer.kind === "unreachable") {
    throw new CliFailure(
      `the emulator cannot be asked (${answer.reason}); see whether it still runs`,
    );
  }
  if (answer.kind === "answered" && isSummary(answer.body)) return answer.body;
  throw new CliFailure(
    "the emulator's answer has not the expected form; use the command of the emulator's version",
  );
}

function isSummary(body: unknown): body is NeededSummary {
  return (
    listOf(body, "principals")?.every(isNeedsOfPrincipal) === true &&
    listOf(body, "uncured") !== undefined &&
    typeof member(body, "dropped") === "number"
  );
}

function isNeedsOfPrincipal(value: unknown): boolean {
  const policy = member(value, "policy");
  return (
    typeof member(member(value, "principal"), "arn") === "string" &&
    (policy === null || listOf(policy, "Statement") !== undefined) &&
    ["widenings", "denies", "grants"].every((name) => listOf(value, name) !== undefined)
  );
}

function listOf(value: unknown, name: string): readonly unknown[] | undefined {
  const found = member(value, name);
  return Array.isArray(found) ? found : undefined;
}
