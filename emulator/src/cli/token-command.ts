import {
  type AuthAction,
  clusterHostName,
  parseClusterEndpoint,
  parseClusterIdentifier,
  requiredAuthAction,
} from "../dsql/index.ts";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { askEmulator, member } from "./emulator-api.ts";
import { ReadyFileError, readReadyFile, readyFilePath } from "./ready-file.ts";
import type { ReadyInfo } from "./ready-info.ts";
import { type TokenCredentials, tokenCredentials } from "./token-credentials.ts";

/** The default of AWS's own command. */
const DEFAULT_EXPIRES_IN_SECONDS = 900;
const MAX_EXPIRES_IN_SECONDS = 604_800;

const USAGE: CommandUsage = {
  forms: [
    "[--admin | --user NAME] [--cluster ID] [--region REGION] [--expires-in SECONDS]",
    "[--admin | --user NAME] --host NAME [--region REGION] [--expires-in SECONDS]",
  ],
  description: [
    "Prints an auth token, which is the password of a connection:",
    '  PGPASSWORD="$(dsql-emulator token --admin)" psql',
    "Signs with the credentials of the options, else of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and",
    "AWS_SESSION_TOKEN, else of the running emulator; and with the running emulator's time.",
  ].join("\n"),
  options: [
    { name: "admin", doc: "token with the action DbConnectAdmin, for the user admin" },
    { name: "user", placeholder: "NAME", doc: "token with the action that this user needs" },
    { name: "cluster", placeholder: "ID", doc: "cluster (default: the emulator's first)" },
    {
      name: "host",
      placeholder: "NAME",
      doc: "host name to sign, in place of a cluster's endpoint",
    },
    {
      name: "region",
      placeholder: "REGION",
      doc: "region to sign (default: that of the host name)",
    },
    {
      name: "expires-in",
      placeholder: "SECONDS",
      doc: `lifetime, from 1 to ${MAX_EXPIRES_IN_SECONDS} (default: ${DEFAULT_EXPIRES_IN_SECONDS})`,
    },
    { name: "access-key-id", placeholder: "ID", doc: "access key, with --secret-access-key" },
    { name: "secret-access-key", placeholder: "SECRET", doc: "its secret" },
    { name: "session-token", placeholder: "TOKEN", doc: "of temporary credentials" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator token`: one auth token. */
export const tokenCommand: CliCommand = {
  name: "token",
  summary: "print an auth token",
  help: () => commandHelp("token", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options);
    const action = askedAction(given);
    const expiresInSeconds = askedLifetime(given.text("expires-in"));
    const emulator = await findEmulator(given.text("ready-file"), io);
    const hostName = askedHostName(given, io, emulator);
    const region = askedRegion(given, hostName, io.env) ?? required(emulator).region;
    const credentials = askedCredentials(given, io, emulator);
    const signedAt = await signingTime(emulator, io);
    const { mintAuthToken } = await import("./mint-auth-token.ts");
    const token = await mintAuthToken({
      hostName,
      region,
      action,
      credentials,
      expiresInSeconds,
      signedAt,
    });
    io.stdout(`${token}\n`);
    return EXIT_CODE.success;
  },
};

function askedAction(given: GivenArguments): AuthAction {
  const user = given.text("user");
  if (!given.flag("admin")) return user === undefined ? "DbConnect" : requiredAuthAction(user);
  if (user === undefined) return "DbConnectAdmin";
  throw new UsageFailure("--admin and --user exclude each other; give one of them");
}

function askedLifetime(text: string | undefined): number {
  if (text === undefined) return DEFAULT_EXPIRES_IN_SECONDS;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_EXPIRES_IN_SECONDS) return seconds;
  throw new UsageFailure(
    `--expires-in is \`${text}\`; give a whole number of seconds from 1 to ${MAX_EXPIRES_IN_SECONDS}`,
  );
}

type Emulator =
  | { readonly kind: "running"; readonly info: ReadyInfo }
  | { readonly kind: "missing"; readonly error: ReadyFileError };

/** A file that the user names must be good; the usual one is only needed for what nobody gives. */
async function findEmulator(option: string | undefined, io: CliIo): Promise<Emulator> {
  try {
    return { kind: "running", info: await readReadyFile(readyFilePath(option, io)) };
  } catch (error) {
    if (!(error instanceof ReadyFileError) || option !== undefined) throw error;
    return { kind: "missing", error };
  }
}

function required(emulator: Emulator): ReadyInfo {
  if (emulator.kind === "missing") throw emulator.error;
  return emulator.info;
}

function askedHostName(given: GivenArguments, io: CliIo, emulator: Emulator): string {
  const host = given.text("host");
  const cluster = given.text("cluster");
  if (host !== undefined) {
    if (cluster === undefined) return checkedHostName(host);
    throw new UsageFailure("--host and --cluster exclude each other; give one of them");
  }
  if (cluster === undefined) {
    const [first] = required(emulator).clusters;
    if (first !== undefined) return first.endpoint;
    throw new CliFailure("the emulator started without a cluster; give --cluster or --host");
  }
  const identifier = parseClusterIdentifier(cluster);
  if (identifier === undefined) {
    throw new UsageFailure(
      `--cluster is \`${cluster}\`; give the 26 lower-case letters and digits of a cluster`,
    );
  }
  const known =
    emulator.kind === "running"
      ? emulator.info.clusters.find((candidate) => candidate.identifier === identifier)
      : undefined;
  if (known !== undefined) return known.endpoint;
  const region = given.text("region") ?? environmentRegion(io.env) ?? required(emulator).region;
  return clusterHostName({ cluster: identifier, region });
}

/** What would change the shape of the token or cannot stand before `/?` in it. */
function checkedHostName(host: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(host)) return host;
  throw new UsageFailure(`--host is \`${host}\`; give a host name without scheme, port and path`);
}

function askedRegion(
  given: GivenArguments,
  hostName: string,
  env: CliIo["env"],
): string | undefined {
  return given.text("region") ?? parseClusterEndpoint(hostName)?.region ?? environmentRegion(env);
}

function environmentRegion(env: CliIo["env"]): string | undefined {
  return [env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find(
    (region) => region !== undefined && region !== "",
  );
}

function askedCredentials(given: GivenArguments, io: CliIo, emulator: Emulator): TokenCredentials {
  return tokenCredentials(given, io.env) ?? required(emulator).credentials;
}

async function signingTime(emulator: Emulator, io: CliIo): Promise<Date> {
  let reason = "no emulator is known";
  if (emulator.kind === "running") {
    const answer = await askEmulator(io, emulator.info.http.url, "/_emulator/health");
    if (answer.kind === "answered") {
      const now = member(answer.body, "now");
      const time = typeof now === "string" ? new Date(now) : undefined;
      if (time !== undefined && !Number.isNaN(time.getTime())) return time;
      reason = "its answer has no time";
    } else {
      reason = answer.kind === "not-found" ? "it has no /_emulator/health" : answer.reason;
    }
  }
  io.stderr(
    `dsql-emulator token: warning: the emulator's time could not be asked (${reason}); signed with the system clock\n`,
  );
  return io.now();
}
