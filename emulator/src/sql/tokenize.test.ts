import { describe, expect, test } from "vitest";
import { tokenize } from "./tokenize.ts";

/** The tokens as `kind:text`, where a word or operator shows its symbol if that differs. */
function tokensOf(sql: string): string[] {
  return tokenize(sql).tokens.map(({ kind, start, end, symbol }) => {
    const text = sql.slice(start, end);
    return symbol === "" || symbol === text ? `${kind}:${text}` : `${kind}:${text}=${symbol}`;
  });
}

describe("tokens", () => {
  test.each<[string, string, string[]]>([
    ["folds words to lower case", "SeLect X_1$", ["word:SeLect=select", "word:X_1$=x_1$"]],
    ["takes a byte outside ASCII for a letter", "\xc3\x89a", ["word:\xc3\x89a"]],
    ["does not fold letters outside ASCII", "\xc9A", ["word:\xc9A=\xc9a"]],
    ["takes a no-break space for a letter", "a\xa0b", ["word:a\xa0b"]],
    ["keeps a doubled double quote inside", '"a""b"c', ['quoted-identifier:"a""b"', "word:c"]],
    [
      "gives a quoted identifier no symbol, so that it is no keyword",
      '"select"',
      ['quoted-identifier:"select"'],
    ],
    ["takes a doubled quote for part of a string", "'it''s'", ["string:'it''s'"]],
    ["sees no escape in a plain string", "'\\' 'b'", ["string:'\\'", "string:'b'"]],
    ["sees escapes in an escape string", "E'\\'' e'\\\\'", ["string:E'\\''", "string:e'\\\\'"]],
    ["continues a string on the next line", "'a'\n 'b'", ["string:'a'\n 'b'"]],
    ["continues a string behind a comment", "'a' -- c\n'b'", ["string:'a' -- c\n'b'"]],
    ["continues an escape string with escapes", "E'a'\n'\\''", ["string:E'a'\n'\\''"]],
    ["does not continue a string on the same line", "'a' 'b'", ["string:'a'", "string:'b'"]],
    [
      "does not continue a string behind a block comment",
      "'a'/**/\n'b'",
      ["string:'a'", "string:'b'"],
    ],
    ["takes bit strings as one token", "B'01' x'1F'", ["string:B'01'", "string:x'1F'"]],
    ["knows no doubled quote in a bit string", "x'1F''a'", ["string:x'1F'", "string:'a'"]],
    ["takes the N of a national string for a word", "N'a'", ["word:N=n", "string:'a'"]],
    ["does not take a letter before a blank for a prefix", "E 'a\\'", ["word:E=e", "string:'a\\'"]],
    [
      "joins UESCAPE to a string",
      "U&'!0061' uescape '!' x",
      ["string:U&'!0061' uescape '!'", "word:x"],
    ],
    [
      "joins UESCAPE to an identifier behind a comment",
      'u&"!0061"/**/UESCAPE\n$$!$$',
      ['quoted-identifier:u&"!0061"/**/UESCAPE\n$$!$$'],
    ],
    [
      "leaves UESCAPE alone behind other strings",
      "'a' uescape '!'",
      ["string:'a'", "word:uescape", "string:'!'"],
    ],
    [
      "does not take a quoted ampersand for U&",
      "\"&a\" uescape '!'",
      ['quoted-identifier:"&a"', "word:uescape", "string:'!'"],
    ],
    ["takes U & as a word and an operator", "u & 'a'", ["word:u", "operator:&", "string:'a'"]],
    ["ends a dollar string at its own tag", "$a$ $$ ' $b$ $a$", ["string:$a$ $$ ' $b$ $a$"]],
    ["does not begin a dollar string inside a word", "a$$b$$", ["word:a$$b$$"]],
    ["knows no tag with a digit in front", "$1$1", ["parameter:$1", "parameter:$1"]],
    ["takes a lone dollar for punctuation", "$ a", ["punctuation:$", "word:a"]],
    ["knows parameters", "$1,$23", ["parameter:$1", "punctuation:,", "parameter:$23"]],
    ["keeps a range apart", "1..2", ["number:1", "punctuation:..", "number:2"]],
    [
      "knows integers of other bases",
      "0x1F 0o17 0b01",
      ["number:0x1F", "number:0o17", "number:0b01"],
    ],
    ["knows numbers with underscores", "1_000.0_1", ["number:1_000.0_1"]],
    ["knows numbers with a dot at either end", "1. .5", ["number:1.", "number:.5"]],
    ["knows exponents", "1e5 1.5E-3 .5e+1", ["number:1e5", "number:1.5E-3", "number:.5e+1"]],
    ["ends an operator before a line comment", "@--x\n1", ["operator:@", "number:1"]],
    ["ends an operator before a block comment", "@/* x */1", ["operator:@", "number:1"]],
    ["takes a sign off a standard operator", "*-1", ["operator:*", "operator:-", "number:1"]],
    [
      "takes signs off one by one",
      "*+-+",
      ["operator:*", "operator:+", "operator:-", "operator:+"],
    ],
    ["leaves signs at an operator of its own kind", "@-1", ["operator:@-", "number:1"]],
    ["keeps a sign inside of an operator", "->>", ["operator:->>"]],
    [
      "knows double punctuation",
      "a::b:=.",
      ["word:a", "punctuation:::", "word:b", "punctuation::=", "punctuation:."],
    ],
    ["skips nested comments", "a/* /* */ ; */b", ["word:a", "word:b"]],
    ["ends a line comment at a carriage return", "a--b\rc", ["word:a", "word:c"]],
    ["finds nothing in blanks", " \t\n\r\f\v", []],
  ])("%s", (_rule, sql, expected) => {
    expect(tokensOf(sql)).toEqual(expected);
    expect(tokenize(sql).isTerminated).toBe(true);
  });

  test.each<[string, string, string[]]>([
    ["a string", "a 'b", ["word:a"]],
    ["a string after a doubled quote", "a 'b''", ["word:a"]],
    ["an escape string after an escaped quote", "a E'b\\'", ["word:a"]],
    ["a continued string", "a 'b'\n'c", ["word:a"]],
    ["a bit string", "a x'1", ["word:a"]],
    ["a quoted identifier", 'a "b""', ["word:a"]],
    ["a Unicode identifier", 'a U&"b', ["word:a"]],
    ["a dollar string", "a $x$ $$ $y$", ["word:a"]],
    ["a comment", "a /* b", ["word:a"]],
    ["a nested comment", "a /* /* */", ["word:a"]],
  ])("stop before %s without an end", (_thing, sql, expected) => {
    expect(tokensOf(sql)).toEqual(expected);
    expect(tokenize(sql).isTerminated).toBe(false);
  });
});
