import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HookError, type ProgramOptions, runProgram } from "./index.ts";

const LONG_MS = 60_000;

let directory: string;
let lines: string[];

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "run-program-")));
  lines = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function run(script: string, options: Partial<ProgramOptions> = {}): Promise<void> {
  const path = join(directory, "hook.sh");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return runProgram({
    path,
    workingDirectory: directory,
    env: { PATH: process.env["PATH"] ?? "" },
    timeoutMs: LONG_MS,
    signal: undefined,
    onLine: (line) => {
      lines.push(line);
    },
    ...options,
  });
}

describe("runProgram", () => {
  test("runs it in the directory, with the environment that is given and no other", async () => {
    await run('pwd; echo "$GIVEN, $HOME" >&2', { env: { GIVEN: "given", PATH: "/usr/bin:/bin" } });
    expect(lines.sort()).toEqual([directory, "given, "]);
  });

  test("does not wait for what it leaves running", async () => {
    // Its output stays open for longer than the hook may take.
    await run("sleep 8 & echo ready", { timeoutMs: 6000 });
    expect(lines).toEqual(["ready"]);
  });

  test("gives it no input", async () => {
    await run("cat; echo end");
    expect(lines).toEqual(["end"]);
  });

  test.each([
    ["exit 3", "ended with exit code 3"],
    ["kill -9 $$", "ended with SIGKILL"],
  ])("`%s` is a failure", async (script, message) => {
    await expect(run(script)).rejects.toThrow(new HookError(message));
  });

  test("says when it cannot be run", async () => {
    await expect(run("", { path: join(directory, "none") })).rejects.toThrow(
      /^cannot be run: spawn .*none ENOENT$/,
    );
  });

  test("ends it, with what it has started, when it takes too long", async () => {
    const script = "(trap '' HUP TERM; sleep 30; touch late) & wait";
    await expect(run(script, { timeoutMs: 300 })).rejects.toThrow(
      new HookError("took longer than 0.3 s"),
    );
    expect(existsSync(join(directory, "late"))).toBe(false);
  });

  test("ends it when the emulator is stopped", async () => {
    const stopping = new AbortController();
    const running = run("echo begun; sleep 30", {
      signal: stopping.signal,
      onLine: () => {
        stopping.abort();
      },
    });
    await expect(running).rejects.toThrow(new HookError("was stopped with the emulator"));
  });

  test("ends it at once when the emulator is stopped already", async () => {
    await expect(run("sleep 30", { signal: AbortSignal.abort() })).rejects.toThrow(
      new HookError("was stopped with the emulator"),
    );
  });
});
