/** Directories of the emulator's state. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { codeOf } from "./state-file.ts";
import { StateFileError } from "./state-file-error.ts";

/**
 * Makes a directory, with those above it that are missing, open to its owner only. One that is there
 * stays as it is.
 *
 * Step by step, since Node's `recursive` tries for ever where a file system takes no directory and says
 * that the parent is missing, as `/proc` does.
 *
 * @throws StateFileError when it cannot be made, or something else is there
 */
export function makeDirectory(directory: string): void {
  const missing: string[] = [];
  try {
    for (let path = resolve(directory); !existsSync(path); path = dirname(path)) missing.push(path);
    for (const path of missing.reverse()) mkdirUnlessPresent(path);
    if (statSync(directory).isDirectory()) return;
  } catch (error) {
    throw new StateFileError(
      directory,
      `cannot be made (${codeOf(error)}): choose a directory that the emulator may write to`,
      { cause: error },
    );
  }
  throw new StateFileError(directory, "is no directory: choose another one");
}

function mkdirUnlessPresent(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}
