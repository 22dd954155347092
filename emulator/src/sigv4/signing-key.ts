/** Step 3 of SigV4: the signing key of a secret access key for one day, region and service. */
import { createHmac } from "node:crypto";
import { SCOPE_TERMINATOR, SECRET_PREFIX } from "./constants.ts";

/** Keys that a cache holds unless told otherwise (our choice): a few hundred access keys, each on two days. */
const DEFAULT_MAX_SIGNING_KEYS = 1000;

/**
 * Derives the 32 bytes of a signing key: four HMACs in a chain.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#derive-signing-key
 */
export function signingKey(
  secretAccessKey: string,
  date: string,
  region: string,
  service: string,
): Buffer {
  const dateKey = hmac(`${SECRET_PREFIX}${secretAccessKey}`, date);
  const dateRegionKey = hmac(dateKey, region);
  const dateRegionServiceKey = hmac(dateRegionKey, service);
  return hmac(dateRegionServiceKey, SCOPE_TERMINATOR);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/**
 * Remembers derived signing keys, at most a fixed number; the least recently used goes first. Its
 * content is private, so printing a cache prints no secret.
 */
export class SigningKeyCache {
  readonly #maxKeys: number;
  /** In the order of use, the oldest first. */
  readonly #keys = new Map<string, Buffer>();

  constructor(maxKeys: number = DEFAULT_MAX_SIGNING_KEYS) {
    this.#maxKeys = maxKeys;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#keys.size;
  }

  /** The key that {@link signingKey} derives; one array for all callers, not to be changed. */
  signingKey(secretAccessKey: string, date: string, region: string, service: string): Buffer {
    // INVARIANT: parts of a scope contain no `/`, so two different quadruples never make the same name.
    const name = `${date}/${region}/${service}/${secretAccessKey}`;
    const known = this.#keys.get(name);
    const key = known ?? signingKey(secretAccessKey, date, region, service);
    if (known !== undefined) this.#keys.delete(name);
    this.#keys.set(name, key);
    if (this.#keys.size > this.#maxKeys) this.#forgetOldest();
    return key;
  }

  #forgetOldest(): void {
    for (const name of this.#keys.keys()) {
      this.#keys.delete(name);
      return;
    }
  }
}
