import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockDirectory } from "./directory-lock.ts";

/** More than any system gives. */
const NO_PID = 2 ** 30;
let scratch: string;
let directory: string;
let lockFile: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-lock-"));
  directory = join(scratch, "deep", "data");
  lockFile = `${directory}.lock`;
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe("lockDirectory", () => {
  test("admits one at a time, also within one process", () => {
    const unlock = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(
      `\`${directory}\` is in use by process ${process.pid}: stop it first (lock file \`${lockFile}\`)`,
    );
    unlock();
    expect(existsSync(lockFile)).toBe(false);
    lockDirectory(directory)();
  });

  test.each([
    ["a process that is no more", JSON.stringify({ pid: NO_PID, startedAt: "" })],
    ["nobody", "not JSON"],
  ])("takes over the lock of %s", (_name, content) => {
    lockDirectory(directory)();
    writeFileSync(lockFile, content);
    const unlock = lockDirectory(directory);
    expect(JSON.parse(readFileSync(lockFile, "utf8"))).toMatchObject({ pid: process.pid });
    unlock();
  });

  test.runIf(process.platform === "linux")(
    "takes over the lock of an earlier process with a pid that is in use again",
    () => {
      lockDirectory(directory)();
      writeFileSync(lockFile, JSON.stringify({ pid: process.pid, startedAt: "1" }));
      lockDirectory(directory)();
      expect(existsSync(lockFile)).toBe(false);
    },
  );
});
