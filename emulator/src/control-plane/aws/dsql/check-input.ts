/**
 * The constraints of the model, and the text of the answer when one is not met. The sentence frame is
 * that of AWS's front ends; for maps and lists of texts the wording of other services is chosen.
 */
import type { FieldProblem } from "../../../clusters/index.ts";
import { validationError } from "./dsql-error.ts";
import type { Members, Shape, TextShape } from "./shape.ts";

/** A constraint that is not met. */
interface Violation {
  readonly path: string;
  /** As a Java program would print it. */
  readonly value: string;
  readonly constraint: string;
}

/**
 * Checks what `readInput` has read.
 *
 * @throws DsqlError `ValidationException` with reason `fieldValidationFailed` that says all that is wrong
 */
export function checkInput(members: Members, values: Readonly<Record<string, unknown>>): void {
  const violations = ofMembers(members, values, "");
  if (violations.length === 0) return;
  const errors = violations.length === 1 ? "error" : "errors";
  const sentences = violations.map(
    ({ path, value, constraint }) =>
      `Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`,
  );
  const fieldList = violations.map(({ path, constraint }): FieldProblem => ({
    name: path,
    message: constraint,
  }));
  throw validationError(
    `${violations.length} validation ${errors} detected: ${sentences.join("; ")}`,
    "fieldValidationFailed",
    fieldList,
  );
}

function ofMembers(
  members: Members,
  values: Readonly<Record<string, unknown>>,
  prefix: string,
): readonly Violation[] {
  return Object.entries(members).flatMap(([name, { shape, isRequired }]) => {
    const path = prefix + name;
    const value = values[name];
    if (value !== undefined) return ofValue(shape, value, path);
    return isRequired ? [{ path, value: "null", constraint: "Member must not be null" }] : [];
  });
}

function ofValue(shape: Shape, value: unknown, path: string): readonly Violation[] {
  const violated = (constraint: string): Violation => ({
    path,
    value: `'${printed(value)}'`,
    constraint,
  });
  switch (shape.kind) {
    case "text":
      return textConstraints(shape)
        .filter(({ isMet }) => !isMet(value as string))
        .map(({ constraint }) => violated(constraint));
    case "integer":
      if ((value as number) < shape.min) return [violated(atLeast("value", shape.min))];
      if ((value as number) > shape.max) return [violated(atMost("value", shape.max))];
      return [];
    case "map": {
      const entries = Object.entries(value as Readonly<Record<string, string>>);
      const areKeysFine = entries.every(([key]) => isFine(shape.key, key));
      const areValuesFine = entries.every(([, text]) => isFine(shape.value, text));
      return [
        ...(entries.length > shape.maxEntries ? [atMost("length", shape.maxEntries)] : []),
        ...(areKeysFine ? [] : [`Map keys must satisfy constraint: ${listed(shape.key)}`]),
        ...(areValuesFine ? [] : [`Map value must satisfy constraint: ${listed(shape.value)}`]),
      ].map(violated);
    }
    case "list": {
      const items = value as readonly unknown[];
      const { item, maxItems, isUnique } = shape;
      const areFine = item.kind !== "text" || items.every((entry) => isFine(item, entry as string));
      return [
        ...(items.length > maxItems ? [atMost("length", maxItems)] : []),
        ...(areFine ? [] : [`Member must satisfy constraint: ${listed(item)}`]),
        ...(isUnique && new Set(items).size < items.length
          ? ["Member must have unique values"]
          : []),
      ].map(violated);
    }
    case "structure":
      return ofMembers(shape.members, value as Readonly<Record<string, unknown>>, `${path}.`);
    case "boolean":
    case "timestamp":
      return [];
  }
}

interface TextConstraint {
  readonly constraint: string;
  readonly isMet: (value: string) => boolean;
}

function textConstraints(shape: TextShape): readonly TextConstraint[] {
  const { minCharacters = 0, maxCharacters = Infinity, pattern, values } = shape;
  return [
    ...(values === undefined
      ? []
      : [
          {
            constraint: `Member must satisfy enum value set: [${values.join(", ")}]`,
            isMet: (value: string) => values.includes(value),
          },
        ]),
    ...(maxCharacters === Infinity
      ? []
      : [
          {
            constraint: atMost("length", maxCharacters),
            isMet: (value: string) => characters(value) <= maxCharacters,
          },
        ]),
    ...(minCharacters === 0
      ? []
      : [
          {
            constraint: atLeast("length", minCharacters),
            isMet: (value: string) => characters(value) >= minCharacters,
          },
        ]),
    ...(pattern === undefined
      ? []
      : [
          {
            constraint: `Member must satisfy regular expression pattern: ${pattern.text}`,
            isMet: (value: string) => pattern.expression.test(value),
          },
        ]),
  ];
}

function isFine(shape: TextShape, value: string): boolean {
  return textConstraints(shape).every(({ isMet }) => isMet(value));
}

function listed(shape: TextShape): string {
  return `[${textConstraints(shape)
    .map(({ constraint }) => constraint)
    .join(", ")}]`;
}

function atLeast(what: "length" | "value", bound: number): string {
  return `Member must have ${what} greater than or equal to ${bound}`;
}

function atMost(what: "length" | "value", bound: number): string {
  return `Member must have ${what} less than or equal to ${bound}`;
}

/** SPEC: the length of a string is its number of Unicode scalar values. */
function characters(value: string): number {
  return Array.from(value).length;
}

function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([name, part]) => `${name}=${printed(part)}`);
  return `{${entries.join(", ")}}`;
}
