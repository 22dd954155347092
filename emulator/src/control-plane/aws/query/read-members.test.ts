import { describe, expect, test } from "vitest";
import { FORM_LIMITS, parseForm } from "./parse-form.ts";
import { readMembers } from "./read-members.ts";
import {
  BOOLEAN,
  integer,
  list,
  type Members,
  optional,
  required,
  structure,
  text,
} from "./shape.ts";

function read(form: string, members: Members): unknown {
  return readMembers(parseForm([form]), members);
}

describe("members of a request", () => {
  test("are read by their shapes", () => {
    const members = {
      Name: required(text()),
      Size: optional(integer()),
      IsOn: optional(BOOLEAN),
      Inner: optional(structure({ Items: required(list(text())), Note: optional(text()) })),
    };
    const form =
      "Name=a+b%2B%26&Size=-7&IsOn=false&Inner.Items.member.1=x&Inner.Items.member.2=y&Unknown=1";
    expect(read(form, members)).toEqual({
      name: "a b+&",
      size: -7,
      isOn: false,
      inner: { items: ["x", "y"], note: undefined },
    });
    expect(read("Name=", members)).toEqual({
      name: "",
      size: undefined,
      isOn: undefined,
      inner: undefined,
    });
  });

  test("are read from several texts as one", () => {
    const form = parseForm(["A=1", "B=2"]);
    expect(readMembers(form, { A: required(text()), B: required(text()) })).toEqual({
      a: "1",
      b: "2",
    });
    expect(() => parseForm(["A=1", "A=2"])).toThrow("a parameter comes twice");
  });

  const LIST = { List: required(list(text())) };

  test.each([
    ["in the order of their numbers", "List.member.10=c&List.member.2=b&List.member.1=a", "abc"],
    ["without those that have no number", "List.member.x=c&List.member.0=b&List.member.1=a", "a"],
    ["to none of an empty list", "List=", ""],
    ["to none of a list in another form", "List.1=a", ""],
  ])("of a list are read %s", (_how, form, items) => {
    expect(read(form, LIST)).toEqual({ list: [...items.matchAll(/./g)].map(([item]) => item) });
  });

  test("of a list are not read without end", () => {
    const items = (count: number): string =>
      Array.from({ length: count }, (_, index) => `List.member.${index + 1}=a`).join("&");
    expect(read(items(500), LIST)).toEqual({ list: Array<string>(500).fill("a") });
    expect(() => read(items(501), LIST)).toThrow(
      "1 validation error detected: Value a list of 501 at 'list' failed to satisfy constraint: Member must have length less than or equal to 500",
    );
  });

  const NAME = text({
    minCharacters: 2,
    maxCharacters: 3,
    pattern: { expression: /^[a-z]+$/, text: "[a-z]+" },
  });

  test.each([
    ["N=a", { N: required(NAME) }, "Member must have length greater than or equal to 2"],
    ["N=abcd", { N: required(NAME) }, "Member must have length less than or equal to 3"],
    ["N=ABC", { N: required(NAME) }, "Member must satisfy regular expression pattern: [a-z]+"],
    [
      "N=c",
      { N: required(text({ values: ["a", "b"] })) },
      "Member must satisfy enum value set: [a, b]",
    ],
    [
      "N=1",
      { N: required(integer({ min: 2 })) },
      "Member must have value greater than or equal to 2",
    ],
    ["N=9", { N: required(integer({ max: 2 })) }, "Member must have value less than or equal to 2"],
    ["N=1e3", { N: required(integer()) }, "Member must be an integer"],
    ["N=True", { N: required(BOOLEAN) }, "Member must be true or false"],
  ])("are refused when they do not fit: %s", (form, members, constraint) => {
    const value = form.slice("N=".length);
    expect(() => read(form, members)).toThrow(
      `1 validation error detected: Value '${value}' at 'n' failed to satisfy constraint: ${constraint}`,
    );
  });

  test("are refused all at once", () => {
    const members = { A: required(text()), B: required(integer()) };
    expect(() => read("B=x", members)).toThrow(
      "2 validation errors detected: Value null at 'a' failed to satisfy constraint: Member must not be null; Value 'x' at 'b' failed to satisfy constraint: Member must be an integer",
    );
  });

  test("may be nested as deep as the limit", () => {
    const deep = Array(FORM_LIMITS.maxDepth).fill("a").join(".");
    expect(parseForm([`${deep}=1`]).value).toBeUndefined();
    expect(() => parseForm([`${deep}.a=1`])).toThrow("a parameter is nested too deep");
  });
});
