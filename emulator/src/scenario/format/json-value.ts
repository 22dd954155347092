/** Reading a value of YAML or JSON that may have any shape. */

/** A mapping of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether the value is a mapping. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a mapping; an empty one if it is anything else. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as a list; an empty one if it is anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as text, or `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A value as text: text as it is, everything else as JSON. */
export function scalarText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The member at the end of a path such as `Role.Arn` or `Users.0.UserName`, or `undefined`. */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split(".")) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isObject(found) && Object.hasOwn(found, key)) found = found[key];
    else return undefined;
  }
  return found;
}

/** One mapping over another one, and so on below; lists and everything else are taken whole. */
export function merge(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key];
    merged[key] = isObject(under) && isObject(value) ? merge(under, value) : value;
  }
  return merged;
}
