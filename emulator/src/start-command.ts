/** `dsql-emulator start`: runs the emulator until a signal ends it. */
import { writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { decisionLine } from "./audit/index.ts";
import {
  type CliCommand,
  CliFailure,
  type CliIo,
  DEFAULT_READY_FILE,
  readReadyFile,
  removeReadyFile,
  UsageFailure,
  writeReadyFile,
} from "./cli/index.ts";
import { type Emulator, type EmulatorEvent, startComposed } from "./compose.ts";
import {
  ConfigurationError,
  type EmulatorConfig,
  loadConfig,
  type LogFormat,
  START_OPTIONS,
} from "./config/index.ts";
import { makeDirectory } from "./stores/index.ts";

/** How the command learns that it shall end. */
export interface StartCommandOptions {
  readonly version: string;
  /** Resolves with the name of the signal that ends the emulator. */
  readonly untilSignal: () => Promise<string>;
}

/** Makes the command. */
export function startCommand({ version, untilSignal }: StartCommandOptions): CliCommand {
  return {
    name: "start",
    summary: "run the emulator",
    help,
    run: async (args, io) => {
      const signalled = untilSignal();
      const config = readConfig(args, io);
      const defaultReadyFile = resolve(io.workingDirectory, DEFAULT_READY_FILE);
      const stateDirectory = config.dataDirectory ?? dirname(defaultReadyFile);
      const readyFile = config.readyFile ?? join(stateDirectory, basename(defaultReadyFile));
      await refuseReadyFileInUse(readyFile);
      const stopped = new AbortController();
      void signalled.then(() => {
        stopped.abort();
      });
      const { signal } = stopped;
      const emulator = await start(config, { stateDirectory, version, io, signal });
      try {
        await announce(readyFile, emulator);
        io.stdout(
          config.logFormat === "json"
            ? `${JSON.stringify({ event: "ready", version, enforce: config.enforce, readyFile, ...emulator.info })}\n`
            : banner(
                emulator,
                config,
                version,
                readyFile === defaultReadyFile ? "" : ` --ready-file ${readyFile}`,
              ),
        );
        io.stderr(`${noticeLine(`stopping (${await signalled})`, config.logFormat)}\n`);
      } finally {
        await removeReadyFile(readyFile, process.pid).catch(() => undefined);
        await emulator.stop();
      }
      return 0;
    },
  };
}

/**
 * Reads the configuration for a command.
 *
 * @throws UsageFailure with all problems at once
 */
export function readConfig(
  args: readonly string[],
  { env, workingDirectory }: Pick<CliIo, "env" | "workingDirectory">,
): EmulatorConfig {
  try {
    return loadConfig({ args, env, workingDirectory });
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageFailure(error.message);
    throw error;
  }
}

async function start(
  config: EmulatorConfig,
  {
    stateDirectory,
    version,
    io,
    signal,
  }: { stateDirectory: string; version: string; io: CliIo; signal: AbortSignal },
): Promise<Emulator> {
  try {
    if (config.dataDirectory === undefined) makeStateDirectory(stateDirectory);
    return await startComposed({
      config,
      stateDirectory,
      version,
      signal,
      onEvent: (event) => {
        const line = eventLine(event, config.logFormat);
        if (line !== undefined) io.stderr(`${line}\n`);
      },
    });
  } catch (error) {
    throw new CliFailure(startProblem(error, config));
  }
}

/** Whoever reads the file of a running emulator must go on finding that one. */
async function refuseReadyFileInUse(readyFile: string): Promise<void> {
  const running = await readReadyFile(readyFile).catch(() => undefined);
  // In a container that starts again this process has the number that the one before had.
  if (running === undefined || running.pid === process.pid) return;
  throw new CliFailure(
    `ready file ${readyFile} is that of the emulator with process id ${running.pid}, which runs: stop it first, or choose another file with --ready-file`,
  );
}

async function announce(readyFile: string, { info }: Emulator): Promise<void> {
  try {
    makeDirectory(dirname(readyFile));
    await writeReadyFile(readyFile, info);
  } catch (error) {
    throw new CliFailure(
      `the ready file ${readyFile} cannot be written (${codeOf(error)}): choose another one with --ready-file`,
    );
  }
}

/** The directory with secrets never goes into version control. */
function makeStateDirectory(directory: string): void {
  makeDirectory(directory);
  writeFileSync(join(directory, ".gitignore"), "*\n");
}

function help(): string {
  const rows = START_OPTIONS.map(
    ({ name, placeholder, doc, defaultText, environmentVariable }) => ({
      left: `--${name}${placeholder === undefined ? "" : ` ${placeholder}`}`,
      right: `${doc}${defaultText === undefined ? "" : ` (default: ${defaultText})`}`,
      environmentVariable,
    }),
  );
  const width = Math.max(...rows.map(({ left }) => left.length));
  return [
    "usage: dsql-emulator start [options]",
    "",
    "Runs the emulator until SIGINT or SIGTERM: a PostgreSQL port with TLS and IAM authentication, and",
    "an HTTP port. Exit codes: 0 stopped by a signal, 1 could not start, 2 wrong configuration.",
    "",
    "options, each with the environment variable of the same effect:",
    ...rows.flatMap(({ left, right, environmentVariable }) => [
      `  ${left.padEnd(width)}  ${right}`,
      `  ${"".padEnd(width)}  ${environmentVariable}`,
    ]),
    `  ${"--help".padEnd(width)}  show this text`,
    "",
  ].join("\n");
}

function startProblem(error: unknown, config: EmulatorConfig): string {
  const { port, path, syscall } = error as { port?: number; path?: string; syscall?: string };
  const code = codeOf(error);
  switch (syscall) {
    case "getaddrinfo":
      return `${config.host} is not a known host name (${code}): check --host`;
    case "listen": {
      const option = port === config.httpPort ? "--http-port" : "--pg-port";
      return code === "EADDRINUSE"
        ? `${config.host}:${port ?? "?"} is in use by another program: stop it, or choose another port with ${option} (0 takes any free one)`
        : `cannot listen on ${config.host} (${code}): check --host and ${option}`;
    }
    case "mkdir":
    case "open":
    case "link":
      return `cannot write to ${path ?? "the data directory"} (${code}): choose another directory with --data-dir`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "unknown error";
}

/** What a person needs who has just started the emulator. */
function banner(
  emulator: Emulator,
  config: EmulatorConfig,
  version: string,
  readyFileOption: string,
): string {
  const { postgres, http, caCertificate, credentials, clusters } = emulator.info;
  const [cluster] = clusters;
  const rows: [string, string][] = [
    ["enforcement", ENFORCEMENT[config.enforce]],
    ...clusters.map(({ endpoint }): [string, string] => ["cluster", endpoint]),
    ["postgres", `${postgres.host}:${postgres.port}, TLS, CA certificate ${caCertificate}`],
    ["http", `${http.url}/_emulator/health`],
    ["credentials", `${credentials.accessKeyId} / ${credentials.secretAccessKey}`],
    ["data", config.dataDirectory ?? "in memory, gone when the emulator stops"],
    ["not emulated", "CREATE INDEX ASYNC and its jobs, limits of rows and sizes of transactions"],
  ];
  return [
    `dsql-auth-emulator ${version}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`),
    "",
    "in another shell:",
    `  eval "$(npx dsql-emulator env${readyFileOption})"`,
    `  PGPASSWORD=$(npx dsql-emulator token --admin) psql "host=${cluster?.endpoint ?? "<endpoint>"} user=admin dbname=postgres sslmode=verify-full"`,
    "",
    "ready",
    "",
  ].join("\n");
}

const ENFORCEMENT: Readonly<Record<EmulatorConfig["enforce"], string>> = {
  strict: "strict: what DSQL would refuse is refused",
  soft: "SOFT: nobody is refused for a wrong token or a missing permission; it is only recorded",
  off: "OFF: tokens and permissions are not checked",
};

function eventLine(event: EmulatorEvent, format: LogFormat): string | undefined {
  switch (event.kind) {
    case "decision":
      return decisionLine(event.record, format);
    case "engine": {
      const { type, ...facts } = event.event;
      // It tells of speed and nothing else.
      if (type === "functions-may-change-settings" && format === "pretty") return undefined;
      if (format === "json")
        return JSON.stringify({ event: type, database: event.database, ...facts });
      return `${type} ${event.database} ${Object.values(facts).join(" ")}`.trimEnd();
    }
    case "notice":
      return noticeLine(event.message, format);
    case "internal-error": {
      const error = event.error instanceof Error ? event.error : new Error(String(event.error));
      const text = error.stack ?? error.message;
      return format === "json"
        ? JSON.stringify({ event: "internal-error", sessionId: event.sessionId, error: text })
        : `internal error in session ${event.sessionId ?? "-"} (this is a bug in the emulator): ${text}`;
    }
  }
}

function noticeLine(message: string, format: LogFormat): string {
  return format === "json" ? JSON.stringify({ event: "notice", message }) : message;
}
