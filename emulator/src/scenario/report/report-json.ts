/** Results for programs. */
import type { ScenarioResult } from "../run/run-scenario.ts";

/** A JSON document: counts, and each scenario with what became of it. */
export function jsonText(results: readonly ScenarioResult[]): string {
  const count = (kind: ScenarioResult["kind"]): number =>
    results.filter((result) => result.kind === kind).length;
  const scenarios = results.map((result) => {
    const { name, rule, place } = result.scenario;
    const common = {
      name,
      file: place.file,
      line: place.line,
      rule: rule ?? null,
      outcome: result.kind,
      durationMs: Math.round(result.durationMs),
    };
    switch (result.kind) {
      case "passed":
        return common;
      case "skipped":
        return { ...common, reason: result.reason };
      case "failed": {
        const { step, stepNumber, failure } = result;
        const { expected, seen, explanation = null } = failure;
        const at =
          step === undefined
            ? null
            : {
                number: stepNumber,
                kind: step.kind,
                name: step.name ?? null,
                file: step.place.file,
                line: step.place.line,
              };
        return { ...common, failure: { step: at, expected, seen, explanation } };
      }
    }
  });
  const [passed, failed, skipped] = [count("passed"), count("failed"), count("skipped")];
  return `${JSON.stringify({ passed, failed, skipped, scenarios }, undefined, 2)}\n`;
}
