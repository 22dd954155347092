import { parseDuration, parseMoment } from "../shared/index.ts";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { askEmulator, changeEmulator, member } from "./emulator-api.ts";
import { nearMiss } from "./near-miss.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const PATH = "/_emulator/clock";
const ACTIONS = ["show", "advance", "set", "offset", "freeze", "resume"] as const;

type Action = (typeof ACTIONS)[number];

const USAGE: CommandUsage = {
  forms: [
    "[show] [--json]",
    "advance DURATION [--force] [--json]",
    "set MOMENT [--force] [--json]",
    "offset DURATION [--force] [--json]",
    "freeze | resume [--json]",
  ],
  description: [
    "Shows or changes the clock of the running emulator, and then shows what it has become. Everything",
    "that becomes due by a change, like the end of a connection's hour, has happened when the command ends.",
    "DURATION is of ISO 8601: PT61M, P1DT12H, -PT5M. MOMENT too, with its time zone: 2026-01-02T03:04:05Z.",
    "offset counts from the time of the system; offset PT0S goes back to it.",
  ].join("\n"),
  options: [
    { name: "force", doc: "go back although sessions are open" },
    { name: "json", doc: "print the answer of the emulator's API" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator clock`: the emulator's clock and its hands. */
export const clockCommand: CliCommand = {
  name: "clock",
  summary: "show or change the emulator's clock",
  help: () => commandHelp("clock", USAGE),
  async run(args, io) {
    const given = readArguments(withNegativeLast(args), USAGE.options, 2);
    const change = askedChange(given);
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    const body = change === undefined ? await ask(io, http.url) : await tell(io, http.url, change);
    const shown = readClock(body);
    io.stdout(given.flag("json") ? `${JSON.stringify(shown)}\n` : `${describe(shown)}\n`);
    return EXIT_CODE.success;
  },
};

/** A negative duration looks like an option, unless it stands behind the options. */
function withNegativeLast(args: readonly string[]): readonly string[] {
  const isNegative = (arg: string): boolean => /^-P/i.test(arg);
  if (args.includes("--") || !args.some(isNegative)) return args;
  return [...args.filter((arg) => !isNegative(arg)), "--", ...args.filter(isNegative)];
}

/** The body of the request; `undefined` when the clock is only to be shown. */
function askedChange(given: GivenArguments): object | undefined {
  const [actionText = "show", value] = given.positionals;
  const action = ACTIONS.find((candidate) => candidate === actionText);
  if (action === undefined) throw unknownAction(actionText);
  const force = given.flag("force") ? { force: true } : {};
  switch (action) {
    case "show":
    case "freeze":
    case "resume":
      if (value !== undefined) {
        throw new UsageFailure(`unexpected argument \`${value}\`; ${action} takes none`);
      }
      if (given.flag("force")) throw new UsageFailure(`--force is not for ${action}; leave it out`);
      return action === "show" ? undefined : { [action]: true };
    case "set":
      return { set: checked(action, "MOMENT", value, parseMoment), ...force };
    case "advance":
    case "offset":
      return { [action]: checked(action, "DURATION", value, parseDuration), ...force };
  }
}

/** The value as it is, if it can be read. */
function checked(
  action: Action,
  placeholder: "MOMENT" | "DURATION",
  value: string | undefined,
  parse: (text: string) => unknown,
): string {
  if (value === undefined)
    throw new UsageFailure(`no ${placeholder} is given; write ${action} ${placeholder}`);
  if (parse(value) !== undefined) return value;
  throw new UsageFailure(
    placeholder === "MOMENT"
      ? `\`${value}\` is no moment; give one of ISO 8601 with its time zone, like 2026-01-02T03:04:05Z`
      : `\`${value}\` is no duration; give one of ISO 8601 without years and months, like PT61M`,
  );
}

function unknownAction(text: string): UsageFailure {
  const meant = nearMiss(text, ACTIONS);
  const advice =
    meant === undefined ? `give one of ${ACTIONS.join(", ")}` : `did you mean \`${meant}\`?`;
  return new UsageFailure(`\`${text}\` is not an action; ${advice}`);
}

async function ask(io: CliIo, baseUrl: string): Promise<unknown> {
  const answer = await askEmulator(io, baseUrl, PATH);
  switch (answer.kind) {
    case "answered":
      return answer.body;
    case "not-found":
      throw strangeAnswer();
    case "unreachable":
      throw unreachable(answer.reason);
  }
}

async function tell(io: CliIo, baseUrl: string, change: object): Promise<unknown> {
  const answer = await changeEmulator(io, baseUrl, PATH, change);
  switch (answer.kind) {
    case "answered":
      return answer.body;
    case "refused":
      throw new CliFailure(answer.message.replace('with `"force": true`', "with --force"));
    case "unreachable":
      throw unreachable(answer.reason);
  }
}

interface ShownClock {
  readonly now: string;
  readonly frozen: boolean;
  readonly offsetMs: number;
}

function readClock(body: unknown): ShownClock {
  const now = member(body, "now");
  const frozen = member(body, "frozen");
  const offsetMs = member(body, "offsetMs");
  if (typeof now === "string" && typeof frozen === "boolean" && typeof offsetMs === "number") {
    return { now, frozen, offsetMs };
  }
  throw strangeAnswer();
}

function describe({ now, frozen, offsetMs }: ShownClock): string {
  const distance = Math.round(Math.abs(offsetMs) / 1000);
  const side = offsetMs < 0 ? "behind" : "ahead of";
  const place = distance === 0 ? "at" : `${inWords(distance)} ${side}`;
  return `${now} ${frozen ? "frozen" : "running"}, ${place} the system's time`;
}

function inWords(seconds: number): string {
  const parts: [amount: number, unit: string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

function strangeAnswer(): CliFailure {
  return new CliFailure(
    "the emulator's answer has not the expected form; use the command of the emulator's version",
  );
}

function unreachable(reason: string): CliFailure {
  return new CliFailure(`the emulator cannot be asked (${reason}); see whether it still runs`);
}
