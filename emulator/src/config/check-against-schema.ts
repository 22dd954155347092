/** The schema's verdict on a file, in the words of the emulator. */
import { Ajv, type ErrorObject } from "ajv";
import { alternatives } from "./alternatives.ts";
import { CONFIG_SCHEMA } from "./config-schema.ts";
import type { ConfigurationProblem } from "./configuration-error.ts";
import { redactSecret } from "../shared/index.ts";
import { childPath, isObject, type JsonObject, objectOf, textOf } from "./json-value.ts";

/** Longer texts are cut in messages. */
const MAX_SEEN_CHARACTERS = 60;

/** Everything in the value that does not fit the schema, in the order of the schema's checks. */
export function checkAgainstSchema(value: unknown): readonly ConfigurationProblem[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: true });
  ajv.addVocabulary(["patternErrorMessage"]);
  const validate = ajv.compile(CONFIG_SCHEMA);
  if (validate(value)) return [];
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== "if" && keyword !== "propertyNames")
    .map((error) => describe(error, value));
}

function describe(error: ErrorObject, root: unknown): ConfigurationProblem {
  const { keyword, data, propertyName } = error;
  const params = objectOf(error.params);
  const parent = pathOf(error.instancePath, root);
  const schema = objectOf(error.parentSchema);
  const path = propertyName === undefined ? parent : childPath(parent, propertyName);
  const seen = propertyName === undefined ? describeSeen(data, path) : "is the key";
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys(objectOf(schema["properties"])).join(", ");
      const message = `is not a known key; known here: ${known}`;
      return { path: childPath(path, shownKey(key, path)), message };
    }
    case "required":
      return { path: childPath(path, String(params["missingProperty"])), message: "is missing" };
    case "type":
      return { path, message: `${seen}; expected ${typeWords(schema)}` };
    case "enum":
      return { path, message: `${seen}; expected ${alternatives(schema["enum"] as string[])}` };
    case "const":
      return { path, message: `${seen}; expected ${String(schema["const"])}` };
    case "pattern":
      return { path, message: `${seen}; expected ${String(schema["patternErrorMessage"])}` };
    case "minimum":
      return { path, message: `${seen}; expected at least ${String(params["limit"])}` };
    case "maxLength":
      return { path, message: `${seen}; expected at most ${String(params["limit"])} characters` };
    case "maxProperties": {
      const count = Object.keys(objectOf(data)).length;
      return { path, message: `has ${count} keys; expected at most ${String(params["limit"])}` };
    }
    case "maximum":
      return { path, message: `${seen}; expected at most ${String(params["limit"])}` };
    default:
      return { path, message: `${seen}; ${error.message ?? keyword}` };
  }
}

/** Without the space behind its colon, `{ secret:x }` is a key. */
function shownKey(key: string, parent: string): string {
  const isNearSecret = /accessKeys|defaultUser|mfaDevices/.test(parent) || /secret/i.test(key);
  return isNearSecret && !/^[A-Za-z]{1,20}$/.test(key) ? redactSecret(key) : key;
}

/** Ids and secrets are easily confused, so no value near them is shown. */
function describeSeen(value: unknown, path: string): string {
  if (value === null || value === undefined) return "is empty";
  if (Array.isArray(value)) return "is a list";
  if (isObject(value)) return "is a mapping";
  if (value === "") return "is empty text";
  if (typeof value === "boolean") return `is ${value}`;
  const text = typeof value === "number" ? String(value) : (textOf(value) ?? typeof value);
  if (/accessKeys|secret|defaultUser|mfaDevices/i.test(path)) return `is ${redactSecret(text)}`;
  if (typeof value !== "string") return `is the number ${text}`;
  const printable = text.replace(/\p{Cc}/gu, "\u{fffd}");
  return printable.length > MAX_SEEN_CHARACTERS
    ? `is \`${printable.slice(0, MAX_SEEN_CHARACTERS)}…\` (${text.length} characters)`
    : `is \`${printable}\``;
}

function typeWords(schema: JsonObject): string {
  const { type, patternErrorMessage } = schema;
  if (typeof patternErrorMessage === "string") return patternErrorMessage;
  const words: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    integer: "a whole number",
    object: "a mapping",
    string: "text",
  };
  return words[String(type)] ?? String(type);
}

/** From a JSON pointer to a path; only the value tells the index of a list from a key. */
function pathOf(pointer: string, root: unknown): string {
  let path = "";
  let value = root;
  for (const segment of pointer.split("/").slice(1)) {
    const key = segment.replaceAll("~1", "/").replaceAll("~0", "~");
    const child = Array.isArray(value) ? Number(key) : key;
    path = childPath(path, child);
    value = (value as Record<string | number, unknown>)[child];
  }
  return path;
}
