import { describe, expect, test } from "vitest";
import { shareWasmMemory } from "./share-wasm-memory.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** `(import "e" "f" (func (type 0)))`, `(import "e" "g" (global (mut i32)))`, `(import "e" "t" (table 1 funcref))`. */
const OTHER_IMPORTS = [
  ...[1, 0x65, 1, 0x66, 0x00, 0],
  ...[1, 0x65, 1, 0x67, 0x03, 0x7f, 1],
  ...[1, 0x65, 1, 0x74, 0x01, 0x70, 0x00, 1],
];
const MEMORY_NAME = [1, 0x65, 1, 0x6d, 0x02];
const TYPE_SECTION = [1, 4, 1, 0x60, 0, 0];
const CUSTOM_SECTION = [0, 3, 1, 0x78, 0x2a];

function binary(importCount: number, imports: readonly number[]): Uint8Array {
  const content = [importCount, ...imports];
  return Uint8Array.from([
    ...HEADER,
    ...TYPE_SECTION,
    ...[2, content.length, ...content],
    ...CUSTOM_SECTION,
  ]);
}

describe("shareWasmMemory", () => {
  test("marks a memory import with a maximum as shared", () => {
    const before = binary(4, [...OTHER_IMPORTS, ...MEMORY_NAME, 0x01, 1, 2]);
    const after = binary(4, [...OTHER_IMPORTS, ...MEMORY_NAME, 0x03, 1, 2]);
    expect(shareWasmMemory(before)).toEqual(after);
  });

  test("gives a memory import without a maximum the largest one", () => {
    const before = binary(4, [...OTHER_IMPORTS, ...MEMORY_NAME, 0x00, 1]);
    const after = binary(4, [...OTHER_IMPORTS, ...MEMORY_NAME, 0x03, 1, 0x80, 0x80, 0x04]);
    expect(Uint8Array.from(shareWasmMemory(before))).toEqual(after);
  });

  test("leaves a binary without a memory import as it is", () => {
    const before = binary(3, OTHER_IMPORTS);
    expect(shareWasmMemory(before)).toBe(before);
    const empty = Uint8Array.from(HEADER);
    expect(shareWasmMemory(empty)).toBe(empty);
  });

  test("refuses an import of a kind that it does not know", () => {
    expect(() => shareWasmMemory(binary(1, [1, 0x65, 1, 0x66, 0x09]))).toThrow(
      "unknown import kind `9` in a WebAssembly binary",
    );
  });
});
