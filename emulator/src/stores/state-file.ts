/** Small files of the state directory that are made once and then stay as they are. */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { StateFileError } from "./state-file-error.ts";

/**
 * The content of a file; `undefined` if there is none.
 *
 * @throws StateFileError when it cannot be read
 */
export function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return undefined;
    throw new StateFileError(
      file,
      `cannot be read (${code}): make it readable for the user that runs the emulator`,
      { cause: error },
    );
  }
}

/**
 * Makes the file with its whole content at once, readable by its owner only, or leaves the one that
 * is there.
 *
 * @throws StateFileError when it cannot be written
 */
export function createUnlessPresent(file: string, content: string): void {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, content, { mode: 0o600, flag: "wx", flush: true });
    linkUnlessPresent(draft, file);
  } catch (error) {
    throw new StateFileError(
      file,
      `cannot be written (${codeOf(error)}): choose a data directory that the emulator may write to`,
      { cause: error },
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

function linkUnlessPresent(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

/** The code of an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
