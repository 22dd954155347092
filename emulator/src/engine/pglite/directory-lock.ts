/**
 * Lock of a data directory. PGlite itself lets two processes open the same directory, which
 * destroys it.
 */

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

interface LockOwner {
  readonly pid: number;
  /** Tells the process from a later one with the same pid, where the system can tell. */
  readonly startedAt: string;
}

/** A process that has ended and whose parent has not noticed. */
const ZOMBIE = "Z";
/** Takes attempts: each one that fails has found and removed the lock of a dead process. */
const MAX_ATTEMPTS = 5;

/**
 * Locks the directory for this process, in a file beside it unless another one is given, and takes
 * over the lock of a process that is no more. A process of another PID namespace (of another
 * container) is not seen.
 *
 * @returns a function that gives the lock back
 * @throws Error when a living process, this one included, has the lock
 */
export function lockDirectory(
  dataDirectory: string,
  lockFile = `${dataDirectory}.lock`,
): () => void {
  mkdirSync(dirname(lockFile), { recursive: true, mode: 0o700 });
  const mine = JSON.stringify({ pid: process.pid, startedAt: statOf(process.pid).startedAt });
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (tryCreate(lockFile, mine)) {
      return () => {
        rmSync(lockFile, { force: true });
      };
    }
    const owner = readOwner(lockFile);
    if (owner !== undefined && isAlive(owner)) {
      throw new Error(
        `\`${dataDirectory}\` is in use by process ${owner.pid}: stop it first (lock file \`${lockFile}\`)`,
      );
    }
    removeStale(lockFile);
  }
  throw new Error(
    `cannot lock \`${dataDirectory}\`: remove \`${lockFile}\` if no emulator uses it`,
  );
}

/** With its content from the first moment, so that nobody takes it for a broken one. */
function tryCreate(lockFile: string, content: string): boolean {
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(lockFile: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(readFileSync(lockFile, "utf8")) as Partial<LockOwner>;
    return typeof owner.pid === "number"
      ? { pid: owner.pid, startedAt: owner.startedAt ?? "" }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  const { state, startedAt } = statOf(owner.pid);
  if (state === ZOMBIE) return false;
  return startedAt === "" || owner.startedAt === "" || startedAt === owner.startedAt;
}

/** Of several processes that find the same stale lock only one can rename it. */
function removeStale(lockFile: string): void {
  const aside = `${lockFile}.${process.pid}.stale`;
  try {
    renameSync(lockFile, aside);
    const owner = readOwner(aside);
    // Another process was faster and what has been moved is its lock: give it back.
    if (owner !== undefined && isAlive(owner)) linkSync(aside, lockFile);
    rmSync(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** State of a process and its start in clock ticks since the boot, on Linux; empty elsewhere. */
function statOf(pid: number): { readonly state: string; readonly startedAt: string } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in parentheses and may have blanks; behind it comes field 3.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", startedAt: fields[19] ?? "" };
  } catch {
    return { state: "", startedAt: "" };
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
