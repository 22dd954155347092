import { describe, expect, test } from "vitest";
import { parsePolicyDocument } from "./parse-policy-document.ts";
import { POLICY_SIZE_LIMITS, policySize } from "./policy-size.ts";

describe("the size of a policy", () => {
  test.each<[unknown]>([
    [{}],
    [[]],
    [null],
    [{ Version: "2012-10-17", Statement: [] }],
    [{ a: [1, true, null, "x y", 'quote"', "\n", "é"], b: { c: {}, d: [] } }],
    [[[], [[]], "", { "": "" }]],
  ])("is that of its JSON without white space: %j", (json) => {
    expect(policySize(json)).toBe(JSON.stringify(json).length);
  });

  test("may reach the limit and not pass it", () => {
    const statement = { Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" };
    const document = { Version: "2012-10-17", Statement: [{ ...statement, Sid: "" }] };
    const room = POLICY_SIZE_LIMITS.managed - policySize(document);
    const withSid = (length: number): object => ({
      ...document,
      Statement: [{ ...statement, Sid: "x".repeat(length) }],
    });
    const parse = (length: number): string =>
      parsePolicyDocument(withSid(length), { maxCharacters: POLICY_SIZE_LIMITS.managed }).kind;
    expect([parse(room), parse(room + 1)]).toEqual(["parsed", "malformed"]);
  });
});
