import { describe, expect, test } from "vitest";
import { CONTEXT_KEY_TYPES, parseContextEntries } from "./simulation-context.ts";

function entry(contextKeyType: string, ...contextKeyValues: string[]): object {
  return { contextKeyName: "my:Key", contextKeyType, contextKeyValues };
}

describe("context entries", () => {
  test.each<[type: string, values: readonly string[]]>([
    ["string", ["a"]],
    ["stringList", ["a", "b"]],
    ["stringList", []],
    ["numeric", ["-1.5"]],
    ["numericList", ["1", "2"]],
    ["boolean", ["True"]],
    ["booleanList", ["true", "false"]],
    ["ip", ["::1"]],
    ["ipList", ["127.0.0.1", "10.0.0.1"]],
    ["binary", ["QmluYXJ5"]],
    ["binaryList", ["QQ==", ""]],
    ["date", ["2026-01-02T03:04:05Z"]],
    ["dateList", ["1767323045", "2026-01-02"]],
  ])("of type %s become keys in lower case", (type, values) => {
    expect(parseContextEntries([entry(type, ...values)])).toEqual({
      kind: "parsed",
      keys: new Map([["my:key", values]]),
    });
  });

  test("have twelve types", () => {
    expect(CONTEXT_KEY_TYPES).toHaveLength(12);
  });

  test.each<[what: string, entry: object, message: string]>([
    ["no name", { contextKeyType: "string" }, "ContextKeyName is missing"],
    ["no type", { contextKeyName: "a:b" }, "ContextKeyType is missing"],
    ["no values", { contextKeyName: "a:b", contextKeyType: "ip" }, "ContextKeyValues is missing"],
    ["no known type", entry("text", "x"), "there is no type text"],
    ["an inherited name as type", entry("constructor", "x"), "there is no type constructor"],
    ["two values of one", entry("string", "x", "y"), "the type string takes one value"],
    ["no value of one", entry("date"), "the type date takes one value"],
    ["a word as number", entry("numericList", "1", "x"), "x is not of the type numeric"],
    ["a word as boolean", entry("boolean", "yes"), "yes is not of the type boolean"],
    ["a range as address", entry("ip", "10.0.0.0/8"), "10.0.0.0/8 is not of the type ip"],
    ["a word as binary", entry("binary", "x"), "x is not of the type binary"],
    ["a word as date", entry("date", "now"), "now is not of the type date"],
  ])("with %s are refused", (_what, wrong, message) => {
    expect(
      parseContextEntries([{ ...entry("string", "x"), contextKeyName: "ok:ok" }, wrong]),
    ).toEqual({
      kind: "malformed",
      index: 1,
      message,
    });
  });

  test("name a key once, whatever its letter case", () => {
    const entries = [entry("string", "x"), { ...entry("string", "y"), contextKeyName: "MY:KEY" }];
    expect(parseContextEntries(entries)).toMatchObject({ message: "the key MY:KEY comes twice" });
  });
});
