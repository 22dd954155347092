import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readFromArchive } from "./read-from-archive.ts";

/** A tar archive of one file, as POSIX describes it; engines end the size with a NUL or a space. */
function archiveOf(content: string, endOfSize = "\0"): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write("ready.json", 0);
  header.write(body.length.toString(8).padStart(11, "0") + endOfSize, 124, "latin1");
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([header, body, padding, Buffer.alloc(1024)]);
}

describe("the one file of an archive", () => {
  test.each(["\0", " "])("is read whole, not its padding (size ends with %j)", async (end) => {
    const content = "grüße".repeat(200);
    expect(await readFromArchive(Readable.from([archiveOf(content, end)]))).toBe(content);
  });

  test("is read from chunks, as a socket gives them", async () => {
    const archive = archiveOf('{"pid":1}');
    const chunks = [archive.subarray(0, 100), archive.subarray(100, 515), archive.subarray(515)];
    expect(await readFromArchive(Readable.from(chunks))).toBe('{"pid":1}');
  });

  test.each([
    ["cut off", archiveOf("x".repeat(2000)).subarray(0, 1000)],
    ["empty", Buffer.alloc(0)],
    ["no archive", Buffer.from("not found ".repeat(100))],
  ])("is an error when the archive is %s", async (_case, archive) => {
    await expect(readFromArchive(Readable.from([archive]))).rejects.toThrow(
      new Error("the archive holds no whole file"),
    );
  });
});
