/** The JSON that a program printed. */
import type { Finished } from "./emulator.ts";

/** @throws Error with everything that the program wrote, when it is no JSON */
export function printedJson({ stdout, stderr, exitCode }: Finished): unknown {
  try {
    return JSON.parse(stdout) as unknown;
  } catch (error) {
    throw new Error(`exit code ${exitCode}, stdout: ${stdout}\nstderr: ${stderr}`, {
      cause: error,
    });
  }
}
