import { describe, expect, test } from "vitest";
import { parseConfigText } from "./parse-config-text.ts";

const BOMB = ["a: &a [x, x]", ..."bcdefghi".split("").map(bombLine)].join("\n");

function bombLine(name: string): string {
  const before = String.fromCharCode(name.charCodeAt(0) - 1);
  return `${name}: &${name} [${Array<string>(9).fill(`*${before}`).join(", ")}]`;
}

function problemsOf(text: string): unknown {
  const parsed = parseConfigText(text, "f.yaml");
  return parsed.kind === "malformed"
    ? parsed.problems.map(({ path, message }) => `${path}: ${message}`)
    : parsed;
}

describe("parseConfigText", () => {
  test.each([
    ["YAML", "a: 1\nb: [x, 'y']\n", { a: 1, b: ["x", "y"] }],
    ["JSON with tabs", '{\n\t"a": 1,\n\t"b": ["x", "y"]\n}', { a: 1, b: ["x", "y"] }],
    ["an anchor", "a: &x {k: 1}\nb: *x\n", { a: { k: 1 }, b: { k: 1 } }],
    ["YAML 1.2, in which off is text", "enforce: off\n", { enforce: "off" }],
    ["a date as text", "Version: 2012-10-17\n", { Version: "2012-10-17" }],
    ["nothing", "# nothing\n", null],
  ])("reads %s", (_name, text, value) => {
    expect(parseConfigText(text, "f.yaml")).toEqual({ kind: "parsed", value });
  });

  test.each([
    ["a: 1\na: 2\n", ["f.yaml:2:1: the key stands twice in its mapping"]],
    ["1: a\n'1': b\n", ["f.yaml:2:1: the key stands twice in its mapping"]],
    ['{"a": 1,\n "a": 2}', ["f.yaml:2:2: the key stands twice in its mapping"]],
    ["a: [1\n", ["f.yaml:2:1: the indentation does not fit, or a bracket is not closed"]],
    ["a:\n\t- b\n", ["f.yaml:2:1: tabs must not be used for indentation"]],
    ["a: @b\n", ["f.yaml:1:4: text that begins with a special character must be quoted"]],
    ["a: 1\n---\nb: 2\n", ["f.yaml:2:1: the file must hold one document, without a further `---`"]],
    ["a: !x 1\n", ["f.yaml:1:4: a `!` tag is not known; text that begins with `!` must be quoted"]],
    ["? [a]\n: 1\n", ["f.yaml:1:3: is a key that is neither text nor a number"]],
    ["~: 1\n", ["f.yaml:1:1: is a key that is neither text nor a number"]],
    ["a: *x\n", ["f.yaml:1:4: is an alias without an anchor before it"]],
    ["a: &x [1, *x]\n", ["f.yaml:1:11: is an alias of what it stands in"]],
    ["a: &x {k: {l: *x}}\n", ["f.yaml:1:15: is an alias of what it stands in"]],
    [
      "a: 1\na: 2\nb: *x\n",
      [
        "f.yaml:2:1: the key stands twice in its mapping",
        "f.yaml:3:4: is an alias without an anchor before it",
      ],
    ],
    [BOMB, ["f.yaml: repeats anchors more than 200 times in all"]],
  ])("says where %j is wrong", (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test.each([
    ["brackets", "[".repeat(100_000), "f.yaml:1:66"],
    ["lists in lists", `a:\n  ${"- ".repeat(100_000)}`, "f.yaml:2:131"],
    ["keys in keys", "? ".repeat(100_000), "f.yaml:1:131"],
  ])("refuses %s without end", (_name, text, path) => {
    expect(problemsOf(text)).toEqual([`${path}: is nested deeper than 64 levels`]);
  });

  test.each([
    "secret: *fake-secret-value",
    "secret: @fake-secret-value",
    'secret: "\\qfake-secret-value"',
    "secret: !fake-secret-value x",
    "%fake-secret-value\n---\na: 1",
    "secret: 'a' fake-secret-value",
    "secret: a: fake-secret-value",
    "secret: *",
  ])("does not repeat the text of %j", (text) => {
    const parsed = parseConfigText(text, "f.yaml");
    expect(parsed.kind).toBe("malformed");
    expect(JSON.stringify(parsed)).not.toContain("fake-secret-value");
  });
});
