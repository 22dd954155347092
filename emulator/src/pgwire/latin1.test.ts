import { expect, test } from "vitest";
import { latin1Bytes, latin1Text } from "./latin1.ts";

const allBytes = Uint8Array.from({ length: 256 }, (_, value) => value);

test("each byte is the character of the same number, also from 0x80 to 0x9f", () => {
  const text = latin1Text(allBytes);
  expect(Array.from(text, (character) => character.charCodeAt(0))).toEqual([...allBytes]);
});

test("the bytes of a text come back", () => {
  expect(latin1Bytes(latin1Text(allBytes))).toEqual(allBytes);
});

test("reads a part of a larger memory", () => {
  expect(latin1Text(allBytes.subarray(65, 68))).toBe("ABC");
});

test("a UTF-8 text is read by decoding the bytes", () => {
  const text = latin1Text(new TextEncoder().encode("größe"));
  expect(text).toBe("grÃ¶Ã\x9fe");
  expect(new TextDecoder().decode(latin1Bytes(text))).toBe("größe");
});
