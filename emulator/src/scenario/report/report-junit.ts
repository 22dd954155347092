/** Results in JUnit's XML, as build servers read it: a suite for each file. */
import type { ScenarioResult } from "../run/run-scenario.ts";
import { failureText } from "./report-text.ts";

/** The document. */
export function junitText(results: readonly ScenarioResult[]): string {
  const files = [...new Set(results.map(({ scenario }) => scenario.place.file))];
  const suites = files.map((file) =>
    suite(
      file,
      results.filter(({ scenario }) => scenario.place.file === file),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(results)}>\n${suites.join("")}</testsuites>\n`;
}

function suite(file: string, results: readonly ScenarioResult[]): string {
  const cases = results.map((result) => {
    const { name, place } = result.scenario;
    const head = `    <testcase classname="${escape(file)}" name="${escape(name)}" file="${escape(file)}" line="${place.line}" time="${seconds([result])}"`;
    switch (result.kind) {
      case "passed":
        return `${head}/>\n`;
      case "skipped":
        return `${head}><skipped message="${escape(result.reason)}"/></testcase>\n`;
      case "failed":
        return `${head}><failure message="${escape(`expected ${result.failure.expected}`)}">${escape(failureText(result))}</failure></testcase>\n`;
    }
  });
  return `  <testsuite name="${escape(file)}" ${counts(results)}>\n${cases.join("")}  </testsuite>\n`;
}

function counts(results: readonly ScenarioResult[]): string {
  const of = (kind: ScenarioResult["kind"]): number =>
    results.filter((result) => result.kind === kind).length;
  return `tests="${results.length}" failures="${of("failed")}" skipped="${of("skipped")}" time="${seconds(results)}"`;
}

function seconds(results: readonly ScenarioResult[]): string {
  return (results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3);
}

/** Control characters that XML 1.0 cannot hold become U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]/gu, "\u{fffd}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
