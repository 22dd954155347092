import { expect, test } from "vitest";
import { decodeFrontendMessage } from "./decode-frontend-message.ts";
import { copyFailFrame, parseFrame, queryFrame } from "./encode-frontend-frame.ts";

function raw(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

test.each([
  { frame: queryFrame("select 'ä'"), bytes: "Q\0\0\0\x0fselect '\xe4'\0" },
  { frame: parseFrame("s\xff", "begin"), bytes: "P\0\0\0\x0fs\xff\0begin\0\0\0" },
  { frame: copyFailFrame("no"), bytes: "f\0\0\0\x07no\0" },
])("has the bytes of its Latin-1 texts: $bytes", ({ frame, bytes }) => {
  expect(frame).toEqual({ type: bytes.charCodeAt(0), bytes: raw(bytes) });
});

test("decodes to what it was made of", () => {
  expect(decodeFrontendMessage(parseFrame("n\xe9", "select 1"))).toEqual({
    type: "Parse",
    statement: "n\xe9",
    sql: "select 1",
    parameterTypes: [],
  });
});

test.each(["a\0b", "€", "Ā"])("a text that is not Latin-1 or has a NUL is a bug", (text) => {
  expect(() => queryFrame(text)).toThrow("a text for the engine has a NUL or is not Latin-1");
});
