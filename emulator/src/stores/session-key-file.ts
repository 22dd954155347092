/** The key of the session tokens, which must survive a restart as they do. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createUnlessPresent, readIfPresent } from "./state-file.ts";
import { StateFileError } from "./state-file-error.ts";

/** Name of the file in the state directory. */
const FILE_NAME = "session.key";
const KEY_BYTES = 32;
const KEY = /^[0-9a-f]{64}\n?$/;

/**
 * The key in `session.key` of the state directory; without that file, generates one and writes it,
 * readable by its owner only. Processes that do so at once agree on one key.
 *
 * @throws StateFileError when the file cannot be read, written or understood; it is left as it is
 */
export function loadOrCreateSessionKey(stateDirectory: string): Uint8Array {
  const file = join(stateDirectory, FILE_NAME);
  if (readIfPresent(file) === undefined) {
    createUnlessPresent(file, `${randomBytes(KEY_BYTES).toString("hex")}\n`);
  }
  const text = readIfPresent(file) ?? "";
  if (KEY.test(text)) return Buffer.from(text.trim(), "hex");
  throw new StateFileError(
    file,
    "is not 64 hex digits: remove it to have a new key generated, which ends all sessions of STS",
  );
}
