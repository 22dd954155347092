import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { BoundedJson, RECORD_LIMITS } from "./bounded-json.ts";

function bounded(value: unknown): { readonly json: unknown; readonly isShortened: boolean } {
  const maker = new BoundedJson();
  const json = maker.object({ value })["value"];
  return { json, isShortened: maker.isShortened };
}

/** An object in an object, `levels` times. */
function nested(levels: number): unknown {
  return levels === 0 ? "core" : { inner: nested(levels - 1) };
}

/** Bytes of the heap that are in use after a garbage collection. */
function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

describe("bounded JSON", () => {
  test.each<[string, unknown, unknown]>([
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an impossible date", new Date(NaN), "Invalid Date"],
    ["a map", new Map([["a", 1]]), { a: 1 }],
    ["a set", new Set(["a"]), ["a"]],
    ["a big integer", 10n, "10"],
    ["infinity", Infinity, "Infinity"],
    ["bytes", new Uint8Array(3), "<3 bytes>"],
    ["an error", new TypeError("no"), "TypeError: no"],
    ["a function", () => 1, null],
    ["an empty list", [], []],
    ["members without a value", { a: undefined, b: null }, { b: null }],
    ["a member called __proto__", JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
  ])("writes %s", (_name, value, expected) => {
    expect(bounded(value)).toStrictEqual({ json: expected, isShortened: false });
  });

  test("keeps a text of exactly the limit and cuts one that is longer", () => {
    const limit = RECORD_LIMITS.textCharacters;
    expect(bounded("x".repeat(limit))).toEqual({ json: "x".repeat(limit), isShortened: false });
    expect(bounded("x".repeat(limit + 2))).toEqual({
      json: `${"x".repeat(limit)}… (2 more characters left out)`,
      isShortened: true,
    });
  });

  test("keeps nothing in memory of what it cuts", () => {
    const before = usedHeap();
    const kept = Array.from({ length: 40 }, (_, index) =>
      bounded(Buffer.alloc(1_000_000, 97 + (index % 26)).toString("latin1")),
    );
    expect(usedHeap() - before).toBeLessThan(10_000_000);
    expect(kept.every(({ isShortened }) => isShortened)).toBe(true);
  });

  test("leaves no half of a character behind", () => {
    const text = `${"x".repeat(RECORD_LIMITS.textCharacters - 1)}😀`;
    expect(bounded(text).json).toBe(
      `${"x".repeat(RECORD_LIMITS.textCharacters - 1)}… (1 more characters left out)`,
    );
  });

  test("cuts a long list, and says how much is missing in the place of it", () => {
    const { json, isShortened } = bounded(Array.from({ length: 10_000 }, (_, index) => index));
    expect(json).toHaveLength(RECORD_LIMITS.elements + 1);
    expect((json as unknown[]).slice(-2)).toEqual([49, "… (9950 more left out)"]);
    expect(isShortened).toBe(true);
  });

  test("cuts an object with many members", () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`m${index}`, index]));
    expect(Object.entries(bounded(many).json as object).slice(-2)).toEqual([
      ["m49", 49],
      ["…", "10 more left out"],
    ]);
  });

  test("ends at the greatest depth, also in a circle", () => {
    expect(bounded(nested(RECORD_LIMITS.depth - 1)).isShortened).toBe(false);
    expect(bounded(nested(RECORD_LIMITS.depth)).isShortened).toBe(true);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(JSON.stringify(bounded(circle).json)).toBe(
      `${'{"self":'.repeat(7)}"… (left out)"${"}".repeat(7)}`,
    );
  });

  test("keeps a whole record within the total, whatever it is made of", () => {
    const wide = Array.from({ length: 50 }, () =>
      Array.from({ length: 50 }, () => "y".repeat(4000)),
    );
    const { json, isShortened } = bounded({ wide, more: wide });
    expect(isShortened).toBe(true);
    expect(JSON.stringify(json).length).toBeLessThan(RECORD_LIMITS.totalCharacters + 10_000);
  });

  test("keeps a record of numbers small too", () => {
    const level = (depth: number): unknown =>
      Array.from({ length: 50 }, () => (depth === 0 ? 123_456_789 : level(depth - 1)));
    expect(JSON.stringify(bounded(level(3)).json).length).toBeLessThan(25_000);
  });

  test("leaves room for the members behind a long one", () => {
    const maker = new BoundedJson();
    const long = Array.from({ length: 50 }, () => "y".repeat(4000));
    expect(maker.object({ long, short: ["a", "b"] })["short"]).toEqual(["a", "b"]);
    expect(maker.object({ long, short: ["a", "b"] })["short"]).toEqual(["a", "b"]);
  });

  test("redacts a token in a text where none belongs", () => {
    const user = "x.on.aws/?Action=DbConnect&X-Amz-Signature=fakefake";
    expect(bounded(user).json).toBe(
      "x.on.aws/?Action=DbConnect&X-Amz-Signature=<redacted, 8 characters>",
    );
  });

  test("leaves alone what is redacted already", () => {
    const text = "?X-Amz-Security-Token=<redacted, 8 characters>";
    expect(bounded(text).json).toBe(text);
  });
});
