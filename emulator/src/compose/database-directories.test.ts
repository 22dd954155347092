import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DatabaseLocation } from "../clusters/index.ts";
import { DatabaseDirectories } from "./database-directories.ts";

const DATABASE = {
  region: "us-east-1",
  identifier: "testcluster000000000000000",
} as DatabaseLocation;
const ID = DATABASE.identifier;
const OLD_HOOKS = '{"formatVersion":1,"ran":{"old.sql":"a"}}';
const NEW_HOOKS = '{"formatVersion":1,"ran":{"new.sql":"b"}}';
const NOTE = JSON.stringify({ formatVersion: 1, hasBegun: true, hookMarks: NEW_HOOKS });

let dataDirectory: string;
let region: string;
let marked: string[];

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "database-directories-"));
  region = join(dataDirectory, "clusters", DATABASE.region);
  marked = [];
});
afterEach(() => {
  rmSync(dataDirectory, { recursive: true });
});

/** A directory of data beside or in the place of those of the database. */
function fill(ending: string, text: string): void {
  mkdirSync(join(region, `${ID}${ending}`), { recursive: true });
  writeFileSync(join(region, `${ID}${ending}`, "data"), text);
}

function write(ending: string, text: string): void {
  writeFileSync(join(region, `${ID}${ending}`), text);
}

function read(member: string): string {
  return readFileSync(join(region, member), "utf8");
}

/** What the next start does. */
async function start(isKnown = true): Promise<readonly DatabaseLocation[]> {
  return new DatabaseDirectories(dataDirectory).finish(
    () => isKnown,
    async ({ region, identifier }, hasBegun) => {
      marked.push(`${region}/${identifier} ${hasBegun}`);
    },
  );
}

function isAsBefore(): void {
  expect(readdirSync(region)).toEqual([ID, `${ID}.hooks.json`]);
  expect([read(`${ID}/data`), read(`${ID}.hooks.json`), marked]).toEqual(["old", OLD_HOOKS, []]);
}

function isAsAfter(): void {
  expect(readdirSync(region)).toEqual([ID, `${ID}.hooks.json`]);
  expect([read(`${ID}/data`), read(`${ID}.hooks.json`), marked]).toEqual([
    "new",
    NEW_HOOKS,
    [`us-east-1/${ID} true`],
  ]);
}

describe("data that take the place of those of a database", () => {
  beforeEach(() => {
    fill("", "old");
    write(".hooks.json", OLD_HOOKS);
  });

  test("are there with their marks, and nothing else", async () => {
    fill(".next", "new");
    const directories = new DatabaseDirectories(dataDirectory);
    const replacement = { hasBegun: true, hookMarks: NEW_HOOKS };
    await directories.replace(DATABASE, replacement, async (hasBegun) => {
      // Whatever ends it from here on, the next start can finish it.
      expect([read(`${ID}/data`), read(`${ID}.next.json`)]).toEqual(["new", NOTE]);
      marked.push(`us-east-1/${ID} ${hasBegun}`);
    });
    isAsAfter();
  });

  test.each([
    [".next.partial", "half copied"],
    [".next", "copied, but not noted"],
  ])("are removed at the start while they are %s", async (ending) => {
    fill(ending, "new");
    await start();
    isAsBefore();
  });

  test("are removed at the start while their note is being written", async () => {
    fill(".next", "new");
    write(".next.json.1234.tmp", NOTE.slice(0, 9));
    await start();
    isAsBefore();
  });

  test("come in at the start once they are noted", async () => {
    fill(".next", "new");
    write(".next.json", NOTE);
    await start();
    isAsAfter();
  });

  test("come in at the start also with a part of what an earlier time has put aside", async () => {
    fill(".next", "new");
    fill(".dropped", "older");
    write(".next.json", NOTE);
    await start();
    isAsAfter();
  });

  test("come in at the start when the old ones are aside", async () => {
    renameSync(join(region, ID), join(region, `${ID}.dropped`));
    fill(".next", "new");
    write(".next.json", NOTE);
    await start();
    isAsAfter();
  });

  test("get their marks at the start when they are in their place", async () => {
    renameSync(join(region, ID), join(region, `${ID}.dropped`));
    fill("", "new");
    write(".next.json", NOTE);
    await start();
    isAsAfter();
  });

  test("get their marks again when a mark of hooks was written half", async () => {
    fill("", "new");
    write(".hooks.json", NEW_HOOKS.slice(0, 9));
    write(".next.json", NOTE);
    await start();
    isAsAfter();
  });

  test("leave old ones behind only until the start", async () => {
    fill("", "new");
    fill(".dropped", "old");
    write(".hooks.json", NEW_HOOKS);
    await start();
    expect([readdirSync(region), read(`${ID}/data`), marked]).toEqual([
      [ID, `${ID}.hooks.json`],
      "new",
      [],
    ]);
  });

  test("keep the marks of hooks that there are when they come without", async () => {
    fill(".next", "new");
    write(".next.json", JSON.stringify({ formatVersion: 1, hasBegun: false }));
    await start();
    expect([read(`${ID}/data`), read(`${ID}.hooks.json`)]).toEqual(["new", OLD_HOOKS]);
    expect(marked).toEqual([`us-east-1/${ID} false`]);
  });

  test("come in later when a mark could not be kept", async () => {
    fill(".next", "new");
    const directories = new DatabaseDirectories(dataDirectory);
    const replacement = { hasBegun: true, hookMarks: NEW_HOOKS };
    const failing = async (): Promise<void> => {
      throw new Error("no room");
    };
    await expect(directories.replace(DATABASE, replacement, failing)).rejects.toThrow("no room");
    await directories.finishReplacement(DATABASE, async (hasBegun) => {
      marked.push(`us-east-1/${ID} ${hasBegun}`);
    });
    isAsAfter();
  });

  test("leave all as it was when they cannot be noted", async () => {
    fill(".next", "new");
    mkdirSync(join(region, `${ID}.next.json`));
    const directories = new DatabaseDirectories(dataDirectory);
    const replacement = { hasBegun: true, hookMarks: NEW_HOOKS };
    await expect(directories.replace(DATABASE, replacement, async () => undefined)).rejects.toThrow(
      "cannot be written",
    );
    expect([read(`${ID}/data`), read(`${ID}.hooks.json`)]).toEqual(["old", OLD_HOOKS]);
  });

  test("go with a database that is dropped", async () => {
    fill(".next", "new");
    write(".next.json", NOTE);
    write(".dropping", "");
    expect(await start(false)).toEqual([DATABASE]);
    expect(readdirSync(region)).toEqual([]);
  });

  test("do not come back after a drop", async () => {
    write(".next.json", NOTE);
    await new DatabaseDirectories(dataDirectory).drop(DATABASE);
    expect([existsSync(join(region, ID)), readdirSync(region)]).toEqual([false, []]);
  });

  test("stop the start when another version has noted them", async () => {
    fill(".next", "new");
    write(".next.json", '{"formatVersion":2}');
    await expect(start()).rejects.toThrow("is no state that this version wrote");
    expect([read(`${ID}/data`), read(`${ID}.next/data`)]).toEqual(["old", "new"]);
  });
});
