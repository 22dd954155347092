/** From the parameters of a request to the members that an operation takes. */
import type { FormNode } from "./parse-form.ts";
import { QueryError } from "./query-error.ts";
import {
  type InputOf,
  type IntegerShape,
  type ListShape,
  memberName,
  type Members,
  type Shape,
  type TextShape,
} from "./shape.ts";

/** The most items that a list is read to (our choice, beyond the limit of every list). */
const MAX_LIST_ITEMS = 500;

/**
 * Reads the members of an operation. Parameters that are no members are ignored, as the services do.
 *
 * @throws QueryError `ValidationError` that says all that is wrong
 */
export function readMembers<Named extends Members>(form: FormNode, members: Named): InputOf<Named> {
  const violations: string[] = [];
  const values = readStructure(form, members, "", violations);
  if (violations.length > 0) {
    const errors = violations.length === 1 ? "error" : "errors";
    const message = `${violations.length} validation ${errors} detected: ${violations.join("; ")}`;
    throw new QueryError("ValidationError", 400, message);
  }
  // INVARIANT: every name of `members` is set, with a value of its shape; what is missing or wrong threw.
  return values as InputOf<Named>;
}

function readStructure(
  node: FormNode,
  members: Members,
  path: string,
  violations: string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(members).map(([wireName, { shape, isRequired }]) => {
      const name = memberName(wireName);
      const child = node.children.get(wireName);
      if (child !== undefined) {
        return [name, readValue(child, shape, `${path}${name}`, violations)];
      }
      if (isRequired)
        violations.push(violation("null", `${path}${name}`, "Member must not be null"));
      return [name, undefined];
    }),
  );
}

function readValue(node: FormNode, shape: Shape, path: string, violations: string[]): unknown {
  switch (shape.kind) {
    case "structure":
      return readStructure(node, shape.members, `${path}.`, violations);
    case "list":
      return readList(node, shape, path, violations);
    case "integer":
      return readInteger(node.value ?? "", shape, path, violations);
    case "boolean":
      return readBoolean(node.value ?? "", path, violations);
    case "text":
    case "document":
    case "timestamp":
    case "number-map":
    case "text-map":
      return readText(
        node.value ?? "",
        shape.kind === "text" ? shape : undefined,
        path,
        violations,
      );
  }
}

/** Items in the order of their numbers; `Name=` alone is an empty list. */
function readList(
  node: FormNode,
  { item }: ListShape,
  path: string,
  violations: string[],
): readonly unknown[] {
  const items = [...(node.children.get("member")?.children ?? [])]
    .filter(([index]) => /^[1-9]\d{0,5}$/.test(index))
    .sort(([left], [right]) => Number(left) - Number(right));
  if (items.length > MAX_LIST_ITEMS) {
    const text = `Member must have length less than or equal to ${MAX_LIST_ITEMS}`;
    violations.push(violation(`a list of ${items.length}`, path, text));
    return [];
  }
  return items.map(([, child], index) =>
    readValue(child, item, `${path}.${index + 1}.member`, violations),
  );
}

function readText(
  value: string,
  shape: TextShape | undefined,
  path: string,
  violations: string[],
): string {
  const quoted = `'${value}'`;
  const { minCharacters = 0, maxCharacters = Infinity, pattern, values } = shape ?? {};
  if (values?.includes(value) === false) {
    const text = `Member must satisfy enum value set: [${values.join(", ")}]`;
    violations.push(violation(quoted, path, text));
  }
  if (value.length < minCharacters) {
    const text = `Member must have length greater than or equal to ${minCharacters}`;
    violations.push(violation(quoted, path, text));
  }
  if (value.length > maxCharacters) {
    const text = `Member must have length less than or equal to ${maxCharacters}`;
    violations.push(violation(quoted, path, text));
  } else if (pattern?.expression.test(value) === false) {
    const text = `Member must satisfy regular expression pattern: ${pattern.text}`;
    violations.push(violation(quoted, path, text));
  }
  return value;
}

function readInteger(
  value: string,
  { min = -Infinity, max = Infinity }: IntegerShape,
  path: string,
  violations: string[],
): number {
  const quoted = `'${value}'`;
  if (!/^-?\d{1,15}$/.test(value)) {
    // Chosen: what the services say of a number that is none is not published.
    violations.push(violation(quoted, path, "Member must be an integer"));
    return 0;
  }
  const number = Number(value);
  if (number < min) {
    const text = `Member must have value greater than or equal to ${min}`;
    violations.push(violation(quoted, path, text));
  }
  if (number > max) {
    const text = `Member must have value less than or equal to ${max}`;
    violations.push(violation(quoted, path, text));
  }
  return number;
}

function readBoolean(value: string, path: string, violations: string[]): boolean {
  if (value !== "true" && value !== "false") {
    // Chosen, as for numbers.
    violations.push(violation(`'${value}'`, path, "Member must be true or false"));
  }
  return value === "true";
}

function violation(quoted: string, path: string, constraint: string): string {
  return `Value ${quoted} at '${path}' failed to satisfy constraint: ${constraint}`;
}
