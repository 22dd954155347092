import { describe, expect, test } from "vitest";
import { IamError } from "../../../iam/index.ts";
import { type PreparedSimulation, prepareSimulation } from "./simulation-input.ts";
import { MAX_STATEMENTS_LOOKED_AT, simulatePage } from "./simulation-page.ts";

const ACTIONS = Array.from({ length: 150 }, (_, index) => `dsql:A${index}`);

function prepared(statements: number, resources: number): PreparedSimulation {
  const Statement = Array.from({ length: statements }, () => ({
    Effect: "Allow",
    Action: "s3:*",
    Resource: "arn:aws:s3:::bucket",
  }));
  const input = {
    policyInputList: [JSON.stringify({ Version: "2012-10-17", Statement })],
    actionNames: [],
    resourceArns: Array.from({ length: resources }, (_, index) => `arn:aws:s3:::b${index}`),
  };
  return prepareSimulation(input, "123456789012");
}

describe("a page of results", () => {
  test.each([
    ["100 unless told", prepared(1, 1), undefined, 100],
    ["as many as wanted", prepared(1, 1), 7, 7],
    ["fewer when they are much work", prepared(1000, 50), undefined, 5],
    ["at least one", prepared(1000, 250), 10, 1],
  ])("has %s", (_what, simulation, maxItems, length) => {
    const first = simulatePage(ACTIONS, simulation, { maxItems });
    expect(first.evaluationResults).toHaveLength(length);
    expect(first.isTruncated).toBe(true);
    const next = simulatePage(ACTIONS, simulation, { maxItems: 1, marker: first.marker });
    expect(next.evaluationResults[0]?.evalActionName).toBe(`dsql:A${length}`);
  });

  test("is refused when one action is too much work", () => {
    expect(MAX_STATEMENTS_LOOKED_AT).toBe(250_000);
    expect(() => simulatePage(ACTIONS, prepared(1001, 250), {})).toThrow(
      new IamError(
        "InvalidInput",
        "Too many statements and resources: 250250 pairs for each action, at most 250000 are simulated.",
      ),
    );
  });

  test.each([0, 1001])("is refused with %d results", (maxItems) => {
    expect(() => simulatePage(ACTIONS, prepared(1, 1), { maxItems })).toThrow(/at 'maxItems'/);
  });
});
