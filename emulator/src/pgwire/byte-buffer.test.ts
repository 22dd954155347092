import { describe, expect, test } from "vitest";
import { ByteBuffer } from "./byte-buffer.ts";

describe("ByteBuffer", () => {
  test("gives back what was put, across the ends of chunks", () => {
    const buffer = new ByteBuffer();
    buffer.put(Uint8Array.of(1, 2));
    buffer.put(new Uint8Array(0));
    buffer.put(Uint8Array.of(3, 4, 5));
    expect(buffer.length).toBe(5);
    expect(buffer.take(3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(buffer.take(3)).toBeUndefined();
    expect(buffer.take(2)).toEqual(Uint8Array.of(4, 5));
    expect(buffer.length).toBe(0);
  });

  test("reads numbers at an offset only when all their bytes are there", () => {
    const buffer = new ByteBuffer();
    buffer.put(Uint8Array.of(9, 0xff, 0xfe, 0xfd));
    expect(buffer.byteAt(4)).toBeUndefined();
    expect(buffer.uint32At(1)).toBeUndefined();
    buffer.put(Uint8Array.of(0xfc));
    expect(buffer.byteAt(4)).toBe(0xfc);
    expect(buffer.uint32At(1)).toBe(0xfffefdfc);
    expect(buffer.uint32At(2)).toBeUndefined();
  });

  test("does not see bytes that were taken or that its memory had before", () => {
    const buffer = new ByteBuffer();
    buffer.put(Uint8Array.of(1, 2, 3, 4, 5, 6));
    buffer.take(4);
    expect([buffer.byteAt(0), buffer.byteAt(1), buffer.byteAt(2)]).toEqual([5, 6, undefined]);
  });

  test("neither keeps the memory of a chunk nor gives away its own", () => {
    const buffer = new ByteBuffer();
    const chunk = Uint8Array.of(1, 2, 3, 4);
    buffer.put(chunk);
    chunk.fill(9);
    const first = buffer.take(2);
    first?.fill(8);
    buffer.put(Uint8Array.of(5));
    expect(buffer.take(3)).toEqual(Uint8Array.of(3, 4, 5));
    expect(first?.buffer.byteLength).toBe(2);
  });

  test("keeps the order when pieces and chunks of many sizes alternate", () => {
    const buffer = new ByteBuffer();
    let put = 0;
    let taken = 0;
    for (let round = 1; round <= 600; round++) {
      const chunk = Uint8Array.from({ length: (round * 7) % 97 }, () => put++ & 0xff);
      buffer.put(chunk);
      const piece = buffer.take((round * 5) % 83) ?? new Uint8Array(0);
      for (const byte of piece) expect(byte).toBe(taken++ & 0xff);
    }
    expect(buffer.length).toBe(put - taken);
  });

  // Copying everything for each byte would take these two far longer than they may.
  test("takes single bytes without copying everything for each", { timeout: 5000 }, () => {
    const buffer = new ByteBuffer();
    const byte = Uint8Array.of(7);
    for (let count = 0; count < 500_000; count++) buffer.put(byte);
    expect(buffer.take(500_000)?.every((value) => value === 7)).toBe(true);
  });

  test("takes and puts in turn without moving what lies between", { timeout: 5000 }, () => {
    const buffer = new ByteBuffer();
    const byte = Uint8Array.of(7);
    buffer.put(new Uint8Array(4_000_000));
    for (let count = 0; count < 50_000; count++) {
      buffer.take(1);
      buffer.put(byte);
    }
    expect(buffer.take(4_000_000)?.indexOf(7)).toBe(3_950_000);
  });
});
