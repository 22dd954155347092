import { expect, test } from "vitest";
import { ConfigurationError } from "./configuration-error.ts";

test("the message of a configuration error lists every problem", () => {
  const error = new ConfigurationError([
    { path: "a", message: "is missing" },
    { path: "b[0]", message: "is empty" },
  ]);
  expect(error.message).toBe(
    "the configuration is not valid, 2 problems:\n  a: is missing\n  b[0]: is empty",
  );
  expect(error.code).toBe("CONFIGURATION_INVALID");
});
