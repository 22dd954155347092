import { expect, test } from "vitest";
import { renderWithReplacements } from "./render-with-replacements.ts";

test("replaces parts of a text in any order and keeps the rest", () => {
  expect(
    renderWithReplacements("abcdef", [
      { start: 4, end: 6, text: "" },
      { start: 1, end: 2, text: "XY" },
      { start: 2, end: 2, text: "-" },
    ]),
  ).toBe("aXY-cd");
  expect(renderWithReplacements("abc", [])).toBe("abc");
});
