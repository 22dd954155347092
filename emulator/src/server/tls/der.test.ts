import { describe, expect, test } from "vitest";
import {
  bitString,
  booleanTrue,
  explicit,
  objectIdentifier,
  octetString,
  sequence,
  time,
  unsignedInteger,
} from "./der.ts";

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("DER", () => {
  test.each([
    [0, "0400"],
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_536, "0483010000"],
  ])("writes the length %i in as few bytes as it needs", (length, expected) => {
    const encoded = octetString(new Uint8Array(length));
    expect(hex(encoded.subarray(0, encoded.length - length))).toBe(expected);
  });

  test.each([
    [[0], "020100"],
    [[0x7f], "02017f"],
    [[0x80], "02020080"],
    [[0, 0, 0x80], "02020080"],
    [[0, 1], "020101"],
    [[0x12, 0x34], "02021234"],
  ])("writes the integer of the bytes %j without a sign", (bytes, expected) => {
    expect(hex(unsignedInteger(Uint8Array.from(bytes)))).toBe(expected);
  });

  test.each([
    ["2.5.29.17", "0603551d11"],
    ["1.2.840.10045.4.3.2", "06082a8648ce3d040302"],
    ["1.3.6.1.5.5.7.3.1", "06082b06010505070301"],
  ])("writes the object identifier %s", (dotted, expected) => {
    expect(hex(objectIdentifier(dotted))).toBe(expected);
  });

  test.each([
    ["2026-01-02T03:04:05.678Z", "170d3236303130323033303430355a"],
    ["2049-12-31T23:59:59Z", "170d3439313233313233353935395a"],
    ["2050-01-01T00:00:00Z", "180f32303530303130313030303030305a"],
  ])("writes %s with two digits of the year until 2049", (date, expected) => {
    expect(hex(time(new Date(date)))).toBe(expected);
  });

  test("nests", () => {
    const inner = sequence(booleanTrue(), bitString(Uint8Array.of(0x06), 1));
    expect(hex(explicit(3, inner))).toBe("a3093007" + "0101ff" + "03020106");
  });
});
