/** A virtual environment for the Python clients, made once for all test runs of the same requirements. */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { EmulatorProcess, Finished } from "./emulator.ts";
import { printedJson } from "./printed-json.ts";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
/** The oldest version that all requirements support. */
const PYTHON_VERSION = "3.10";
const PROBE = `import sys, venv, ensurepip
assert sys.version_info >= (${PYTHON_VERSION.replace(".", ", ")})
print(sys.version, sys.prefix)`;
const POLL_MS = 100;

const probe = spawnSync("python3", ["-c", PROBE], { encoding: "utf8" });

/** Whether this machine can make the environment. */
export const hasPython = probe.status === 0;

/** What the name of a skipped suite says. */
export const PYTHON_NEEDED = `needs python3 ${PYTHON_VERSION} or later, with venv and pip`;

/** How long a `beforeAll` may take that installs, in milliseconds. */
export const INSTALL_TIMEOUT_MS = 240_000;

/** The programs of a virtual environment. */
export interface PythonEnvironment {
  readonly python: string;
  readonly aws: string;
}

/**
 * Makes the environment, unless another run or another worker has.
 *
 * @throws Error with what pip wrote, when it cannot install
 */
export async function pythonEnvironment(): Promise<PythonEnvironment> {
  const requirements = readFileSync(REQUIREMENTS, "utf8");
  const key = createHash("sha256").update(`${probe.stdout}\0${requirements}`).digest("hex");
  const folder = join(tmpdir(), `dsql-emulator-sdk-tests-${key.slice(0, 16)}`);
  const installed = join(folder, "installed");
  const lock = `${folder}.lock`;
  while (!existsSync(installed)) {
    if (!takeLock(lock)) {
      await delay(POLL_MS);
      continue;
    }
    try {
      if (!existsSync(installed)) await install(folder);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return { python: join(folder, "bin", "python"), aws: join(folder, "bin", "aws") };
}

async function install(folder: string): Promise<void> {
  process.stderr.write(
    `installing boto3, psycopg and the AWS CLI into ${folder} for the tests (${REQUIREMENTS})\n`,
  );
  rmSync(folder, { recursive: true, force: true });
  const run = promisify(execFile);
  await run("python3", ["-m", "venv", folder]);
  await run(join(folder, "bin", "python"), [
    ...["-m", "pip", "install", "--require-virtualenv", "--no-cache-dir", "--no-input"],
    ...["--disable-pip-version-check", "--only-binary=:all:", "--no-deps", "-r", REQUIREMENTS],
  ]);
  writeFileSync(join(folder, "installed"), "");
}

/** Takes the lock, also from a process that is no more. */
function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, "pid"), String(process.pid));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const owner = ownerOf(lock);
  if (owner !== undefined && !isAlive(owner)) {
    const abandoned = `${lock}.${process.pid}`;
    try {
      renameSync(lock, abandoned);
      rmSync(abandoned, { recursive: true, force: true });
    } catch {
      // Somebody else has taken it away.
    }
  }
  return false;
}

/** The process of a lock; `undefined` while it is only just being taken. */
function ownerOf(lock: string): number | undefined {
  try {
    return Number(readFileSync(join(lock, "pid"), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** What keeps AWS's Python programs from reading this user's settings, and from asking for a terminal. */
export function isolatedFrom(emulator: EmulatorProcess): NodeJS.ProcessEnv {
  return {
    HOME: emulator.directory,
    AWS_CONFIG_FILE: join(emulator.directory, "aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(emulator.directory, "aws-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
  };
}

/**
 * Runs `program` (a path relative to the caller) and reads the JSON that it prints.
 *
 * @throws Error with what the program wrote to stderr, when it prints no JSON
 */
export async function runPythonProgram(
  emulator: EmulatorProcess,
  { python }: PythonEnvironment,
  program: URL,
  env: NodeJS.ProcessEnv = {},
): Promise<unknown> {
  const finished: Finished = await emulator.run(python, [fileURLToPath(program)], {
    ...isolatedFrom(emulator),
    PYTHONDONTWRITEBYTECODE: "1",
    ...env,
  });
  return printedJson(finished);
}
