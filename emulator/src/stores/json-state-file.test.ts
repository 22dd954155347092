import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JsonStateFile } from "./json-state-file.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
  path = join(directory, "state.json");
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function isNumber(json: unknown): json is number {
  return typeof json === "number";
}

/** A disk that is full until it is told otherwise. */
function fullDisk(): { write: (path: string, text: string) => Promise<void>; isFull: boolean } {
  const disk = {
    isFull: true,
    write: async (file: string, text: string) => {
      await Promise.resolve();
      if (disk.isFull) throw new Error("no space");
      writeFileSync(file, text);
    },
  };
  return disk;
}

describe("JsonStateFile", () => {
  test("keeps what it is given, and calls during a write share the next one", async () => {
    const file = new JsonStateFile<number>(path);
    let asked = 0;
    const content = (): number => (asked += 1);
    await Promise.all([file.write(content), file.write(content), file.write(content)]);
    expect(asked).toBe(2);
    expect(file.read(isNumber)).toBe(2);
    expect(readdirSync(directory)).toEqual(["state.json"]);
  });

  test.each(["", "{", "[]"])("refuses a file with %j by name, and leaves it", (text) => {
    writeFileSync(path, text);
    expect(() => new JsonStateFile<number>(path).read(isNumber)).toThrow(
      `\`${path}\` is no state that this version wrote: restore it, or remove it to begin with what the configuration declares`,
    );
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("tells everybody who had asked when a write fails, once what the file has is taken back", async () => {
    const disk = fullDisk();
    let state = 1;
    writeFileSync(path, "1");
    const file: JsonStateFile<number> = new JsonStateFile<number>(path, {
      replaceFile: disk.write,
      onFailedWrite: () => {
        state = file.read(isNumber) ?? 0;
      },
    });
    state = 2;
    const first = file.write(() => state);
    state = 3;
    const second = file.write(() => state);
    await expect(first).rejects.toThrow("no space");
    await expect(second).rejects.toThrow("no space");
    expect(state).toBe(1);
    disk.isFull = false;
    state = 4;
    await file.write(() => state);
    expect(file.read(isNumber)).toBe(4);
  });

  test("names the file that cannot be written, and leaves the old one and no draft", async () => {
    const missing = join(directory, "gone", "state.json");
    await expect(new JsonStateFile<number>(missing).write(() => 1)).rejects.toThrow(
      `\`${missing}\` cannot be written (ENOENT): make room, and let the emulator write to its data directory`,
    );
    expect(readdirSync(directory)).toEqual([]);
  });
});
