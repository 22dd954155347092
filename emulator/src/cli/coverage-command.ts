import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CoverageReport } from "../coverage/index.ts";
import { askReview } from "./access-command-source.ts";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { deleteFromEmulator } from "./emulator-api.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const USAGE: CommandUsage = {
  forms: [
    "[--fail-under PERCENT] [--json | --html] [--output FILE] [--ready-file FILE]",
    "--reset",
  ],
  description: [
    "Prints how often each statement of a policy, each condition and each mapping has decided since the",
    "running emulator was started or the counts were reset, and which never did.",
  ].join("\n"),
  options: [
    {
      name: "fail-under",
      placeholder: "PERCENT",
      doc: "exit code 1 if less is covered, from 0 to 100",
    },
    { name: "json", doc: "print JSON" },
    { name: "html", doc: "print one page of HTML" },
    {
      name: "output",
      placeholder: "FILE",
      doc: "write the report into this file, and its summary here",
    },
    { name: "reset", doc: "begin counting anew" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator coverage`: what has decided, and what never did. */
export const coverageCommand: CliCommand = {
  name: "coverage",
  summary: "show which statements, conditions and mappings have decided",
  help: () => commandHelp("coverage", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options);
    const least = askedPercent(given.text("fail-under"));
    if (given.flag("json") && given.flag("html")) {
      throw new UsageFailure("--json and --html exclude each other; give one of them");
    }
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    if (given.flag("reset")) return reset(io, http.url);
    const coverage = await import("../coverage/index.ts");
    const report = await askReview(io, http.url, "/_emulator/coverage", coverage.isCoverageReport);
    const text = given.flag("json")
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : given.flag("html")
        ? coverage.renderCoverageHtml(report)
        : coverage.renderCoverage(report);
    tell(text, report, given, io);
    if (report.summary.percent >= least) return EXIT_CODE.success;
    throw new CliFailure(
      `${report.summary.percent} % are covered, less than ${least} %; exercise what never decided, or take it out`,
    );
  },
};

function askedPercent(text: string | undefined): number {
  if (text === undefined) return 0;
  const percent = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (percent <= 100) return percent;
  throw new UsageFailure(`--fail-under is \`${text}\`; give a whole number from 0 to 100`);
}

function tell(text: string, { summary }: CoverageReport, given: GivenArguments, io: CliIo): void {
  const output = given.text("output");
  if (output === undefined) {
    io.stdout(text);
    return;
  }
  try {
    writeFileSync(resolve(io.workingDirectory, output), text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliFailure(
      `${output} cannot be written (${code ?? "unknown error"}); choose another file`,
    );
  }
  io.stdout(`${summary.percent} % covered, see ${output}\n`);
}

async function reset(io: CliIo, baseUrl: string): Promise<number> {
  const reason = await deleteFromEmulator(io, baseUrl, "/_emulator/coverage");
  if (reason === undefined) {
    io.stdout("counting begins anew\n");
    return EXIT_CODE.success;
  }
  throw new CliFailure(
    `the counts cannot be reset (${reason}); see whether the emulator still runs`,
  );
}
