/** From path, query and body to the members that an operation takes. Only types are checked here. */
import type { FieldProblem } from "../../../clusters/index.ts";
import { validationError } from "./dsql-error.ts";
import type { Member, Members, Shape, StructureShape } from "./shape.ts";

/** The parts of a request that have members. */
export interface InputParts {
  readonly labels: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Takes what has the wrong type, and gives the value `undefined`; all texts are chosen. */
type Report = (name: string, message: string) => unknown;

/**
 * Reads the members of an operation. Members that it does not know are ignored, `null` is a member
 * that was left out.
 *
 * @throws DsqlError `ValidationException` with reason `cannotParse` that says all that has a wrong type
 */
export function readInput(members: Members, parts: InputParts): Readonly<Record<string, unknown>> {
  const problems: FieldProblem[] = [];
  const report: Report = (name, message) => {
    problems.push({ name, message });
    return undefined;
  };
  const hasBody = Object.values(members).some(({ location }) => location.in === "body");
  const body = hasBody ? readBody(parts.body) : {};
  const values = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      readMember(name, member, { ...parts, json: body }, report),
    ]),
  );
  if (problems.length === 0) return values;
  const details = problems.map(({ name, message }) => `'${name}' ${message}`).join("; ");
  throw validationError(`The request cannot be parsed: ${details}.`, "cannotParse", problems);
}

function readBody(body: Uint8Array): JsonObject {
  if (body.length === 0) return {};
  const json = parseJson(body);
  if (isObject(json)) return json;
  throw validationError("The body of the request is not a JSON object.", "cannotParse");
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function readMember(
  name: string,
  { shape, location }: Member,
  { labels, query, json }: InputParts & { readonly json: JsonObject },
  report: Report,
): unknown {
  if (location.in === "path") return labels.get(name);
  if (location.in === "body") return readProperty(json, name, shape, name, report);
  const values = query.getAll(location.name);
  if (values.length === 0) return undefined;
  return shape.kind === "list" ? values : readParameter(values[0] ?? "", shape, name, report);
}

/** Chosen: of a parameter that is there several times the first counts. */
function readParameter(value: string, shape: Shape, name: string, report: Report): unknown {
  if (shape.kind !== "integer") return value;
  return /^-?\d{1,10}$/.test(value) ? Number(value) : report(name, "must be an integer");
}

function readProperty(
  json: JsonObject,
  name: string,
  shape: Shape,
  path: string,
  report: Report,
): unknown {
  const value = Object.hasOwn(json, name) ? json[name] : undefined;
  return value === undefined || value === null ? undefined : readJson(value, shape, path, report);
}

function readJson(value: unknown, shape: Shape, path: string, report: Report): unknown {
  switch (shape.kind) {
    case "text":
    case "timestamp":
      return typeof value === "string" ? value : report(path, "must be a string");
    case "boolean":
      return typeof value === "boolean" ? value : report(path, "must be a boolean");
    case "integer":
      return Number.isInteger(value) ? value : report(path, "must be an integer");
    case "map":
      return readMap(value, path, report);
    case "list":
      if (!Array.isArray(value)) return report(path, "must be a list");
      return value.map((item: unknown, index) =>
        readJson(item, shape.item, `${path}.${index}`, report),
      );
    case "structure":
      if (!isObject(value)) return report(path, "must be an object");
      return readStructure(value, shape, path, report);
  }
}

function readMap(value: unknown, path: string, report: Report): unknown {
  if (!isObject(value)) return report(path, "must be an object");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") report(`${path}.${key}`, "must be a string");
  }
  return value;
}

function readStructure(
  value: JsonObject,
  { members, isUnion }: StructureShape,
  path: string,
  report: Report,
): unknown {
  const values = Object.entries(members).flatMap(([name, { shape }]) => {
    const read = readProperty(value, name, shape, `${path}.${name}`, report);
    return read === undefined ? [] : [[name, read] as const];
  });
  const isPresent = (name: string): boolean =>
    Object.hasOwn(value, name) && value[name] !== undefined && value[name] !== null;
  if (isUnion && Object.keys(members).filter(isPresent).length !== 1) {
    return report(path, `must have exactly one of ${Object.keys(members).join(", ")}`);
  }
  return Object.fromEntries(values);
}
