/** Results for people. */
import { placeText } from "../format/yaml-file.ts";
import type { ScenarioResult } from "../run/run-scenario.ts";

/** One line, and below a failure all that is known of it. */
export function resultText(result: ScenarioResult): string {
  const { scenario, durationMs } = result;
  const time = `${Math.round(durationMs)} ms`;
  switch (result.kind) {
    case "passed":
      return `ok    ${scenario.place.file}  ${scenario.name} (${time})\n`;
    case "skipped":
      return `skip  ${scenario.place.file}  ${scenario.name}: ${result.reason}\n`;
    case "failed":
      return `FAIL  ${scenario.place.file}  ${scenario.name} (${time})\n${failureText(result)}`;
  }
}

/** Where a scenario failed, what was expected, what came, and the emulator's explanation. */
export function failureText(result: ScenarioResult & { readonly kind: "failed" }): string {
  const { step, stepNumber, failure, scenario } = result;
  const place = placeText(step?.place ?? scenario.place);
  const name = step?.name === undefined ? "" : `, ${step.name}`;
  const where =
    step === undefined ? "before the first step" : `step ${stepNumber}, ${step.kind}${name}`;
  const lines = [
    `      ${place}: ${where}`,
    `      expected: ${failure.expected}`,
    `      seen:     ${failure.seen}`,
    ...(scenario.rule === undefined
      ? []
      : [`      rule:     ${scenario.rule.text} (${scenario.rule.source})`]),
    ...(failure.explanation === undefined
      ? []
      : [
          "      decision:",
          ...failure.explanation
            .trimEnd()
            .split("\n")
            .map((line) => `        ${line}`.trimEnd()),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The last line of a run. */
export function summaryText(results: readonly ScenarioResult[], wallMs: number): string {
  const count = (kind: ScenarioResult["kind"]): number =>
    results.filter((result) => result.kind === kind).length;
  const skipped = count("skipped");
  const parts = [
    `${count("passed")} passed`,
    `${count("failed")} failed`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ];
  return `${parts.join(", ")} in ${(wallMs / 1000).toFixed(1)} s\n`;
}
