/** The secret keys of open sessions, by which a CancelRequest finds its session. */

/** What the emulator does with a CancelRequest; the service does nothing. */
export type CancelRequestMode = "ignore" | "honour";

/** Sessions by the key that BackendKeyData told their client. */
export class CancelKeys {
  readonly #mode: CancelRequestMode;
  readonly #cancels = new Map<string, () => void>();

  constructor(mode: CancelRequestMode) {
    this.#mode = mode;
  }

  /** @returns a function that forgets the key */
  add(processId: number, secretKey: number, cancel: () => void): () => void {
    const key = keyOf(processId, secretKey);
    this.#cancels.set(key, cancel);
    return () => this.#cancels.delete(key);
  }

  /** Interrupts the session of this key, if there is one and requests are honoured. */
  cancel(processId: number, secretKey: number): void {
    if (this.#mode === "honour") this.#cancels.get(keyOf(processId, secretKey))?.();
  }
}

/** The same for the signed numbers of BackendKeyData and the unsigned ones of CancelRequest. */
function keyOf(processId: number, secretKey: number): string {
  return `${processId >>> 0}/${secretKey >>> 0}`;
}
