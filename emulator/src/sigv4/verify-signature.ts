/** Step 4 of SigV4: the signature, and whether a token has the right one. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { AuthToken } from "./auth-token.ts";
import { canonicalRequest, redactedCanonicalRequest } from "./canonical-request.ts";
import type { SigningKeyCache } from "./signing-key.ts";
import { stringToSign } from "./string-to-sign.ts";

/** How much of a computed signature may be shown, in hex digits: enough to compare, useless to connect with. */
const SHOWN_SIGNATURE_DIGITS = 8;

/** What a signature is verified with. */
export interface SignatureVerification {
  readonly token: AuthToken;
  /** The secret that belongs to the token's access key id. */
  readonly secretAccessKey: string;
  readonly keyCache: SigningKeyCache;
}

/**
 * Outcome of a verification. A mismatch carries what the emulator computed, for the decision log:
 * the canonical request with the session token redacted, and only the start of the signature.
 */
export type SignatureVerdict =
  | { readonly kind: "match" }
  | {
      readonly kind: "mismatch";
      readonly canonicalRequest: string;
      readonly stringToSign: string;
      /** First 8 hex digits. */
      readonly computedSignaturePrefix: string;
    };

/**
 * The signature of a string to sign, as 64 lower-case hex digits.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#calculate-signature
 */
export function computeSignature(signingKey: Uint8Array, text: string): string {
  return createHmac("sha256", signingKey).update(text).digest("hex");
}

/** Computes the token's signature anew and compares in constant time. Looks at no clock and no scope. */
export function verifySignature(verification: SignatureVerification): SignatureVerdict {
  const { token, secretAccessKey, keyCache } = verification;
  const { date, region, service } = token.credential;
  const text = stringToSign(token, canonicalRequest(token));
  const computed = computeSignature(
    keyCache.signingKey(secretAccessKey, date, region, service),
    text,
  );
  if (isSameText(computed, token.signature)) return { kind: "match" };
  return {
    kind: "mismatch",
    canonicalRequest: redactedCanonicalRequest(token),
    stringToSign: text,
    computedSignaturePrefix: computed.slice(0, SHOWN_SIGNATURE_DIGITS),
  };
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function isSameText(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left);
  const rightBytes = Buffer.from(right);
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
