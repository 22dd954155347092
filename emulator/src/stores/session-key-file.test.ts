import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadOrCreateSessionKey } from "./session-key-file.ts";
import { StateFileError } from "./state-file-error.ts";

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "session-key-"));
  file = join(directory, "session.key");
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe("the key of session tokens", () => {
  test("is made once, for its owner only, and stays", () => {
    const key = loadOrCreateSessionKey(directory);
    expect(key).toHaveLength(32);
    expect(readFileSync(file, "utf8")).toBe(`${Buffer.from(key).toString("hex")}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(loadOrCreateSessionKey(directory)).toEqual(key);
  });

  test("is another one in another directory, which is made", () => {
    const other = loadOrCreateSessionKey(join(directory, "a", "b"));
    expect(other).not.toEqual(loadOrCreateSessionKey(directory));
  });

  test("may be one that somebody wrote", () => {
    writeFileSync(file, "0a".repeat(32));
    expect(loadOrCreateSessionKey(directory)).toEqual(Buffer.alloc(32, 10));
  });

  test.each(["", "0a".repeat(31), "0A".repeat(32), `${"0a".repeat(32)}\n\n`, "zz".repeat(32)])(
    "%j is none, and is left",
    (text) => {
      writeFileSync(file, text);
      expect(() => loadOrCreateSessionKey(directory)).toThrow(
        new StateFileError(
          file,
          "is not 64 hex digits: remove it to have a new key generated, which ends all sessions of STS",
        ),
      );
      expect(readFileSync(file, "utf8")).toBe(text);
    },
  );

  test("what cannot be read or written is told", () => {
    mkdirSync(file);
    expect(() => loadOrCreateSessionKey(directory)).toThrow(
      /session\.key` cannot be read \(EISDIR\)/,
    );
    const inFile = join(directory, "file");
    writeFileSync(inFile, "");
    expect(() => loadOrCreateSessionKey(join(inFile, "x"))).toThrow(/cannot be read \(ENOTDIR\)/);
  });
});
