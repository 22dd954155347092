import { type CliCommand, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { member } from "./emulator-api.ts";
import { nearMiss } from "./near-miss.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";
import { askForState, parsedAnswer, type StateRequest, strangeAnswer } from "./state-api.ts";

const PATH = "/_emulator/snapshots";
const ACTIONS = ["list", "save", "delete"] as const;
const BYTES_PER_MIB = 1024 * 1024;

type Action = (typeof ACTIONS)[number];

const USAGE: CommandUsage = {
  forms: ["[list] [--json]", "save NAME [--json]", "delete NAME"],
  description: [
    "Snapshots of the whole state of the running emulator: lists them, takes one or replaces it, deletes one.",
    "`dsql-emulator reset --to snapshot:NAME` goes back to one. They are gone when the emulator ends;",
    "`dsql-emulator state export` makes a file.",
  ].join("\n"),
  options: [{ name: "json", doc: "print the answer of the emulator's API" }, READY_FILE_OPTION],
};

/** `dsql-emulator snapshot`: the whole state, kept under names. */
export const snapshotCommand: CliCommand = {
  name: "snapshot",
  summary: "take, list or delete snapshots of the running emulator",
  help: () => commandHelp("snapshot", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options, 2);
    const { action, name, request } = readAction(given);
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    const text = await askForState(io, http.url, request);
    if (action === "delete") {
      io.stdout(`deleted snapshot ${name}\n`);
      return EXIT_CODE.success;
    }
    const answer = parsedAnswer(text);
    const lines = action === "list" ? listed(answer) : [line(answer)];
    io.stdout(given.flag("json") ? `${JSON.stringify(answer)}\n` : `${lines.join("\n")}\n`);
    return EXIT_CODE.success;
  },
};

interface AskedAction {
  readonly action: Action;
  /** Empty of `list`. */
  readonly name: string;
  readonly request: StateRequest;
}

function readAction({ positionals: [text = "list", name] }: GivenArguments): AskedAction {
  const action = ACTIONS.find((candidate) => candidate === text);
  if (action === undefined) {
    const meant = nearMiss(text, ACTIONS);
    const advice =
      meant === undefined ? `give one of ${ACTIONS.join(", ")}` : `did you mean \`${meant}\`?`;
    throw new UsageFailure(`\`${text}\` is not an action; ${advice}`);
  }
  if (action === "list") {
    if (name !== undefined) {
      throw new UsageFailure(`unexpected argument \`${name}\`; list takes none`);
    }
    return { action, name: "", request: { method: "GET", path: PATH } };
  }
  if (name === undefined) throw new UsageFailure(`no NAME is given; write ${action} NAME`);
  const request: StateRequest =
    action === "save"
      ? { method: "POST", path: PATH, json: JSON.stringify({ name }) }
      : { method: "DELETE", path: `${PATH}/${encodeURIComponent(name)}` };
  return { action, name, request };
}

function listed(answer: unknown): readonly string[] {
  const snapshots = member(answer, "snapshots");
  if (!Array.isArray(snapshots)) throw strangeAnswer();
  return snapshots.length === 0 ? ["no snapshots"] : snapshots.map(line);
}

function line(snapshot: unknown): string {
  const [name, createdAt, clusters, databases, memoryBytes] = [
    ...["name", "createdAt", "clusters", "databases", "memoryBytes"],
  ].map((key) => member(snapshot, key));
  if (
    typeof name !== "string" ||
    typeof createdAt !== "string" ||
    typeof clusters !== "number" ||
    typeof databases !== "number" ||
    typeof memoryBytes !== "number"
  ) {
    throw strangeAnswer();
  }
  const memory = Math.round(memoryBytes / BYTES_PER_MIB);
  return `${name}  ${createdAt}  ${clusters} clusters, ${databases} databases with content, ${memory} MiB in memory`;
}
