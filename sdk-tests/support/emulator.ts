/** Starts the built emulator as its users do: the command, in a process and a directory of its own. */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** The ready file, as documented. */
export interface ReadyFile {
  readonly pid: number;
  readonly postgres: { readonly host: string; readonly port: number };
  readonly http: { readonly url: string };
  readonly caCertificate: string;
  readonly region: string;
  readonly accountId: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly clusters: readonly {
    readonly identifier: string;
    readonly arn: string;
    readonly endpoint: string;
    readonly region: string;
  }[];
}

/** What a finished program left behind. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running emulator and the ways to use it. */
export interface EmulatorProcess {
  readonly ready: ReadyFile;
  /** Host name of the first cluster. */
  readonly endpoint: string;
  readonly directory: string;
  /** What `dsql-emulator env` sets, over this process's environment. */
  readonly clientEnvironment: NodeJS.ProcessEnv;
  /** Everything that the emulator has printed so far. */
  output(): string;
  /** Runs a command of `dsql-emulator` beside it. */
  command(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** Runs a program with the client's environment. */
  run(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>;
  /** Asks it to stop (SIGTERM). @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts an emulator on free ports; `config` is the text of its configuration file. */
export async function startEmulatorProcess(
  config?: string,
  options: readonly string[] = [],
): Promise<EmulatorProcess> {
  const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  const readyFile = join(directory, "ready.json");
  if (config !== undefined) writeFileSync(join(directory, "dsql-emulator.yaml"), config);
  const environment = withoutClientSettings(process.env);
  const child = spawn(
    process.execPath,
    [COMMAND, "start", "--pg-port", "0", "--http-port", "0", "--ready-file", readyFile, ...options],
    { cwd: directory, env: environment, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  const isReady = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      output += `${line}\n`;
      if (/\bready\b/i.test(line)) resolve();
    });
  });
  await Promise.race([
    isReady,
    exited.then((code) => {
      throw new Error(`the emulator ended with exit code ${code}:\n${output}`);
    }),
  ]);
  const ready = JSON.parse(readFileSync(readyFile, "utf8")) as ReadyFile;

  const run = (
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ): Promise<Finished> =>
    new Promise((resolve) => {
      execFile(program, args, { cwd: directory, env }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ exitCode: code, stdout, stderr });
      });
    });
  const command = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
    run(process.execPath, [COMMAND, ...args], {
      ...environment,
      DSQL_EMULATOR_READY_FILE: readyFile,
      ...env,
    });
  const shown = await command(["env", "--shell", "json"]);
  if (shown.exitCode !== 0) throw new Error(`dsql-emulator env: ${shown.stderr}`);
  const set = JSON.parse(shown.stdout) as Record<string, string | null>;
  const clientEnvironment: NodeJS.ProcessEnv = { ...environment };
  for (const [name, value] of Object.entries(set)) {
    if (value === null) Reflect.deleteProperty(clientEnvironment, name);
    else clientEnvironment[name] = value;
  }

  return {
    ready,
    endpoint: ready.clusters[0]?.endpoint ?? "",
    directory,
    clientEnvironment,
    output: () => output,
    command,
    run: (program, args, env = {}) => run(program, args, { ...clientEnvironment, ...env }),
    stop: async () => {
      child.kill("SIGTERM");
      const code = await exited;
      rmSync(directory, { recursive: true, force: true });
      return code;
    },
  };
}

/** The environment without anything that a client or an emulator would obey. */
function withoutClientSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^(?:PG|AWS_|DSQL_EMULATOR_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|VITEST)/.test(name),
    ),
  );
}
