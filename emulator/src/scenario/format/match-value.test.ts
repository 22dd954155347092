import { describe, expect, test } from "vitest";
import { mismatch } from "./match-value.ts";

describe("mismatch", () => {
  test.each([
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: { b: [{ c: "x" }] } }, { a: { b: [{ c: "x", d: 0 }], e: 0 } }],
    [[], []],
    [{ a: null }, {}],
    [{ $matches: "^a.c$" }, "abc"],
    [{ $contains: "b" }, "abc"],
    [{ $contains: { a: 1 } }, [{ a: 2 }, { a: 1, b: 3 }]],
    [{ $length: 2 }, ["a", "b"]],
    [{ $length: 0 }, undefined],
    [{ $absent: true }, undefined],
    [{ $absent: false }, "x"],
    [{ $any: true }, null],
    [{ $not: { a: 1 } }, { a: 2 }],
  ])("takes %j for %j", (expected, seen) => {
    expect(mismatch(expected, seen)).toBeUndefined();
  });

  test.each([
    [{ a: { b: 1 } }, { a: { b: 2 } }, "a.b is 2, expected 1"],
    [[1], [1, 2], "has 2 elements, not 1: [1,2]"],
    [{ rows: [{ a: 1 }] }, { rows: [{ a: "1" }] }, 'rows[0].a is "1", expected 1'],
    [{ a: 1 }, "text", 'is "text", expected {"a":1}'],
    [{ a: [] }, {}, "a is nothing, expected []"],
    [{ $matches: "^b" }, "abc", 'is "abc", expected to match /^b/'],
    [{ $matches: "1" }, 1, "is 1, expected to match /1/"],
    [{ $contains: "z" }, "abc", 'is "abc", expected to contain "z"'],
    [{ $contains: 3 }, [1, 2], "is [1,2], expected to contain 3"],
    [{ $length: 1 }, [], "has length 0, expected 1"],
    [{ a: { $absent: true } }, { a: 0 }, "a is 0, expected nothing"],
    [{ a: { $absent: false } }, {}, "a is nothing, expected something"],
    [{ a: { $any: true } }, {}, "a is not there"],
    [{ $not: 1 }, 1, "is 1, expected anything else"],
    [{ $matches: "a", more: 1 }, "a", 'is "a", expected {"$matches":"a","more":1}'],
  ])("tells %j from %j", (expected, seen, difference) => {
    expect(mismatch(expected, seen)).toBe(difference);
  });
});
