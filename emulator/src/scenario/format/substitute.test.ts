import { describe, expect, test } from "vitest";
import { isVariable, substitute } from "./substitute.ts";

const VARIABLES = { name: "app", count: 3, cluster: { arn: "arn:x", tags: ["a", "b"] } };

describe("substitute", () => {
  test("fills in texts at any depth, and leaves keys alone", () => {
    expect(
      substitute({ "${name}": ["is ${name}", { at: "${cluster.arn}/*" }] }, VARIABLES),
    ).toEqual({ "${name}": ["is app", { at: "arn:x/*" }] });
  });

  test("keeps the type of a text that is one variable, and writes JSON in the midst of a text", () => {
    expect(
      substitute(["${count}", "${cluster.tags}", "n${count} ${cluster.tags}"], VARIABLES),
    ).toEqual([3, ["a", "b"], 'n3 ["a","b"]']);
    expect(substitute("${cluster.tags.1}", VARIABLES)).toBe("b");
  });

  test("leaves the variables of IAM's policies", () => {
    const text = "${aws:username} ${aws:PrincipalTag/team} ${*} ${?} ${$}";
    expect(substitute(text, VARIABLES)).toBe(text);
  });

  test("names a variable that is not known, and those that are", () => {
    expect(() => substitute("a ${nmae}", VARIABLES)).toThrow(
      "`${nmae}` is not known here; known are cluster, count, name",
    );
  });
});

test.each([
  ["${a.b-c.0}", true],
  ["${a} ", false],
  ["${aws:username}", false],
  [7, false],
])("%j as a variable: %s", (value, expected) => {
  expect(isVariable(value)).toBe(expected);
});
