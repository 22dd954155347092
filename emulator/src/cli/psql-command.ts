import { ADMIN_ROLE, clusterHostName, parseClusterIdentifier } from "../dsql/index.ts";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { clientEnvironment } from "./env-command.ts";
import type { RunProgram } from "./psql-command-run.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";
import type { ReadyCluster, ReadyInfo } from "./ready-info.ts";
import { tokenCommand } from "./token-command.ts";

const PROGRAM = "psql";
/** Options that mean the same to `token`. */
const TOKEN_OPTIONS = ["access-key-id", "secret-access-key", "session-token", "ready-file"];

const USAGE: CommandUsage = {
  forms: ["[--role ROLE | --admin] [--cluster ID] [--ready-file FILE] [-- PSQL ARGUMENTS]"],
  description: [
    "Opens psql on the running emulator as a role of the database, with a token and TLS as for the real",
    "service. Credentials are those of the options, else of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and",
    "AWS_SESSION_TOKEN, else of the emulator. Ends with psql's exit code; 127 if there is no psql.",
  ].join("\n"),
  options: [
    { name: "role", placeholder: "ROLE", doc: `role to connect as (default: ${ADMIN_ROLE})` },
    { name: "admin", doc: `connect as ${ADMIN_ROLE}` },
    { name: "cluster", placeholder: "ID", doc: "cluster (default: the emulator's first)" },
    { name: "access-key-id", placeholder: "ID", doc: "access key, with --secret-access-key" },
    { name: "secret-access-key", placeholder: "SECRET", doc: "its secret" },
    { name: "session-token", placeholder: "TOKEN", doc: "of temporary credentials" },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator psql`: psql on the running emulator. */
export function psqlCommand(runProgram: RunProgram): CliCommand {
  return {
    name: "psql",
    summary: "open psql on the running emulator, as a role of the database",
    help: () => commandHelp("psql", USAGE),
    async run(args, io) {
      const end = args.indexOf("--");
      const own = end === -1 ? args : args.slice(0, end);
      const given = readArguments(own, USAGE.options);
      const role = askedRole(given);
      const readyFile = readyFilePath(given.text("ready-file"), io);
      const info = await readReadyFile(readyFile);
      const cluster = askedCluster(given.text("cluster"), info);
      const token = await tokenFor(role, cluster, given, io);
      const changes = {
        ...(await clientEnvironment(info, readyFile, io.env)),
        PGHOST: cluster.endpoint,
        PGUSER: role,
        PGPASSWORD: token,
        // It would win over what is set here.
        PGSERVICE: null,
      };
      const kept = Object.entries(io.env).filter(([name]) => !Object.hasOwn(changes, name));
      const env = Object.fromEntries(
        [...kept, ...Object.entries(changes)].filter(
          (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
      );
      return runProgram({
        program: PROGRAM,
        args: end === -1 ? [] : args.slice(end + 1),
        env,
        workingDirectory: io.workingDirectory,
      });
    },
  };
}

function askedRole(given: GivenArguments): string {
  const role = given.text("role");
  if (role === undefined) return ADMIN_ROLE;
  if (!given.flag("admin")) return role;
  throw new UsageFailure("--admin and --role exclude each other; give one of them");
}

type AskedCluster = Pick<ReadyCluster, "identifier" | "endpoint">;

/** One that was made after the start does not stand in the ready file. */
function askedCluster(text: string | undefined, { clusters, region }: ReadyInfo): AskedCluster {
  if (text === undefined) {
    const [first] = clusters;
    if (first !== undefined) return first;
    throw new CliFailure("the emulator started without a cluster; give --cluster");
  }
  const identifier = parseClusterIdentifier(text);
  if (identifier === undefined) {
    throw new UsageFailure(
      `--cluster is \`${text}\`; give the 26 lower-case letters and digits of a cluster`,
    );
  }
  const known = clusters.find((cluster) => cluster.identifier === identifier);
  return known ?? { identifier, endpoint: clusterHostName({ cluster: identifier, region }) };
}

async function tokenFor(
  role: string,
  { identifier }: AskedCluster,
  given: GivenArguments,
  io: CliIo,
): Promise<string> {
  let token = "";
  const passedOn = TOKEN_OPTIONS.flatMap((name) => {
    const value = given.text(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  const exitCode = await tokenCommand.run(
    [`--user=${role}`, `--cluster=${identifier}`, ...passedOn],
    { ...io, stdout: (text) => (token += text) },
  );
  if (exitCode !== EXIT_CODE.success) throw new CliFailure("no token could be made");
  return token.trim();
}
