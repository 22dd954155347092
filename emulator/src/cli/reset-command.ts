import { type CliCommand, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { member } from "./emulator-api.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";
import { askForState, parsedAnswer, strangeAnswer } from "./state-api.ts";

const SNAPSHOT_PREFIX = "snapshot:";

const USAGE: CommandUsage = {
  forms: ["[--to TARGET] [--clock] [--records] [--json] [--ready-file FILE]"],
  description: [
    "Brings the running emulator back: clusters, IAM and databases. All connections end. TARGET is",
    "configuration (all is as the configuration declares it), empty (the same, with databases without its",
    "roles, mappings and SQL), or snapshot:NAME. Fault rules are gone afterwards.",
  ].join("\n"),
  options: [
    { name: "to", placeholder: "TARGET", doc: "configuration, empty or snapshot:NAME" },
    { name: "clock", doc: "bring the clock back too" },
    { name: "records", doc: "forget decisions and events too" },
    { name: "json", doc: "print the answer of the emulator's API" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator reset`: back to the configuration or to a snapshot. */
export const resetCommand: CliCommand = {
  name: "reset",
  summary: "bring the running emulator back to its configuration or a snapshot",
  help: () => commandHelp("reset", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options);
    const target = given.text("to") ?? "configuration";
    const request = {
      to: readTarget(target),
      clock: given.flag("clock"),
      records: given.flag("records"),
    };
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    const text = await askForState(io, http.url, {
      method: "POST",
      path: "/_emulator/reset",
      json: JSON.stringify(request),
    });
    const answer = parsedAnswer(text);
    const tookMs = member(answer, "tookMs");
    if (typeof tookMs !== "number") throw strangeAnswer();
    io.stdout(
      given.flag("json") ? `${JSON.stringify(answer)}\n` : `reset to ${target} in ${tookMs} ms\n`,
    );
    return EXIT_CODE.success;
  },
};

function readTarget(text: string): string | { readonly snapshot: string } {
  if (text === "configuration" || text === "empty") return text;
  const snapshot = text.startsWith(SNAPSHOT_PREFIX) ? text.slice(SNAPSHOT_PREFIX.length) : "";
  if (snapshot !== "") return { snapshot };
  throw new UsageFailure(
    `--to is \`${text}\`; give configuration, empty or ${SNAPSHOT_PREFIX}NAME`,
  );
}
