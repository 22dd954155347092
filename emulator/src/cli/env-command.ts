import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { basename } from "node:path";
import { type CliCommand, CliFailure, type CliIo, EXIT_CODE, UsageFailure } from "./cli-command.ts";
import {
  commandHelp,
  type CommandUsage,
  READY_FILE_OPTION,
  readArguments,
} from "./command-options.ts";
import { preloadUrl } from "./package-files.ts";
import { reachableAddress } from "./reachable-address.ts";
import { readReadyFile, readyFilePath } from "./ready-file.ts";
import type { ReadyInfo } from "./ready-info.ts";
import {
  type EnvironmentChanges,
  type Shell,
  SHELLS,
  shellText,
  UnwritableValue,
} from "./shell-text.ts";

const USAGE: CommandUsage = {
  forms: ["[--shell SHELL] [--ready-file FILE]"],
  description: [
    "Prints what to set so that psql, libpq, AWS SDKs and Node programs reach the running emulator:",
    '  sh          eval "$(dsql-emulator env)"',
    "  fish        dsql-emulator env --shell fish | source",
    "  powershell  dsql-emulator env --shell powershell | Out-String | Invoke-Expression",
    "The text holds the secret access key of the emulator's administrator.",
  ].join("\n"),
  options: [
    {
      name: "shell",
      placeholder: "SHELL",
      doc: `${SHELLS.join(", ")} (default: fish if $SHELL is fish, else sh)`,
    },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator env`: the environment in which clients reach the running emulator. */
export const envCommand: CliCommand = {
  name: "env",
  summary: "print the environment in which clients reach the running emulator",
  help: () => commandHelp("env", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options);
    const shell = parseShell(given.text("shell"), io.env);
    const readyFile = readyFilePath(given.text("ready-file"), io);
    const changes = await clientEnvironment(await readReadyFile(readyFile), readyFile, io.env);
    if (changes["PGHOST"] === null) {
      io.stderr("dsql-emulator env: warning: the emulator has no cluster; PGHOST is not set\n");
    }
    io.stdout(textOrFailure(shell, changes));
    return EXIT_CODE.success;
  },
};

function parseShell(text: string | undefined, env: CliIo["env"]): Shell {
  if (text === undefined) return basename(env["SHELL"] ?? "") === "fish" ? "fish" : "sh";
  const shell = SHELLS.find((candidate) => candidate === text);
  if (shell !== undefined) return shell;
  throw new UsageFailure(`--shell is \`${text}\`; give one of ${SHELLS.join(", ")}`);
}

/**
 * What has to be set, or with `null` removed, for clients to reach an emulator.
 *
 * @param env what the client would have otherwise
 * @throws CliFailure when the emulator listens on a name that has no address here
 */
export async function clientEnvironment(
  info: ReadyInfo,
  readyFile: string,
  env: CliIo["env"],
): Promise<EnvironmentChanges> {
  const address = await numericAddress(info.postgres.host);
  return {
    AWS_ACCESS_KEY_ID: info.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: info.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: null,
    AWS_SECURITY_TOKEN: null,
    AWS_PROFILE: null,
    AWS_REGION: info.region,
    AWS_DEFAULT_REGION: info.region,
    // Only of the services that the emulator answers for: calls to others go where they went.
    AWS_ENDPOINT_URL_DSQL: info.http.url,
    AWS_ENDPOINT_URL_IAM: info.http.url,
    AWS_ENDPOINT_URL_STS: info.http.url,
    PGHOST: info.clusters[0]?.endpoint ?? null,
    PGHOSTADDR: address,
    PGPORT: String(info.postgres.port),
    PGUSER: "admin",
    PGDATABASE: "postgres",
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: info.caCertificate,
    NODE_EXTRA_CA_CERTS: info.caCertificate,
    NODE_OPTIONS: withPreload(env["NODE_OPTIONS"]),
    DSQL_EMULATOR_RESOLVE_TO: `${isIP(address) === 6 ? `[${address}]` : address}:${info.postgres.port}`,
    DSQL_EMULATOR_READY_FILE: readyFile,
  };
}

/** libpq wants numbers in `PGHOSTADDR`; the emulator may listen on a name such as `localhost`. */
async function numericAddress(host: string): Promise<string> {
  const address = reachableAddress(host);
  if (isIP(address) !== 0) return address;
  try {
    return (await lookup(address)).address;
  } catch {
    throw new CliFailure(
      `the emulator listens on \`${host}\`, which has no address here; start it with --host and an address`,
    );
  }
}

/** The variable has its own quoting; a file URL has no character that needs it. */
function withPreload(existing: string | undefined): string {
  const option = `--import=${preloadUrl()}`;
  const options = existing?.trim() ?? "";
  if (options.split(/\s+/).includes(option)) return options;
  return options === "" ? option : `${options} ${option}`;
}

function textOrFailure(shell: Shell, changes: EnvironmentChanges): string {
  try {
    return shellText(shell, changes);
  } catch (error) {
    if (!(error instanceof UnwritableValue)) throw error;
    throw new CliFailure(`${error.message}, which ${shell} cannot hold; use --shell json`);
  }
}
