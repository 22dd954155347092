import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeDirectory } from "./make-directory.ts";

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
});

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe("makeDirectory", () => {
  test("makes what is missing, for its owner only, and leaves what is there", () => {
    const directory = join(scratch, "deep", "data");
    makeDirectory(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    writeFileSync(join(directory, "kept"), "");
    makeDirectory(directory);
    expect(existsSync(join(directory, "kept"))).toBe(true);
  });

  test.runIf(process.platform === "linux")("fails where no directory can be made", () => {
    expect(() => {
      makeDirectory("/proc/dsql-emulator/data");
    }).toThrow(
      "`/proc/dsql-emulator/data` cannot be made (ENOENT): choose a directory that the emulator may write to",
    );
  });

  test.each([[""], ["/below"]])("fails for a file%s", (rest) => {
    const file = join(scratch, "file");
    writeFileSync(file, "");
    expect(() => {
      makeDirectory(`${file}${rest}`);
    }).toThrow(
      rest === ""
        ? `\`${file}\` is no directory: choose another one`
        : `\`${file}/below\` cannot be made (ENOTDIR): choose a directory that the emulator may write to`,
    );
  });
});
