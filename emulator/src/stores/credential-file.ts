/** The generated secret of the default access key, which must survive a restart. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createUnlessPresent, readIfPresent } from "./state-file.ts";
import { StateFileError } from "./state-file-error.ts";

/** Name of the file in the state directory. */
const FILE_NAME = "credentials.json";

/** What AWS's secrets consist of; other lengths than AWS's 40 are taken from a file that somebody wrote. */
const SECRET = /^[A-Za-z0-9/+]{16,128}$/;

/** An access key id and its secret. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A random secret in the form of AWS's: 40 characters, 240 bits. */
export function generateSecretAccessKey(): string {
  return randomBytes(30).toString("base64");
}

/**
 * The credentials in `credentials.json` of the state directory. Without that file, generates a secret
 * and writes it, readable by its owner only; processes that do so at once agree on one secret.
 *
 * @param accessKeyId of the generated key, and what a file that exists must be for
 * @throws StateFileError when the file cannot be read, written or understood; it is left as it is
 */
export function loadOrCreateCredentials(stateDirectory: string, accessKeyId: string): Credentials {
  const file = join(stateDirectory, FILE_NAME);
  const existing = readIfPresent(file);
  if (existing !== undefined) return parseCredentials(file, existing, accessKeyId);
  const made: Credentials = { accessKeyId, secretAccessKey: generateSecretAccessKey() };
  createUnlessPresent(file, `${JSON.stringify(made, undefined, 2)}\n`);
  // Read again: another process may have been first.
  return parseCredentials(file, readIfPresent(file) ?? "", accessKeyId);
}

function parseCredentials(file: string, text: string, accessKeyId: string): Credentials {
  const advice = "correct it, or remove it to have new credentials generated";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's message can quote the text, and with it the secret.
    throw new StateFileError(file, `is not valid JSON: ${advice}`);
  }
  const content: Partial<Record<keyof Credentials, unknown>> =
    typeof json === "object" && json !== null ? json : {};
  const { accessKeyId: foundId, secretAccessKey } = content;
  if (typeof foundId !== "string" || typeof secretAccessKey !== "string") {
    throw new StateFileError(file, `has no \`accessKeyId\` and \`secretAccessKey\`: ${advice}`);
  }
  if (foundId !== accessKeyId) {
    throw new StateFileError(
      file,
      `is for access key \`${foundId}\`, expected \`${accessKeyId}\`: ${advice}`,
    );
  }
  if (!SECRET.test(secretAccessKey)) {
    throw new StateFileError(
      file,
      `has a \`secretAccessKey\` that is not 16 to 128 letters, digits, \`/\` or \`+\`: ${advice}`,
    );
  }
  return { accessKeyId: foundId, secretAccessKey };
}
