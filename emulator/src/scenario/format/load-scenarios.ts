/** From scenario files to scenarios. */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { checkScenarioFile } from "./check-scenario-file.ts";
import { isObject, type JsonObject, listOf, merge, objectOf, textOf } from "./json-value.ts";
import type { Rule, Scenario, Step } from "./scenario.ts";
import { STEP_SCHEMAS, type StepKind } from "./step-schemas.ts";
import {
  type FileProblem,
  parseYaml,
  type Place,
  type ValuePath,
  type YamlFile,
} from "./yaml-file.ts";

/** What a file holds, or all that is wrong with it and the files that it includes. */
export interface LoadedFile {
  readonly scenarios: readonly Scenario[];
  readonly problems: readonly FileProblem[];
}

/** Includes may include; more than so deep is a circle. */
const MAX_INCLUDE_DEPTH = 16;

/** What a mapping with config, variables, includes and steps comes to. */
interface Part {
  readonly config: JsonObject | string | undefined;
  readonly variables: JsonObject;
  readonly steps: readonly Step[];
}

const NOTHING: Part = { config: undefined, variables: {}, steps: [] };

/**
 * Reads a file. Never throws for what stands in it.
 *
 * @param path absolute
 * @param base files are named relative to it
 */
export function loadScenarios(path: string, base: string): LoadedFile {
  const problems: FileProblem[] = [];
  const file = readFile(path, base, problems);
  if (file === undefined) return { scenarios: [], problems };
  const load = new Loader(base, problems);
  const scenarios = load.scenariosOf(file, path);
  if (scenarios.length === 0 && problems.length === 0) {
    problems.push({ place: file.placeOf([]), message: "has neither `steps` nor `scenarios`" });
  }
  return { scenarios: problems.length > 0 ? [] : scenarios, problems };
}

function readFile(path: string, base: string, problems: FileProblem[]): YamlFile | undefined {
  const file = relative(base, path) || path;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    problems.push({ place: { file, line: 1, column: 1 }, message: `cannot be read: ${code}` });
    return undefined;
  }
  const parsed = parseYaml(text, file);
  if (parsed.kind === "malformed") {
    problems.push(...parsed.problems);
    return undefined;
  }
  const found = checkScenarioFile(parsed);
  problems.push(...found);
  return found.length === 0 ? parsed : undefined;
}

class Loader {
  readonly #base: string;
  readonly #problems: FileProblem[];

  constructor(base: string, problems: FileProblem[]) {
    this.#base = base;
    this.#problems = problems;
  }

  scenariosOf(file: YamlFile, path: string): readonly Scenario[] {
    const top = objectOf(file.value);
    const shared = this.#part(top, { file, path, at: [], below: NOTHING, depth: 0 });
    if (top["scenarios"] === undefined) {
      if (top["steps"] === undefined) return [];
      return this.#cases(top, shared, file, []);
    }
    return listOf(top["scenarios"]).flatMap((item, index) => {
      const at = ["scenarios", index];
      const value = { rule: top["rule"], ...objectOf(item) };
      return this.#cases(
        value,
        this.#part(value, { file, path, at, below: shared, depth: 0 }),
        file,
        at,
      );
    });
  }

  #part(
    value: JsonObject,
    where: { file: YamlFile; path: string; at: ValuePath; below: Part; depth: number },
  ): Part {
    const { file, path, at, depth } = where;
    let below = where.below;
    listOf(value["include"]).forEach((name, index) => {
      const place = file.placeOf([...at, "include", index]);
      below = this.#included(resolve(dirname(path), String(name)), below, place, depth + 1);
    });
    const config = textOf(value["config"]);
    const own = config === undefined ? value["config"] : resolve(dirname(path), config);
    return {
      config: mergeConfig(below.config, own as Part["config"]),
      variables: { ...below.variables, ...objectOf(value["variables"]) },
      steps: [...below.steps, ...stepsOf(value, file, at)],
    };
  }

  #included(path: string, below: Part, place: Place, depth: number): Part {
    if (depth > MAX_INCLUDE_DEPTH) {
      const message = "is an include of an include of itself";
      this.#problems.push({ place, message });
      return below;
    }
    const file = readFile(path, this.#base, this.#problems);
    if (file === undefined) return below;
    const part = this.#part(objectOf(file.value), { file, path, at: [], below, depth });
    return part;
  }

  #cases(value: JsonObject, part: Part, file: YamlFile, at: ValuePath): readonly Scenario[] {
    const rows = listOf(value["cases"]);
    const name = textOf(value["name"]) ?? file.file;
    const rule = value["rule"] as Rule | undefined;
    if (rows.length === 0) return [{ name, rule, place: file.placeOf(at), ...part }];
    return rows.map((row, index) => {
      const { name: caseName, rule: caseRule, ...columns } = objectOf(row);
      return {
        ...part,
        name: `${name}: ${String(caseName)}`,
        rule: (caseRule as Rule | undefined) ?? rule,
        place: file.placeOf([...at, "cases", index]),
        variables: { ...part.variables, ...columns },
      };
    });
  }
}

function mergeConfig(below: Part["config"], own: Part["config"]): Part["config"] {
  if (own === undefined) return below;
  return isObject(below) && isObject(own) ? merge(below, own) : own;
}

function stepsOf(value: JsonObject, file: YamlFile, at: ValuePath): readonly Step[] {
  return listOf(value["steps"]).map((item, index) => {
    const step = objectOf(item);
    const kind = Object.keys(step).find((key) => Object.hasOwn(STEP_SCHEMAS, key)) as StepKind;
    const place = file.placeOf([...at, "steps", index]);
    return { kind, name: textOf(step["name"]), input: step[kind], place };
  });
}
