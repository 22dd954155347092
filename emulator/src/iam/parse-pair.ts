/** `Action` or `NotAction`, `Resource` or `NotResource`: exactly one of the two, with its patterns. */
import { compileGlob, type Glob } from "./glob.ts";
import type { PatternElement } from "./policy-document.ts";
import { type JsonObject, listOf, type ReportProblem } from "./policy-problem.ts";

const ACTION = /^(?:\*|[\w-]+:[\w*?]+)$/;
const RESOURCE = /^(?:\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/s;
const VARIABLE_BEFORE_FIFTH_COLON = /^(?:[^:]*:){0,4}[^:]*\$\{/;

/** Parses the element, or reports why there is none. Patterns of actions have no letter case. */
export function parsePair(
  positive: "Action" | "Resource",
  json: JsonObject,
  path: string,
  hasVariables: boolean,
  report: ReportProblem,
): PatternElement | undefined {
  const negative = `Not${positive}`;
  const isNegated = json[negative] !== undefined;
  if (isNegated === (json[positive] !== undefined)) {
    report(path, `must have exactly one of ${positive} and ${negative}`);
    return undefined;
  }
  const name = isNegated ? negative : positive;
  const patterns: { text: string }[] = [];
  const globs: Glob[] = [];
  for (const { item, itemPath } of listOf(json[name], `${path}.${name}`, report)) {
    const text = typeof item === "string" ? item : "";
    const problem =
      typeof item !== "string"
        ? "must be a string"
        : positive === "Action"
          ? actionProblem(text)
          : resourceProblem(text, hasVariables);
    if (problem !== undefined) {
      report(itemPath, problem);
      continue;
    }
    const isAction = positive === "Action";
    const options = { ignoresCase: isAction, hasVariables };
    const glob = compileGlob(text, options);
    if (glob === undefined) report(itemPath, "has a malformed policy variable");
    else globs.push(glob);
    patterns.push({ text });
  }
  return { written: { isNegated, patterns }, globs };
}

function actionProblem(text: string): string | undefined {
  return ACTION.test(text) ? undefined : "must be `*` or `service:Action`";
}

function resourceProblem(text: string, hasVariables: boolean): string | undefined {
  // SPEC: a variable may stand only in the last part of an ARN.
  if (hasVariables && text.startsWith("arn:") && VARIABLE_BEFORE_FIFTH_COLON.test(text)) {
    return "must have policy variables only after the fifth colon";
  }
  return RESOURCE.test(text) ? undefined : "must be `*` or an ARN";
}
