import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfigFile } from "./read-config-file.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dsql-emulator-config-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function problemOf(name: string, content: Uint8Array | string): unknown {
  const file = join(directory, name);
  writeFileSync(file, content);
  const read = readConfigFile(file);
  return read.kind === "unreadable" ? read.problem : read;
}

describe("readConfigFile", () => {
  test("reads UTF-8 and leaves out a byte order mark", () => {
    expect(problemOf("bom.yaml", "\uFEFFhost: é")).toEqual({ kind: "text", text: "host: é" });
  });

  test("tells a file that does not exist from one that cannot be read", () => {
    expect(readConfigFile(join(directory, "none.yaml"))).toEqual({ kind: "absent" });
    const file = join(directory, "plain");
    writeFileSync(file, "");
    expect(readConfigFile(join(file, "below.yaml"))).toEqual({
      kind: "unreadable",
      problem: { path: join(file, "below.yaml"), message: "cannot be read: ENOTDIR" },
    });
  });

  test("refuses a directory", () => {
    const path = join(directory, "sub");
    mkdirSync(path);
    expect(readConfigFile(path)).toEqual({
      kind: "unreadable",
      problem: { path, message: "is a directory; expected a YAML or JSON file" },
    });
  });

  test("refuses a device", () => {
    expect(readConfigFile("/dev/null")).toEqual({
      kind: "unreadable",
      problem: { path: "/dev/null", message: "is not a regular file" },
    });
  });

  test("refuses a file of 100 MB without reading it", () => {
    const path = join(directory, "large.yaml");
    writeFileSync(path, "");
    truncateSync(path, 100_000_000);
    expect(readConfigFile(path)).toEqual({
      kind: "unreadable",
      problem: { path, message: "has 100000000 bytes; expected at most 1048576" },
    });
  });

  test.each([
    ["latin-1", Uint8Array.of(0x61, 0x3a, 0x20, 0xe9)],
    ["utf-16", Uint8Array.of(0xff, 0xfe, 0x61, 0x00)],
  ])("refuses %s", (name, bytes) => {
    expect(problemOf(name, bytes)).toEqual({
      path: join(directory, name),
      message: "is not UTF-8 text",
    });
  });
});
