/** Runs a client program in a Node process of its own, with nothing but what `dsql-emulator env` sets. */
import { fileURLToPath } from "node:url";
import type { EmulatorProcess } from "./emulator.ts";
import { printedJson } from "./printed-json.ts";

/**
 * Runs `program` (a path relative to the caller) and reads the JSON that it prints.
 *
 * @throws Error with what the program wrote to stderr, when it prints no JSON
 */
export async function runNodeProgram(
  emulator: EmulatorProcess,
  program: URL,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<unknown> {
  const finished = await emulator.run(
    process.execPath,
    [fileURLToPath(program), ...args],
    // AWS's packages warn of the end of support of the Node version.
    { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...env },
  );
  return printedJson(finished);
}
