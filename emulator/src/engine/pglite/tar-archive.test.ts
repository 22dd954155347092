import { describe, expect, test } from "vitest";
import { packTar, type TarEntry, unpackTar } from "./tar-archive.ts";

const ENTRIES: readonly TarEntry[] = [
  { name: "base", data: undefined },
  { name: "base/empty", data: new Uint8Array(0) },
  { name: "base/one-block", data: new Uint8Array(512).fill(7) },
  { name: "base/text", data: Buffer.from("PostgreSQL") },
];

describe("tar archives", () => {
  test("give back what was packed", () => {
    const unpacked = [...unpackTar(packTar(ENTRIES))].map(({ name, data }) => ({
      name,
      data: data === undefined ? undefined : [...data],
    }));
    expect(unpacked).toEqual(ENTRIES.map(({ name, data }) => ({ name, data: data && [...data] })));
  });

  test("are whole blocks with two empty ones at the end", () => {
    const archive = packTar(ENTRIES);
    expect(archive.length).toBe((4 + 2 + 2) * 512);
    expect(archive.subarray(-1_024).every((byte) => byte === 0)).toBe(true);
  });

  test("that are cut short are refused", () => {
    const archive = packTar(ENTRIES);
    expect(() => [...unpackTar(archive.subarray(0, 5 * 512))]).toThrow(
      "the tar archive is cut short",
    );
  });

  test.each(["-0000001000", "1e3", "99999999999", ""])("with the size %j are refused", (size) => {
    const archive = Buffer.from(packTar(ENTRIES));
    archive.fill(0, 124, 136);
    archive.write(size, 124);
    expect(() => [...unpackTar(archive)]).toThrow("the tar archive has a size that is none");
  });

  test("take no name of more than 100 bytes", () => {
    const name = "n".repeat(101);
    expect(() => packTar([{ name, data: undefined }])).toThrow(
      `name too long for the archive: ${name}`,
    );
  });
});
