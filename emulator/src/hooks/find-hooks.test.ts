import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findHooks, HookError } from "./index.ts";

const CLUSTER = "abcdefghijklmnopqrstuvwxyz";

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "find-hooks-"));
  directory = join(parent, "hooks");
  mkdirSync(directory);
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

function write(name: string, mode = 0o644): void {
  writeFileSync(join(directory, name), "");
  chmodSync(join(directory, name), mode);
}

function found(): readonly (readonly [string, string, string | undefined])[] {
  return findHooks(directory).hooks.map(({ name, kind, cluster }) => [name, kind, cluster]);
}

describe("findHooks", () => {
  test("finds files by their kind, in the order of their names", () => {
    write("20-b.sql");
    write(`10-a.${CLUSTER}.sql`);
    write("30-users.yaml");
    write("31-more.yml");
    write("40-seed.sh", 0o755);
    write("05-seed", 0o700);
    expect(found()).toEqual([
      ["05-seed", "program", undefined],
      [`10-a.${CLUSTER}.sql`, "sql", CLUSTER],
      ["20-b.sql", "sql", undefined],
      ["30-users.yaml", "declarations", undefined],
      ["31-more.yml", "declarations", undefined],
      ["40-seed.sh", "program", undefined],
    ]);
    expect(findHooks(directory).hooks[0]?.path).toBe(join(directory, "05-seed"));
  });

  test("takes SQL and declarations for what they are although they may be run", () => {
    write("a.sql", 0o755);
    write("b.yaml", 0o755);
    expect(found()).toEqual([
      ["a.sql", "sql", undefined],
      ["b.yaml", "declarations", undefined],
    ]);
  });

  test("takes a part of the name that is no identifier as a part of the name", () => {
    write("a.short.sql");
    write(`${CLUSTER}.sql`);
    write(`b.${CLUSTER.toUpperCase()}.sql`);
    expect(found().map(([, , cluster]) => cluster)).toEqual([undefined, undefined, undefined]);
  });

  test("passes hidden files over and says of others why they are ignored", () => {
    write(".hidden.sql");
    write("notes.txt");
    mkdirSync(join(directory, "more.sql"));
    symlinkSync(join(directory, "nowhere"), join(directory, "broken.sql"));
    writeFileSync(join(parent, "outside.sql"), "");
    symlinkSync(join(parent, "outside.sql"), join(directory, "link.sql"));
    expect(findHooks(directory)).toEqual({
      hooks: [],
      notices: [
        "hook `broken.sql` is ignored: it cannot be read",
        "hook `link.sql` is ignored: it is outside of the directory",
        "hook `more.sql` is ignored: it is no file",
        "hook `notes.txt` is ignored: it is neither .sql nor .yaml, and not executable",
      ],
    });
  });

  test("follows links that stay in the directory, as mounted configuration has them", () => {
    mkdirSync(join(directory, "..data"));
    writeFileSync(join(directory, "..data", "a.sql"), "");
    symlinkSync(join("..data", "a.sql"), join(directory, "a.sql"));
    expect(found()).toEqual([["a.sql", "sql", undefined]]);
  });

  test("fails when there is no such directory", () => {
    const missing = join(parent, "none");
    expect(() => findHooks(missing)).toThrow(
      new HookError(`the directory of hooks \`${missing}\` cannot be read (ENOENT)`),
    );
  });
});
