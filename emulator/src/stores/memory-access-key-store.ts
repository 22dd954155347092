import type { AccessKey, AccessKeyStore } from "../auth/index.ts";
import { InvariantViolation } from "../shared/index.ts";

/** The access keys that were declared at start. */
export class MemoryAccessKeyStore implements AccessKeyStore {
  readonly #keys = new Map<string, AccessKey>();

  /** @throws InvariantViolation when two keys have the same id */
  constructor(accessKeys: Iterable<AccessKey>) {
    for (const key of accessKeys) {
      if (this.#keys.has(key.accessKeyId)) {
        throw new InvariantViolation(`access key \`${key.accessKeyId}\` is there twice`);
      }
      this.#keys.set(key.accessKeyId, key);
    }
  }

  findAccessKey(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }
}
