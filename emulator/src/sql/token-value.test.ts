import { describe, expect, test } from "vitest";
import { identifierName, stringValue } from "./token-value.ts";
import { tokenize } from "./tokenize.ts";

const nameOf = (sql: string): string | undefined => identifierName(sql, tokenize(sql).tokens[0]);
const valueOf = (sql: string): string | undefined => stringValue(sql, tokenize(sql).tokens[0]);

describe("the name of an identifier", () => {
  test.each<[string, string | undefined]>([
    ["Select", "select"],
    ['"Select"', "Select"],
    ['"a""b"', 'a"b'],
    ['"\\0061"', "\\0061"],
    ['U&"\\0061b"', "ab"],
    ['u&"\\+000061\\\\"', "a\\"],
    ["U&\"!0061\" UESCAPE '!'", "a"],
    ['U&"!0061" /* x */ uescape $$!$$', "a"],
    ['U&"a""b"', 'a"b'],
    ['U&"\\zz"', "\\zz"],
    ["U&\"\\0061\" uescape ''", "a"],
    ["'a'", undefined],
    ["1", undefined],
    ["", undefined],
  ])("of %s is %s", (sql, expected) => {
    expect(nameOf(sql)).toBe(expected);
  });
});

describe("the value of a string", () => {
  test.each<[string, string | undefined]>([
    ["'it''s'", "it's"],
    ["'a\\n'", "a\\n"],
    ["'a'\n-- c\n'b'", "ab"],
    ["E'\\n\\t\\\\\\''''", "\n\t\\''"],
    ["e'\\x73\\163\\u0073\\U00000073\\q'", "ssssq"],
    ["E'\\U00110000'", "\ufffd"],
    ["E'a'\n'\\x62'", "ab"],
    ["$$a'b$$", "a'b"],
    ["$t$a$$b$t$", "a$$b"],
    ["B'01'", "01"],
    ["X'1F'", "1F"],
    ["U&'\\0061'\n'\\0062'", "ab"],
    ["U&'!0061' UESCAPE '!'", "a"],
    ['"a"', undefined],
    ["a", undefined],
  ])("%s is %s", (sql, expected) => {
    expect(valueOf(sql)).toBe(expected);
  });
});
