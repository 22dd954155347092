import { describe, expect, test } from "vitest";
import { statementPositions } from "./statement-positions.ts";

/** `line:column` of the beginning and of the end. */
function placesIn(text: string): readonly string[] {
  return statementPositions(text).map(
    ({ start, end }) => `${start.line}:${start.column}-${end.line}:${end.column}`,
  );
}

const ALLOW = `{"Effect":"Allow","Action":"*","Resource":"*"}`;

describe("the place of a statement", () => {
  test("begins behind the bracket of the list and ends behind its brace", () => {
    const text = JSON.stringify(
      { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
      undefined,
      2,
    );
    // What the simulator is known to answer for AWS's AdministratorAccess.
    expect(placesIn(text)).toEqual(["3:17-8:6"]);
  });

  test("is on one line in a text that is one", () => {
    expect(placesIn(`{"Version":"2012-10-17","Statement":[${ALLOW}]}`)).toEqual(["1:38-1:84"]);
  });

  test("begins where the statement before it ends", () => {
    expect(placesIn(`{"Statement":[${ALLOW},\n ${ALLOW}]}`)).toEqual(["1:15-1:61", "1:61-2:48"]);
  });

  test("is that of its braces when there is no list", () => {
    expect(placesIn(`{"Statement": ${ALLOW}}`)).toEqual(["1:15-1:61"]);
  });

  test("does not depend on what is in strings, in conditions or in other members", () => {
    const odd = `{"Sid":"}]{\\"","Effect":"Allow","Action":["*"],"Resource":"*","Condition":{"Null":{"a:b":["true"]}}}`;
    const text = `{"Id":"\\"Statement\\":[{}]","x":[{}],"Statement":[${odd}],"y":{"Statement":[{}]}}`;
    const start = text.indexOf(odd) + 1;
    expect(placesIn(text)).toEqual([`1:${start}-1:${start + odd.length}`]);
  });

  test("is found under a name with escapes, and of two lists in the last one", () => {
    const text = `{"Statement":[${ALLOW},${ALLOW}],"St\\u0061tement":[\r\n${ALLOW}\r\n]}`;
    expect(placesIn(text)).toEqual([`1:${text.indexOf("\r") + 1}-2:47`]);
  });

  test("is found in a deep text without recursion", () => {
    expect(
      placesIn(`{"x":${"[".repeat(50_000)}${"]".repeat(50_000)},"Statement":[${ALLOW}]}`),
    ).toHaveLength(1);
  });
});
