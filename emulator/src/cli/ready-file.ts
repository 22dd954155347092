/** The ready file: how a command finds the running emulator. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseReadyInfo, type ReadyInfo } from "./ready-info.ts";

/** Where the ready file is if nobody says, relative to the working directory. */
export const DEFAULT_READY_FILE = join(".dsql-emulator", "ready.json");

/** There is no usable ready file. The message names the file, what is wrong and how to start. */
export class ReadyFileError extends Error {
  override readonly name = "ReadyFileError";
}

/** Absolute path of the ready file: option, else `DSQL_EMULATOR_READY_FILE`, else the default. */
export function readyFilePath(
  option: string | undefined,
  place: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly workingDirectory: string;
  },
): string {
  const named = option ?? place.env["DSQL_EMULATOR_READY_FILE"];
  const file = named === undefined || named === "" ? DEFAULT_READY_FILE : named;
  return resolve(place.workingDirectory, file);
}

/**
 * Reads what the running emulator wrote. A relative CA path is taken from the file's directory.
 *
 * @throws ReadyFileError when the file is missing, unreadable, not of the form, or left behind by a
 *   process that has ended
 */
export async function readReadyFile(file: string): Promise<ReadyInfo> {
  const info = await readWithoutProcessCheck(file);
  if (!isRunning(info.pid)) {
    throw new ReadyFileError(
      `ready file ${file} is of process ${info.pid}, which has ended; ${howToStart(file)}`,
    );
  }
  return info;
}

/** Writes the file in one step, readable by its owner only, and makes its directory if needed. */
export async function writeReadyFile(file: string, info: ReadyInfo): Promise<void> {
  const absolute = { ...info, caCertificate: resolve(info.caCertificate) };
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(absolute, undefined, 2)}\n`, {
      mode: 0o600,
      flag: "wx",
    });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes the file if this process wrote it; that of another emulator and a missing one are left. */
export async function removeReadyFile(file: string, pid: number): Promise<void> {
  try {
    const info = await readWithoutProcessCheck(file);
    if (info.pid !== pid) return;
  } catch (error) {
    if (error instanceof ReadyFileError) return;
    throw error;
  }
  await rm(file, { force: true });
}

async function readWithoutProcessCheck(file: string): Promise<ReadyInfo> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = errorCode(error);
    throw new ReadyFileError(
      code === "ENOENT" || code === "ENOTDIR"
        ? `no running emulator: there is no ready file ${file}; ${howToStart(file)}`
        : `ready file ${file} cannot be read (${code ?? "unknown reason"}); ${howToStart(file)}`,
    );
  }
  const parsed = parseReadyInfo(text);
  if (parsed.kind === "invalid") {
    throw new ReadyFileError(
      `ready file ${file} is not valid: ${parsed.problem}; ${howToStart(file)}`,
    );
  }
  const { info } = parsed;
  return { ...info, caCertificate: resolve(dirname(file), info.caCertificate) };
}

function howToStart(file: string): string {
  return `start the emulator with \`dsql-emulator start --ready-file ${file}\`, or name its file with --ready-file or DSQL_EMULATOR_READY_FILE`;
}

/** A process of another user gives EPERM: it is there. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
