/** Answers as JSON: the members of the model, and no others. */
import type { Members, Shape } from "./shape.ts";

/** The JSON value of an answer. */
export function writeOutput(members: Members, values: unknown): Readonly<Record<string, unknown>> {
  const record = values as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, { shape }]) => {
      const value = record[name];
      return value === undefined ? [] : [[name, writeValue(shape, value)] as const];
    }),
  );
}

const MS_PER_SECOND = 1000;

function writeValue(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "timestamp":
      return (value as Date).getTime() / MS_PER_SECOND;
    case "list":
      return (value as readonly unknown[]).map((item) => writeValue(shape.item, item));
    case "structure":
      return writeOutput(shape.members, value);
    case "text":
    case "integer":
    case "boolean":
    case "map":
      return value;
  }
}
