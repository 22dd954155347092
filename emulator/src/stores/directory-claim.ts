/**
 * The claim of one process on a data directory. A process of another container shares neither process
 * ids nor a network with this one, but the file system: so the owner listens on a socket file, which
 * the kernel answers for as long as the process lives, and touches its lock file where there is no socket.
 */
import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isOwnerAlive, type LockOwner, parseOwner, thisProcess } from "./lock-owner.ts";
import { beat, listenOn, MAX_SOCKET_PATH_BYTES, type Release } from "./lock-signs.ts";
import { codeOf } from "./state-file.ts";
import { StateFileError } from "./state-file-error.ts";

/** Name of the lock file. */
export const LOCK_FILE = "emulator.lock";
/** Each attempt that fails has found and removed the lock of a process that has ended. */
const MAX_ATTEMPTS = 5;

/**
 * Claims a directory that exists, and takes it over from a process that is no more, however it ended.
 *
 * @returns gives the directory back
 * @throws StateFileError when a living process, this one included, has it
 */
export async function claimDirectory(directory: string): Promise<Release> {
  const lockFile = join(directory, LOCK_FILE);
  const socket = join(directory, `emulator.${randomUUID().slice(0, 8)}.sock`);
  const stopListening =
    Buffer.byteLength(socket) <= MAX_SOCKET_PATH_BYTES ? await listenOn(socket) : undefined;
  const owner: LockOwner = {
    ...thisProcess(),
    ...(stopListening === undefined ? {} : { socket: basename(socket) }),
  };
  try {
    await createLock(directory, lockFile, JSON.stringify(owner));
  } catch (error) {
    await stopListening?.();
    throw error;
  }
  const stopBeating = beat(lockFile);
  return async () => {
    await stopBeating();
    rmSync(lockFile, { force: true });
    await stopListening?.();
  };
}

async function createLock(directory: string, lockFile: string, mine: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (tryCreate(lockFile, mine)) return;
    const found = readLock(lockFile);
    if (found === undefined) continue;
    const owner = parseOwner(found);
    if (owner !== undefined && (await isOwnerAlive(owner, lockFile))) {
      const { pid, host } = owner;
      const where = owner.namespace === thisProcess().namespace ? "" : ` of \`${host}\``;
      throw new StateFileError(
        directory,
        `is in use by process ${pid}${where}: stop it first (lock file \`${lockFile}\`)`,
      );
    }
    removeStale(lockFile, found);
  }
  throw new StateFileError(
    directory,
    `cannot be locked: remove \`${lockFile}\` if no emulator uses it`,
  );
}

/** With its content from the first moment, so that nobody takes it for a broken one. */
function tryCreate(lockFile: string, content: string): boolean {
  const draft = `${lockFile}.${randomUUID()}.tmp`;
  try {
    writeFileSync(draft, content, { mode: 0o600, flag: "wx" });
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw new StateFileError(
      lockFile,
      `cannot be written (${codeOf(error)}): choose a data directory that the emulator may write to`,
      { cause: error },
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

function readLock(lockFile: string): string | undefined {
  try {
    return readFileSync(lockFile, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new StateFileError(lockFile, `cannot be read (${codeOf(error)})`, { cause: error });
  }
}

/** Of several processes that find the same stale lock only one can rename it. */
function removeStale(lockFile: string, stale: string): void {
  const aside = `${lockFile}.${randomUUID()}.tmp`;
  try {
    renameSync(lockFile, aside);
    // Another process was faster, and what has been moved is its lock: give it back.
    if (readFileSync(aside, "utf8") !== stale) linkSync(aside, lockFile);
    rmSync(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
