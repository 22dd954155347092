import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../scripts/test-sdks.mjs", import.meta.url));

test("docs/clients.md shows the lines of the programs that the stories run", () => {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, "--check-docs"], {
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
