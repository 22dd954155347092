import { isIPv6 } from "node:net";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { askEmulator } from "./emulator-api.ts";
import { askForTls } from "./health-command-probe.ts";
import { reachableAddress } from "./reachable-address.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";

const DEFAULT_TIMEOUT_SECONDS = 3;
const MAX_TIMEOUT_SECONDS = 60;

const USAGE: CommandUsage = {
  forms: ["[--timeout SECONDS]", "--postgres HOST:PORT --http URL [--timeout SECONDS]"],
  description: [
    "Asks the PostgreSQL port for TLS, as a client does first, and /_emulator/ready of the HTTP port.",
    "Exit code 0 if both answer as they should, else 1. For the health check of a container: it needs",
    "neither shell nor curl. Without addresses the emulator of the ready file is asked.",
  ].join("\n"),
  options: [
    { name: "postgres", placeholder: "HOST:PORT", doc: "PostgreSQL port, with --http" },
    { name: "http", placeholder: "URL", doc: "base of the HTTP APIs, with --postgres" },
    {
      name: "timeout",
      placeholder: "SECONDS",
      doc: `longest wait for the PostgreSQL port, from 1 to ${MAX_TIMEOUT_SECONDS} (default: ${DEFAULT_TIMEOUT_SECONDS})`,
    },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator health`: whether the emulator serves, as an exit code. */
export const healthCommand: CliCommand = {
  name: "health",
  summary: "check that both ports of the emulator answer",
  help: () => commandHelp("health", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options);
    const timeoutMs = askedTimeout(given.text("timeout")) * 1000;
    const { postgres, httpUrl } = await askedAddresses(given, io);
    const [tls, http] = await Promise.all([
      askForTls(postgres, timeoutMs),
      askEmulator(io, httpUrl, "/_emulator/ready"),
    ]);
    const problems = [
      ...(tls.kind === "offered" ? [] : [`PostgreSQL port ${shown(postgres)}: ${tls.problem}`]),
      ...(http.kind === "answered" ? [] : [`HTTP port: ${httpProblem(http)}`]),
    ];
    if (problems.length > 0) throw new CliFailure(problems.join("; "));
    io.stdout("ready\n");
    return EXIT_CODE.success;
  },
};

function askedTimeout(text: string | undefined): number {
  if (text === undefined) return DEFAULT_TIMEOUT_SECONDS;
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS) return seconds;
  throw new UsageFailure(
    `--timeout is \`${text}\`; give a whole number of seconds from 1 to ${MAX_TIMEOUT_SECONDS}`,
  );
}

interface Addresses {
  readonly postgres: { readonly host: string; readonly port: number };
  readonly httpUrl: string;
}

async function askedAddresses(given: GivenArguments, io: CliIo): Promise<Addresses> {
  const postgres = given.text("postgres");
  const httpUrl = given.text("http");
  if (postgres === undefined && httpUrl === undefined) {
    const info = await readReadyFile(readyFilePath(given.text("ready-file"), io));
    const { host, port } = info.postgres;
    return { postgres: { host: reachableAddress(host), port }, httpUrl: info.http.url };
  }
  if (postgres === undefined || httpUrl === undefined) {
    throw new UsageFailure("--postgres and --http belong together; give both or none");
  }
  if (!URL.canParse(httpUrl) || !/^https?:/i.test(httpUrl)) {
    throw new UsageFailure(`--http is \`${httpUrl}\`; give a URL like http://127.0.0.1:9432`);
  }
  return { postgres: parsedAddress(postgres), httpUrl };
}

function parsedAddress(text: string): Addresses["postgres"] {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new UsageFailure(
    `--postgres is \`${text}\`; give host and port, like 127.0.0.1:5432 or [::1]:5432`,
  );
}

function shown({ host, port }: Addresses["postgres"]): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function httpProblem(
  answer: Exclude<Awaited<ReturnType<typeof askEmulator>>, { kind: "answered" }>,
): string {
  return answer.kind === "not-found" ? "it has no /_emulator/ready" : answer.reason;
}
