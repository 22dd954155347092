/** Pieces that the schema of scenario files is made of. */

/** A schema or part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Text that is not empty. */
export function text(description: string): JsonSchema {
  return { type: "string", minLength: 1, description };
}

/** A mapping with these keys and no others. */
export function object(
  description: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return { type: "object", description, properties, required, additionalProperties: false };
}

/** Any value at all. */
export function anything(description: string): JsonSchema {
  return { description };
}

/** A mapping of whatever keys. */
export function mapping(description: string): JsonSchema {
  return { type: "object", description };
}

/** A text, a number or a mapping such as `{ $matches: … }`: what is compared with one value. */
export function expected(description: string): JsonSchema {
  return { type: ["string", "number", "boolean", "null", "object"], description };
}

/** Who signs: a name, or the credentials themselves. */
export const PRINCIPAL: JsonSchema = {
  type: ["string", "object"],
  description:
    "who signs: `admin` for the emulator's administrator, a user or access key id of the configuration, credentials that an earlier step saved, or a mapping with AccessKeyId, SecretAccessKey and SessionToken",
};

/** Name to path of the answer. */
export const SAVE: JsonSchema = {
  type: "object",
  additionalProperties: { type: "string" },
  description:
    "variables to save: name to path in the answer, such as Role.Arn; `.` is the whole answer",
};
