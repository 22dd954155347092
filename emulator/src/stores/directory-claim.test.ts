import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimDirectory } from "./directory-claim.ts";
import { type LockOwner, thisProcess } from "./lock-owner.ts";
import { removeLeftovers } from "./remove-leftovers.ts";

/** More than any system gives. */
const NO_PID = 2 ** 30;
let directory: string;
let lockFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dsql-claim-"));
  lockFile = join(directory, "emulator.lock");
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function owner(): LockOwner {
  return JSON.parse(readFileSync(lockFile, "utf8")) as LockOwner;
}

function writeOwner(changes: Partial<LockOwner>): void {
  writeFileSync(lockFile, JSON.stringify({ ...thisProcess(), pid: NO_PID, ...changes }));
}

/** A process that claims the directory and then waits. */
async function startClaimant(prefix: readonly string[] = []): Promise<ChildProcess> {
  const script = `
    const { claimDirectory } = await import(${JSON.stringify(new URL("directory-claim.ts", import.meta.url).href)});
    await claimDirectory(${JSON.stringify(directory)});
    process.stdout.write("claimed");
    process.stdin.resume();
  `;
  const [program = "", ...args] = [
    ...prefix,
    ...[process.execPath, "--import", "tsx", "--input-type=module", "-e", script],
  ];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  // Its output is closed when the last process behind it has ended.
  await once(child, "close");
}

/** Whether a process can have pids of its own here; containers often may not. */
async function hasPidNamespaces(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const child = spawn("unshare", ["--pid", "--fork", "--kill-child", "true"], { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => {
      resolve(false);
    });
    child.once("exit", (code) => {
      resolve(code === 0);
    });
  });
}

const canUnshare = await hasPidNamespaces();

describe("claimDirectory", () => {
  test("admits one at a time, also within one process, and leaves nothing behind", async () => {
    const release = await claimDirectory(directory);
    await expect(claimDirectory(directory)).rejects.toThrow(
      `\`${directory}\` is in use by process ${process.pid}: stop it first (lock file \`${lockFile}\`)`,
    );
    await release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("takes over from a process that was killed", async () => {
    const child = await startClaimant();
    await expect(claimDirectory(directory)).rejects.toThrow(`is in use by process ${child.pid}`);
    await kill(child);
    const release = await claimDirectory(directory);
    expect(owner().pid).toBe(process.pid);
    await removeLeftovers(directory);
    expect(readdirSync(directory).sort()).toEqual(["emulator.lock", owner().socket].sort());
    await release();
    expect(readdirSync(directory)).toEqual([]);
  });

  test.runIf(canUnshare)("sees a process of another container, by its socket", async () => {
    const child = await startClaimant([
      ...["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"],
    ]);
    const { pid, host } = owner();
    await expect(claimDirectory(directory)).rejects.toThrow(
      `\`${directory}\` is in use by process ${pid} of \`${host}\`: stop it first`,
    );
    await kill(child);
    const release = await claimDirectory(directory);
    expect(owner().pid).toBe(process.pid);
    await release();
  });

  test("does not trust a pid of another container, though there is such a process here", async () => {
    writeOwner({ pid: process.pid, namespace: "pid:[1]", socket: "emulator.0badc0de.sock" });
    const release = await claimDirectory(directory);
    expect(owner().socket).not.toBe("emulator.0badc0de.sock");
    await release();
  });

  test("sees a process of another machine by its heartbeat, and takes over when there is none", async () => {
    const elsewhere = { machine: "another", namespace: "pid:[1]", host: "elsewhere" };
    writeOwner(elsewhere);
    let seconds = 0;
    const heart = setInterval(() => {
      seconds += 1;
      utimesSync(lockFile, seconds, seconds);
    }, 500);
    await expect(claimDirectory(directory)).rejects.toThrow(
      `is in use by process ${NO_PID} of \`elsewhere\``,
    );
    clearInterval(heart);
    const release = await claimDirectory(directory);
    expect(owner().pid).toBe(process.pid);
    await release();
  }, 20_000);

  test("beats while it lives", async () => {
    const release = await claimDirectory(directory);
    utimesSync(lockFile, 1, 1);
    const { beats } = await import("./lock-signs.ts");
    await expect(beats(lockFile)).resolves.toBe(true);
    await release();
  });

  test.each([
    ["an earlier version, of a process that is no more", { pid: NO_PID, startedAt: "" }],
    ["an earlier process with a pid that is in use again", { pid: process.pid, startedAt: "1" }],
  ])("takes over the lock of %s", async (_name, content) => {
    writeFileSync(lockFile, JSON.stringify(content));
    const release = await claimDirectory(directory);
    expect(owner()).toMatchObject({ pid: process.pid });
    await release();
  });

  test("takes over a lock that says nothing", async () => {
    writeFileSync(lockFile, "not JSON");
    const release = await claimDirectory(directory);
    await release();
    expect(existsSync(lockFile)).toBe(false);
  });
});

describe("removeLeftovers", () => {
  test("removes drafts and dead sockets, and nothing else", async () => {
    const kept = ["iam.json", "notes.tmp", "emulator.sock"];
    const draft = "iam.json.4d0a5f6e-0000-4000-8000-000000000000.tmp";
    for (const name of [...kept, draft]) writeFileSync(join(directory, name), "");
    await removeLeftovers(directory);
    expect(readdirSync(directory).sort()).toEqual([...kept].sort());
  });
});
