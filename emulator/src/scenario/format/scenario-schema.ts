/** The schema of scenario files; `docs/dsql-scenario.schema.json` is its published form. */
import { type JsonSchema, mapping, object, text } from "./schema-parts.ts";
import { STEP_SCHEMAS } from "./step-schemas.ts";

const KINDS = Object.keys(STEP_SCHEMAS);

const STEP: JsonSchema = {
  ...object("a step: one kind, and perhaps a name", { name: text("for people"), ...STEP_SCHEMAS }),
  oneOf: KINDS.map((kind) => ({ required: [kind] })),
};

const RULE = object(
  "the rule that the scenario pins",
  {
    text: text("the rule in a sentence"),
    source: text("where it is written: an address, or what else it is known from"),
    confidence: {
      enum: ["documented", "observed", "inferred", "chosen"],
      description: "how well it is known",
    },
  },
  ["text", "source"],
);

const CONFIG: JsonSchema = {
  type: ["object", "string"],
  description:
    "what the emulator starts with: the configuration, or a file of it, relative to this file",
};

const STEPS: JsonSchema = {
  type: "array",
  description: "steps, one after the other",
  items: { $ref: "#/definitions/step" },
};

const SHARED = {
  rule: { $ref: "#/definitions/rule" },
  config: CONFIG,
  variables: mapping("values for ${name}"),
  include: {
    type: "array",
    description:
      "files with variables, config and steps that come before these, relative to this file",
    items: { type: "string" },
  },
  cases: {
    type: "array",
    minItems: 1,
    description: "the steps are run once for each row, in a fresh state; its columns are variables",
    items: {
      type: "object",
      properties: { name: text("name of the case"), rule: { $ref: "#/definitions/rule" } },
      required: ["name"],
    },
  },
  steps: STEPS,
};

const SCENARIO = object("a scenario", { name: text("what it shows, as a sentence"), ...SHARED }, [
  "name",
  "steps",
]);

/** Keys of each file are those of one scenario, or of what its `scenarios` share. */
export const SCENARIO_SCHEMA: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Scenario of dsql-emulator",
  type: "object",
  properties: {
    name: text("what it shows, as a sentence"),
    ...SHARED,
    scenarios: {
      type: "array",
      minItems: 1,
      description: "scenarios that share what stands beside",
      items: SCENARIO,
    },
  },
  additionalProperties: false,
  definitions: { step: STEP, rule: RULE },
};
