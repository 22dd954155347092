import { describe, expect, test } from "vitest";
import { parsePolicyText } from "../iam/index.ts";
import { contradictionsOf } from "./check-conditions.ts";

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

const TEAM = "aws:PrincipalTag/team";
const TIME = "aws:CurrentTime";
const AGE = "aws:MultiFactorAuthAge";
const MFA = "aws:MultiFactorAuthPresent";

function contradictions(conditions: Conditions, action = "dsql:DbConnect"): readonly string[] {
  const { document } = parsePolicyText(
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: action, Resource: "*", Condition: conditions }],
    }),
  );
  return contradictionsOf(document.statements[0]!, action === "dsql:DbConnect").map(
    ({ key, isAbsentKey }) => `${key}${isAbsentKey ? " is absent" : ""}`,
  );
}

const NEVER: [Conditions, key: string][] = [
  [{ StringEquals: { [TEAM]: "red" }, StringNotEquals: { [TEAM]: ["red", "blue"] } }, TEAM],
  [{ StringEquals: { [TEAM]: ["red", "blue"] }, StringLike: { [TEAM]: "g*" } }, TEAM],
  [{ StringEqualsIgnoreCase: { [TEAM]: "red" }, StringEquals: { [TEAM]: "blue" } }, TEAM],
  [
    { StringEqualsIgnoreCase: { [TEAM]: "red" }, StringNotEqualsIgnoreCase: { [TEAM]: "RED" } },
    TEAM,
  ],
  [{ StringEquals: { [TEAM]: "red" }, Null: { [TEAM]: "true" } }, TEAM],
  [{ Bool: { [MFA]: "true" }, Null: { [MFA]: "true" } }, MFA],
  [{ NumericLessThan: { [AGE]: "60" }, NumericGreaterThan: { [AGE]: "3600" } }, AGE],
  [{ NumericLessThanEquals: { [AGE]: "60" }, NumericGreaterThan: { [AGE]: "60" } }, AGE],
  [{ NumericEquals: { [AGE]: "1" }, NumericNotEquals: { [AGE]: "1.0" } }, AGE],
  [
    {
      DateLessThan: { [TIME]: "2026-01-01T00:00:00Z" },
      DateGreaterThan: { [TIME]: "2026-02-01T00:00:00Z" },
    },
    TIME,
  ],
];

const POSSIBLE: Conditions[] = [
  {},
  { StringEquals: { [TEAM]: ["red", "blue"] }, StringNotEquals: { [TEAM]: "red" } },
  { StringEquals: { [TEAM]: "red" }, StringLike: { [TEAM]: "r*" } },
  { StringEqualsIgnoreCase: { [TEAM]: "RED" }, StringEquals: { [TEAM]: "red" } },
  { StringEqualsIgnoreCase: { [TEAM]: "red" }, StringNotEquals: { [TEAM]: "red" } },
  { StringEqualsIgnoreCase: { [TEAM]: "red" }, StringLike: { [TEAM]: "R*" } },
  { StringEqualsIfExists: { [TEAM]: "red" }, Null: { [TEAM]: "true" } },
  { StringEquals: { [TEAM]: "red" }, Null: { [TEAM]: "false" } },
  { Null: { [TEAM]: "true" } },
  { Null: { [TEAM]: ["true", "false"] } },
  { StringNotEquals: { [TEAM]: "red" }, StringNotLike: { [TEAM]: "b*" } },
  { StringEquals: { [TEAM]: "${aws:username}" }, StringNotEquals: { [TEAM]: "red" } },
  { NumericLessThan: { [AGE]: "61" }, NumericGreaterThan: { [AGE]: "60" } },
  { NumericLessThanEquals: { [AGE]: "60" }, NumericGreaterThanEquals: { [AGE]: "60" } },
  { NumericEquals: { [AGE]: "9007199254740993" } },
  { NumericNotEquals: { [AGE]: ["1", "2"] } },
  {
    DateGreaterThan: { [TIME]: "2026-01-01T00:00:00Z" },
    DateLessThan: { [TIME]: "2026-01-01T00:00:02Z" },
  },
  { DateGreaterThan: { [TIME]: "1767225600" } },
  { IpAddress: { "aws:SourceIp": "10.0.0.0/8" }, NotIpAddress: { "aws:SourceIp": "10.1.0.0/16" } },
  // Several values at a time: one may fulfil this condition, another that.
  {
    StringEquals: { "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/" },
    StringLike: { "aws:PrincipalOrgPaths": "o-other/*" },
  },
];

describe("conditions on one key", () => {
  test.each(NEVER)("exclude each other (%#)", (conditions, key) => {
    expect(contradictions(conditions)).toEqual([key]);
  });

  test.each(POSSIBLE)("may all hold (%#)", (conditions) => {
    expect(contradictions(conditions)).toEqual([]);
  });

  test("are told for each key", () => {
    expect(
      contradictions({
        StringEquals: { [TEAM]: "red", "aws:username": "ann" },
        StringNotEquals: { [TEAM]: "red", "aws:username": "ann" },
      }),
    ).toEqual([TEAM, "aws:username"]);
  });
});

describe("a key that no connection has", () => {
  test("is told of a statement about connections alone", () => {
    const conditions = { StringEquals: { "aws:SourceAccount": "1", [TEAM]: "red" } };
    expect(contradictions(conditions)).toEqual(["aws:SourceAccount is absent"]);
    expect(contradictions(conditions, "dsql:*")).toEqual([]);
  });

  test("may be absent where the condition says so", () => {
    expect(contradictions({ Null: { "aws:SourceAccount": "true" } })).toEqual([]);
    expect(contradictions({ StringNotEquals: { "aws:SourceAccount": "1" } })).toEqual([]);
    expect(contradictions({ Null: { "aws:SourceAccount": "false" } })).toEqual([
      "aws:SourceAccount is absent",
    ]);
  });
});
