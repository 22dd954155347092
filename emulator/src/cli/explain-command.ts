import type { DecisionRecord } from "../audit/index.ts";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { askEmulator, member } from "./emulator-api.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const SESSION_ID = /^[a-z2-7]{26}$/;

const USAGE: CommandUsage = {
  forms: ["SESSION_ID [--json] [--ready-file FILE]", "--last [--json] [--ready-file FILE]"],
  description: [
    "Explains why a connection was admitted or refused, step by step. SESSION_ID is the id in the",
    "DETAIL of a refusal: 26 letters and digits.",
  ].join("\n"),
  options: [
    { name: "last", doc: "explain the newest connection" },
    { name: "json", doc: "print the record itself" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator explain`: why a connection was admitted or refused. */
export const explainCommand: CliCommand = {
  name: "explain",
  summary: "explain why a connection was admitted or refused",
  help: () => commandHelp("explain", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options, 1);
    const asked = askedSessionId(given);
    const { http } = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    const sessionId = asked ?? (await newestSessionId(io, http.url));
    const record = await fetchRecord(io, http.url, sessionId);
    io.stdout(given.flag("json") ? json(record) : await explanation(record));
    return EXIT_CODE.success;
  },
};

/** `undefined` stands for the newest one. */
function askedSessionId(given: GivenArguments): string | undefined {
  const [sessionId] = given.positionals;
  if (given.flag("last")) {
    if (sessionId === undefined) return undefined;
    throw new UsageFailure("--last and SESSION_ID exclude each other; give one of them");
  }
  if (sessionId === undefined)
    throw new UsageFailure("no connection is named; give SESSION_ID or --last");
  const normalized = sessionId.toLowerCase();
  if (SESSION_ID.test(normalized)) return normalized;
  throw new UsageFailure(
    `\`${sessionId}\` is not a session id; give the 26 letters and digits behind \`Session Id:\``,
  );
}

async function newestSessionId(io: CliIo, baseUrl: string): Promise<string> {
  const body = await ask(io, baseUrl, "/_emulator/connections?limit=1");
  const connections = member(body, "connections");
  if (!Array.isArray(connections)) throw strangeAnswer();
  if (connections.length === 0) {
    throw new CliFailure("the emulator has recorded no connection yet; connect first");
  }
  const sessionId = member(connections[0], "sessionId");
  if (typeof sessionId !== "string") throw strangeAnswer();
  return sessionId;
}

async function fetchRecord(io: CliIo, baseUrl: string, sessionId: string): Promise<DecisionRecord> {
  const body = await ask(
    io,
    baseUrl,
    `/_emulator/connections/${encodeURIComponent(sessionId)}`,
    `the emulator has no record of connection ${sessionId}; it may be of another emulator or too old, see --last`,
  );
  const { parseDecisionRecord } = await import("../audit/index.ts");
  const record = parseDecisionRecord(body);
  if (record?.sessionId !== sessionId) throw strangeAnswer();
  return record;
}

async function ask(io: CliIo, baseUrl: string, path: string, notFound?: string): Promise<unknown> {
  const answer = await askEmulator(io, baseUrl, path);
  switch (answer.kind) {
    case "answered":
      return answer.body;
    case "not-found":
      throw notFound === undefined ? strangeAnswer() : new CliFailure(notFound);
    case "unreachable":
      throw new CliFailure(
        `the emulator cannot be asked (${answer.reason}); see whether it still runs`,
      );
  }
}

function strangeAnswer(): CliFailure {
  return new CliFailure(
    "the emulator's answer has not the expected form; use the command of the emulator's version",
  );
}

function json(record: DecisionRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

async function explanation(record: DecisionRecord): Promise<string> {
  const { explainRecord } = await import("../audit/index.ts");
  const text = explainRecord(record);
  return text.endsWith("\n") ? text : `${text}\n`;
}
