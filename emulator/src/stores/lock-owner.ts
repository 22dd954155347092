/** Who has a lock, and whether that process still lives. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { answers, beats } from "./lock-signs.ts";
import { codeOf } from "./state-file.ts";

/** What a lock file says. */
export interface LockOwner {
  readonly pid: number;
  /** Tells the process from a later one with the same pid, where the system can tell. */
  readonly startedAt: string;
  /** For messages. */
  readonly host: string;
  /** The same for all processes on one kernel. */
  readonly machine: string;
  /** The same for all processes that see each other's pids. */
  readonly namespace: string;
  /** Name of the socket file beside the lock. */
  readonly socket?: string;
}

/** A process that has ended and whose parent has not noticed. */
const ZOMBIE = "Z";

/** This process as the owner of a lock. */
export function thisProcess(): LockOwner {
  const host = hostname();
  return {
    pid: process.pid,
    startedAt: statOf(process.pid).startedAt,
    host,
    machine: textOr(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), host),
    namespace: textOr(() => readlinkSync("/proc/self/ns/pid"), host),
  };
}

/** Reads a lock file; `undefined` if no emulator wrote it. */
export function parseOwner(text: string): LockOwner | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const owner = (json ?? {}) as Partial<LockOwner>;
  return typeof owner.pid === "number"
    ? { startedAt: "", host: "", machine: "", namespace: "", ...owner, pid: owner.pid }
    : undefined;
}

/**
 * Whether the owner lives: by its socket, by its pid where pids mean the same, and else by whether it
 * goes on touching its lock file, which takes some seconds to tell.
 */
export async function isOwnerAlive(owner: LockOwner, lockFile: string): Promise<boolean> {
  const here = thisProcess();
  // Written by an earlier version.
  if (owner.machine === "") return isProcessAlive(owner);
  if (owner.machine === here.machine) {
    if (owner.socket !== undefined) {
      const isThere = await answers(join(dirname(lockFile), owner.socket));
      if (isThere !== undefined) return isThere;
    }
    if (owner.namespace === here.namespace) return isProcessAlive(owner);
  }
  return beats(lockFile);
}

function isProcessAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  const { state, startedAt } = statOf(owner.pid);
  if (state === ZOMBIE) return false;
  return startedAt === "" || owner.startedAt === "" || startedAt === owner.startedAt;
}

/** State of a process and its start in clock ticks since the boot, on Linux; empty elsewhere. */
function statOf(pid: number): { readonly state: string; readonly startedAt: string } {
  const stat = textOr(() => readFileSync(`/proc/${pid}/stat`, "utf8"), "");
  // The program's name stands in parentheses and may have blanks; behind it comes field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startedAt: fields[19] ?? "" };
}

function textOr(read: () => string, otherwise: string): string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
