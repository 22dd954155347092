/** A certificate or key cannot be used or made; files are left as they are. */
export class CertificateError extends Error {
  readonly code = "CERTIFICATE_UNUSABLE";

  /** @param message what is wrong and what to do; never contains key material */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CertificateError";
  }
}
