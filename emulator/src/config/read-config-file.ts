/** Reads the bytes of the configuration file as text. */
import { readFileSync, statSync } from "node:fs";
import type { ConfigurationProblem } from "./configuration-error.ts";

/** Largest configuration file, in bytes. Our choice: a thousand users with policies take half of it. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The file's text, that there is no such file, or why it cannot be read. */
export type ConfigFileText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly problem: ConfigurationProblem };

/** Reads a file of at most 1 MiB in UTF-8. Never throws. */
export function readConfigFile(file: string): ConfigFileText {
  const unreadable = (message: string): ConfigFileText => ({
    kind: "unreadable",
    problem: { path: file, message },
  });
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return unreadable("is a directory; expected a YAML or JSON file");
    if (!stats.isFile()) return unreadable("is not a regular file");
    if (stats.size > MAX_FILE_BYTES) {
      return unreadable(`has ${stats.size} bytes; expected at most ${MAX_FILE_BYTES}`);
    }
    const bytes = readFileSync(file);
    const text = decodeUtf8(bytes);
    return text === undefined ? unreadable("is not UTF-8 text") : { kind: "text", text };
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" ? { kind: "absent" } : unreadable(`cannot be read: ${code}`);
  }
}

/** Whether there is such a file and it is not a directory or device. Never throws. */
export function isRegularFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  throw error;
}
