import { latin1Text } from "../../pgwire/index.ts";
import { describe, expect, test } from "vitest";
import { asDsqlError } from "./session-error.ts";

function errorMessage(...fields: readonly string[]): Uint8Array {
  const body = Buffer.from(`${fields.join("\0")}\0\0`, "latin1");
  const header = Buffer.alloc(5, "E");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function rewritten(...fields: readonly string[]): string[] {
  const bytes = asDsqlError(errorMessage(...fields));
  expect(new DataView(bytes.buffer, bytes.byteOffset).getInt32(1)).toBe(bytes.length - 1);
  return latin1Text(bytes.subarray(5)).split("\0").slice(0, -2);
}

describe("errors of the engine", () => {
  test("about settings that only superusers may change say what DSQL says", () => {
    expect(
      rewritten("SERROR", "C42501", 'Mpermission denied to set parameter "a"', "P3", "Fguc.c"),
    ).toEqual([
      "SERROR",
      "C0A000",
      'Msetting configuration parameter "a" not supported',
      "P3",
      "Fguc.c",
    ]);
  });

  test("that the emulator raises in the place of a statement say nothing of how", () => {
    expect(
      rewritten(
        "SERROR",
        "C0A000",
        "Mno",
        "WPL/pgSQL function",
        "Fpl_exec.c",
        "L1",
        "Rexec_stmt_raise",
      ),
    ).toEqual(["SERROR", "C0A000", "Mno"]);
  });

  test.each([
    ["C42501", "Mpermission denied for table a"],
    ["C42501", 'Mpermission denied to set parameter "a" or not'],
    ["C22023", 'Mpermission denied to set parameter "a"'],
  ])("are the same otherwise: %s %s", (...fields) => {
    const message = errorMessage(...fields);
    expect(asDsqlError(message)).toBe(message);
  });
});
