import { createHash, createHmac } from "node:crypto";

/** SHA-256 of Node in the form that Smithy's signer takes: a hash, or with a secret an HMAC. */
export class NodeSha256 {
  #hash;
  constructor(secret) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data) {
    this.#hash.update(data);
  }
  async digest() {
    return this.#hash.digest();
  }
}
