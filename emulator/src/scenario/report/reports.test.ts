import { describe, expect, test } from "vitest";
import type { Scenario } from "../format/scenario.ts";
import type { ScenarioResult } from "../run/run-scenario.ts";
import { jsonText } from "./report-json.ts";
import { junitText } from "./report-junit.ts";
import { resultText, summaryText } from "./report-text.ts";

const place = { file: "a.yaml", line: 3, column: 5 };
const scenario: Scenario = {
  name: 'who & "what"',
  rule: { text: "all may", source: "https://example.com/" },
  place,
  config: undefined,
  variables: {},
  steps: [],
};
const step = { kind: "connect", name: "as app", input: {}, place: { ...place, line: 9 } } as const;
const RESULTS: readonly ScenarioResult[] = [
  { kind: "passed", scenario, durationMs: 12.4 },
  { kind: "skipped", reason: "cannot", scenario: { ...scenario, name: "b" }, durationMs: 0 },
  {
    kind: "failed",
    scenario: { ...scenario, name: "c" },
    step,
    stepNumber: 2,
    failure: { expected: "admitted", seen: "refused\u0007", explanation: "why\n\n  not\n" },
    durationMs: 1000,
  },
];

describe("reports", () => {
  test("for people: the failure with place, expected, seen, rule and decision", () => {
    expect(RESULTS.map(resultText).join("")).toBe(
      [
        'ok    a.yaml  who & "what" (12 ms)',
        "skip  a.yaml  b: cannot",
        "FAIL  a.yaml  c (1000 ms)",
        "      a.yaml:9:5: step 2, connect, as app",
        "      expected: admitted",
        "      seen:     refused\u0007",
        "      rule:     all may (https://example.com/)",
        "      decision:",
        "        why",
        "",
        "          not",
        "",
      ].join("\n"),
    );
    expect(summaryText(RESULTS, 2345)).toBe("1 passed, 1 failed, 1 skipped in 2.3 s\n");
  });

  test("in JUnit's XML, with nothing that XML cannot hold", () => {
    const xml = junitText(RESULTS);
    expect(xml).toContain('<testsuites tests="3" failures="1" skipped="1" time="1.012">');
    expect(xml).toContain(
      '<testcase classname="a.yaml" name="who &amp; &quot;what&quot;" file="a.yaml" line="3" time="0.012"/>',
    );
    expect(xml).toContain('<skipped message="cannot"/>');
    expect(xml).toContain(
      '<failure message="expected admitted">      a.yaml:9:5: step 2, connect, as app\n',
    );
    expect(xml).toContain("seen:     refused\u{fffd}\n");
  });

  test("as JSON", () => {
    expect(JSON.parse(jsonText(RESULTS))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 1,
      scenarios: [
        {
          name: 'who & "what"',
          file: "a.yaml",
          line: 3,
          rule: scenario.rule,
          outcome: "passed",
          durationMs: 12,
        },
        {
          name: "b",
          file: "a.yaml",
          line: 3,
          rule: scenario.rule,
          outcome: "skipped",
          durationMs: 0,
          reason: "cannot",
        },
        {
          name: "c",
          file: "a.yaml",
          line: 3,
          rule: scenario.rule,
          outcome: "failed",
          durationMs: 1000,
          failure: {
            step: { number: 2, kind: "connect", name: "as app", file: "a.yaml", line: 9 },
            expected: "admitted",
            seen: "refused\u0007",
            explanation: "why\n\n  not\n",
          },
        },
      ],
    });
  });
});
