/** The schema's verdict on a scenario file. */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { objectOf } from "./json-value.ts";
import { SCENARIO_SCHEMA } from "./scenario-schema.ts";
import { STEP_SCHEMAS } from "./step-schemas.ts";
import { isVariable } from "./substitute.ts";
import type { FileProblem, ValuePath, YamlFile } from "./yaml-file.ts";

let compiled: ValidateFunction | undefined;

/** All that does not fit the schema, with its places. */
export function checkScenarioFile(file: YamlFile): readonly FileProblem[] {
  compiled ??= new Ajv({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  }).compile(SCENARIO_SCHEMA);
  if (compiled(file.value)) return [];
  const problems = (compiled.errors ?? []).flatMap((error) => {
    const message = messageOf(error);
    const path = pathOf(error.instancePath, file.value);
    // What it will be is known only when it is the step's turn.
    if (message === undefined || isVariable(valueIn(file.value, path))) return [];
    const place = file.placeOf(placePath(error, path));
    return [
      { place, message: `${path.length === 0 ? "the file" : `\`${path.join(".")}\``} ${message}` },
    ];
  });
  return problems.filter(
    ({ place, message }, index) =>
      problems.findIndex(
        (other) => other.message === message && other.place.line === place.line,
      ) === index,
  );
}

function valueIn(root: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown>)[key],
    root,
  );
}

function placePath(error: ErrorObject, path: ValuePath): ValuePath {
  const extra: unknown = objectOf(error.params)["additionalProperty"];
  return typeof extra === "string" ? [...path, extra] : path;
}

function messageOf(error: ErrorObject): string | undefined {
  const params = objectOf(error.params);
  switch (error.keyword) {
    case "additionalProperties":
      return `has the unknown key \`${String(params["additionalProperty"])}\``;
    case "required": {
      const missing = String(params["missingProperty"]);
      // One of many alternatives of a step: what is wrong is told by `oneOf`.
      return Object.hasOwn(STEP_SCHEMAS, missing) && error.schemaPath.includes("/oneOf/")
        ? undefined
        : `has no \`${missing}\``;
    }
    case "oneOf":
      return error.schemaPath.startsWith("#/definitions/step/oneOf")
        ? `must have exactly one of ${Object.keys(STEP_SCHEMAS).join(", ")}`
        : "is none of the forms that it may have";
    case "enum":
      return `must be one of ${(params["allowedValues"] as unknown[]).join(", ")}`;
    case "const":
      return `must be ${String(params["allowedValue"])}`;
    default:
      return error.message ?? error.keyword;
  }
}

/** From a JSON pointer; only the value tells an index from a key. */
function pathOf(pointer: string, root: unknown): ValuePath {
  let value = root;
  return pointer
    .split("/")
    .slice(1)
    .map((segment) => {
      const key = segment.replaceAll("~1", "/").replaceAll("~0", "~");
      const step = Array.isArray(value) ? Number(key) : key;
      value = (value as Record<string | number, unknown>)[step];
      return step;
    });
}
