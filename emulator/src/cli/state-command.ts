import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { nearMiss } from "./near-miss.ts";
import { member } from "./emulator-api.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";
import { askForState, parsedAnswer, strangeAnswer } from "./state-api.ts";

const PATH = "/_emulator/state";
const ACTIONS = ["show", "export", "import"] as const;

type Action = (typeof ACTIONS)[number];

const USAGE: CommandUsage = {
  forms: ["[show] [--secrets]", "export [FILE]", "import FILE [--clock]"],
  description: [
    "show prints accounts and clusters in the form of the configuration file, as JSON. export writes the",
    "whole state, with the databases and the secrets of access keys, into a file that only its owner can",
    "read, or to stdout. import makes the running emulator what the file says; all connections end.",
  ].join("\n"),
  options: [
    { name: "secrets", doc: "show the secrets of access keys" },
    { name: "clock", doc: "import the clock too" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator state`: what there is, and its way into a file and out of one. */
export const stateCommand: CliCommand = {
  name: "state",
  summary: "show, export or import the state of the running emulator",
  help: () => commandHelp("state", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options, 2);
    const { action, file } = readAction(given);
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    switch (action) {
      case "show": {
        const path = `${PATH}?secrets=${String(given.flag("secrets"))}`;
        const shown = parsedAnswer(await askForState(io, http.url, { method: "GET", path }));
        io.stdout(`${JSON.stringify(shown, undefined, 2)}\n`);
        break;
      }
      case "export": {
        const path = `${PATH}/export`;
        const text = await askForState(io, http.url, { method: "GET", path });
        if (file === undefined) io.stdout(text);
        else await writeState(io, file, text);
        break;
      }
      case "import":
        await importState(io, http.url, file ?? "", given.flag("clock"));
        break;
    }
    return EXIT_CODE.success;
  },
};

function readAction(given: GivenArguments): {
  readonly action: Action;
  readonly file: string | undefined;
} {
  const [text = "show", file] = given.positionals;
  const action = ACTIONS.find((candidate) => candidate === text);
  if (action === undefined) {
    const meant = nearMiss(text, ACTIONS);
    const advice =
      meant === undefined ? `give one of ${ACTIONS.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new UsageFailure(`\`${text}\` is not an action; ${advice}`);
  }
  if (action === "show" && file !== undefined) {
    throw new UsageFailure(`unexpected argument \`${file}\`; show takes none`);
  }
  if (action === "import" && file === undefined) {
    throw new UsageFailure("no FILE is given; write import FILE");
  }
  if (given.flag("secrets") && action !== "show") throw notFor("secrets", action);
  if (given.flag("clock") && action !== "import") throw notFor("clock", action);
  return { action, file };
}

function notFor(option: string, action: Action): UsageFailure {
  return new UsageFailure(`--${option} is not for ${action}; leave it out`);
}

/** In one step, readable by its owner only. */
async function writeState(io: CliIo, file: string, text: string): Promise<void> {
  const path = resolve(io.workingDirectory, file);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CliFailure(`${path} cannot be written (${codeOf(error)}); give another file`);
  }
  io.stdout(`exported to ${path}; it holds the secrets of access keys\n`);
}

async function importState(
  io: CliIo,
  baseUrl: string,
  file: string,
  withClock: boolean,
): Promise<void> {
  const path = resolve(io.workingDirectory, file);
  let json: string;
  try {
    json = await readFile(path, "utf8");
  } catch (error) {
    throw new CliFailure(`${path} cannot be read (${codeOf(error)}); give an exported state`);
  }
  if (!isJson(json)) throw new CliFailure(`${path} is not JSON; give an exported state`);
  const answer = await askForState(io, baseUrl, {
    method: "POST",
    path: `${PATH}/import?clock=${String(withClock)}`,
    json,
  });
  const tookMs = member(parsedAnswer(answer), "tookMs");
  if (typeof tookMs !== "number") throw strangeAnswer();
  io.stdout(`imported ${path} in ${tookMs} ms\n`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? "unknown reason";
}
