/**
 * The cost of a text in characters looked at, which must grow with its length and not faster.
 * Counted, since a measured time depends on the machine.
 */

import { describe, expect, test } from "vitest";
import { inspectQuery } from "../../src/sql/index.ts";

let charactersRead = 0;

/** A text that counts what is read of it. */
class CountingText extends String {
  override charCodeAt(index: number): number {
    charactersRead++;
    return super.charCodeAt(index);
  }
  override charAt(index: number): string {
    charactersRead++;
    return super.charAt(index);
  }
  override startsWith(text: string, position?: number): boolean {
    charactersRead += text.length;
    return super.startsWith(text, position);
  }
  override indexOf(text: string, position = 0): number {
    const found = super.indexOf(text, position);
    charactersRead += (found < 0 ? this.length : found) - position + text.length;
    return found;
  }
  override slice(start = 0, end = this.length): string {
    const part = super.slice(start, end);
    charactersRead += part.length;
    return part;
  }
}

function costOf(fragment: string, repetitions: number): number {
  charactersRead = 0;
  inspectQuery(new CountingText(`COPY ${fragment.repeat(repetitions)}`) as string);
  return charactersRead;
}

describe("the cost of inspecting a hostile text", () => {
  test.each([
    "'",
    "''",
    "E'\\'",
    "E'a'\n",
    "'a'\n",
    "'a' --\n",
    '"',
    "$",
    "$$",
    "$a",
    "$a$b",
    "$1",
    "-",
    "--",
    "- -",
    "/",
    "/*",
    "*/",
    "/**/",
    "(",
    ")",
    "()",
    ";",
    "; ",
    "a;",
    "+",
    "+-",
    "-+",
    "*-",
    "@-",
    "@/**/",
    "@--\n",
    "+/**/",
    "<=",
    "::",
    ":",
    ".",
    "..",
    "1.",
    "1_",
    "1e",
    "0x",
    "\\",
    "\x95\\",
    "\xe9",
    " ",
    "\n",
    "a",
    "a ",
    "U&'a' ",
    'U&"a" ',
    'U&"a" uescape ',
    "U&'' uescape '!'",
    "set ",
    "do 'a' ",
    "do 'do ''a''' ",
    "create function 'a' ",
    "create function begin atomic ",
    "copy from ",
    "begin atomic end ",
    "execute ",
    "alter role ",
  ])("of %j doubles with its length", (fragment) => {
    const repetitions = 2000;
    const cost = costOf(fragment, repetitions);
    expect(cost).toBeGreaterThan(0);
    expect(costOf(fragment, 2 * repetitions) / cost).toBeLessThan(2.2);
  });
});
