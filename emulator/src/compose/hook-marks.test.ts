import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DatabaseLocation } from "../clusters/index.ts";
import { DatabaseDirectories } from "./database-directories.ts";
import { HookMarks } from "./hook-marks.ts";
import { SeedMarks } from "./seed-marks.ts";

const DATABASE = {
  region: "us-east-1",
  identifier: "testcluster000000000000000",
} as DatabaseLocation;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hook-marks-"));
  // An engine has made it before a hook has run.
  mkdirSync(join(directory, "clusters", DATABASE.region), { recursive: true });
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe("the marks of hooks", () => {
  test("tell after a restart what has run, by name and text", async () => {
    expect(new HookMarks(directory).ranBefore(DATABASE, "a.sql", "SELECT 1")).toBe("no");
    await new HookMarks(directory).add(DATABASE, "a.sql", "SELECT 1");
    await new HookMarks(directory).add(DATABASE, "b.sql", "SELECT 2");
    const marks = new HookMarks(directory);
    expect(marks.ranBefore(DATABASE, "a.sql", "SELECT 1")).toBe("same");
    expect(marks.ranBefore(DATABASE, "a.sql", "SELECT 2")).toBe("other");
    expect(marks.ranBefore(DATABASE, "b.sql", "SELECT 2")).toBe("same");
    expect(marks.ranBefore(DATABASE, "c.sql", "SELECT 1")).toBe("no");
  });

  test("are not kept without a data directory", async () => {
    const marks = new HookMarks(undefined);
    await marks.add(DATABASE, "a.sql", "SELECT 1");
    expect(marks.ranBefore(DATABASE, "a.sql", "SELECT 1")).toBe("no");
  });

  test("go with the data of a database", async () => {
    const directories = new DatabaseDirectories(directory);
    const mark = async (): Promise<void> => undefined;
    await new HookMarks(directory).add(DATABASE, "a.sql", "SELECT 1");
    const kept = directories.hookMarksOf(DATABASE);
    await directories.drop(DATABASE);
    expect(new HookMarks(directory).ranBefore(DATABASE, "a.sql", "SELECT 1")).toBe("no");
    mkdirSync(directories.nextPathOf(DATABASE), { recursive: true });
    await directories.replace(DATABASE, { hasBegun: true, hookMarks: kept }, mark);
    expect(new HookMarks(directory).ranBefore(DATABASE, "a.sql", "SELECT 1")).toBe("same");
    mkdirSync(directories.nextPathOf(DATABASE), { recursive: true });
    await directories.replace(DATABASE, { hasBegun: true, hookMarks: undefined }, mark);
    expect(new HookMarks(directory).ranBefore(DATABASE, "a.sql", "SELECT 1")).toBe("same");
  });
});

describe("the mark of a database that begins anew", () => {
  test("is kept, until the database has its beginning or none", async () => {
    const marks = new SeedMarks(directory);
    await marks.add("a");
    await marks.restart("a");
    await marks.restart("b");
    expect(new SeedMarks(directory).halves()).toEqual(["a", "b"]);
    expect(new SeedMarks(directory).has("a")).toBe(false);
    await marks.add("a");
    await marks.remove("b");
    expect(new SeedMarks(directory).halves()).toEqual([]);
    expect(new SeedMarks(directory).has("a")).toBe(true);
    expect(new SeedMarks(directory).has("b")).toBe(false);
  });
});
