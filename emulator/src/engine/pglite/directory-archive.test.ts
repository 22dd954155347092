import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { archiveProblem, packDirectory, unpackDirectory } from "./directory-archive.ts";
import { packTar, unpackTar } from "./tar-archive.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "directory-archive-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** An archive of one file. */
function archiveOf(name: string, text: string): Uint8Array {
  return packTar([{ name, data: Buffer.from(text) }]);
}

describe("a database directory", () => {
  test("comes back from its archive, without the mark of the process that had it open", () => {
    const from = join(directory, "from");
    mkdirSync(join(from, "base", "empty"), { recursive: true });
    writeFileSync(join(from, "PG_VERSION"), "18\n");
    writeFileSync(join(from, "base", "1"), "one");
    writeFileSync(join(from, "postmaster.pid"), "42");
    const archive = packDirectory(from);
    expect([...unpackTar(archive)].map(({ name }) => name.replace(/\/$/, ""))).toEqual([
      "PG_VERSION",
      "base",
      "base/1",
      "base/empty",
    ]);
    const to = join(directory, "to");
    unpackDirectory(archive, to);
    expect(readFileSync(join(to, "base", "1"), "utf8")).toBe("one");
    expect(existsSync(join(to, "base", "empty"))).toBe(true);
    expect(statSync(to).mode & 0o777).toBe(0o700);
    expect(statSync(join(to, "PG_VERSION")).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(["from", "to"]);
  });

  test("does not appear when its archive is cut", () => {
    const archive = archiveOf("PG_VERSION", "x".repeat(2000));
    const to = join(directory, "to");
    expect(() => {
      unpackDirectory(archive.subarray(0, 1000), to);
    }).toThrow();
    expect(existsSync(to)).toBe(false);
  });
});

describe("archiveProblem", () => {
  test("has nothing against an archive of this version", () => {
    expect(archiveProblem(archiveOf("PG_VERSION", "18\n"), "18")).toBeUndefined();
  });

  test.each([
    ["PG_VERSION", "17\n", "it is of PostgreSQL 17, not 18"],
    ["base/PG_VERSION", "18\n", "it has no PG_VERSION"],
    ["../PG_VERSION", "18\n", "it has a file `../PG_VERSION` outside of the database"],
    ["base/../../x", "18\n", "it has a file `base/../../x` outside of the database"],
    ["/etc/x", "18\n", "it has a file `/etc/x` outside of the database"],
  ])("refuses %s with %j", (name, text, problem) => {
    expect(archiveProblem(archiveOf(name, text), "18")).toBe(problem);
  });
});
