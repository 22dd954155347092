/** Pieces that the schema of the configuration file is made of. */

/** A schema or part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Text that matches a pattern; `expected` is also what editors show for text that does not. */
export function text(pattern: string, expected: string, description?: string): JsonSchema {
  return {
    type: "string",
    pattern,
    patternErrorMessage: expected,
    ...(description === undefined ? {} : { description }),
  };
}

/** Text that is not empty. */
export function some(description: string): JsonSchema {
  return text("\\S", "text that is not empty", description);
}

/** A mapping with these keys and no others. */
export function object(
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return { type: "object", description, properties, required, additionalProperties: false };
}

/** A list of these. */
export function list(description: string, items: JsonSchema): JsonSchema {
  return { type: "array", description, items };
}

/** A whole number with its default. */
export function integer(
  description: string,
  minimum: number,
  maximum: number,
  value: number,
): JsonSchema {
  return { type: "integer", description, minimum, maximum, default: value };
}

/** Account id. */
export const ACCOUNT_ID = text("^[0-9]{12}$", "twelve digits in quotes", "account id, in quotes");
/** Cluster identifier. */
export const CLUSTER_ID = text(
  "^[a-z0-9]{26}$",
  "26 lower-case letters and digits",
  "cluster identifier: 26 lower-case letters and digits",
);
/** Region. */
export const REGION = text(
  "^[a-z]{2}(-[a-z]+)+-[0-9]$",
  "a region such as us-east-1",
  "AWS region",
);

/** Tags. */
export const TAGS: JsonSchema = {
  type: "object",
  description: "tags",
  maxProperties: 50,
  propertyNames: text("^(?!aws:).{1,128}$", "1 to 128 characters, not beginning with aws:"),
  additionalProperties: { type: "string", maxLength: 256 },
};

/** Secret access key. */
export const SECRET: JsonSchema = some("secret access key");
