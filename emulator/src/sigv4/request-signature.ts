/**
 * A signed HTTP request, what its signature claims, and everything that can be wrong with it. Types
 * only; each API turns a {@link RequestFailure} into its own error code and text.
 */
import type { QueryParameter } from "./auth-token.ts";
import type { CredentialScope } from "./credential-scope.ts";

/** A header as it came; a name that came twice is there twice. */
export type RequestHeader = readonly [name: string, value: string];

/** The parts of an HTTP request that a signature covers, but for the body. */
export interface SignedRequest {
  readonly method: string;
  /** As sent: with its escapes, without the query. */
  readonly rawPath: string;
  /** As sent: with its escapes, without the `?`. */
  readonly rawQuery: string;
  readonly headers: readonly RequestHeader[];
}

/** Where the signature stands: in the `Authorization` header, or in the query of a presigned URL. */
export type SignatureForm = "header" | "query";

/**
 * What a signature says of itself; nothing of it is proved. `sessionToken` is a secret.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export interface RequestSignature {
  readonly form: SignatureForm;
  readonly credential: CredentialScope;
  /** Lower case, sorted. */
  readonly signedHeaders: readonly string[];
  readonly signedAt: Date;
  /** The moment as it is signed, `YYYYMMDDTHHMMSSZ`. */
  readonly amzDate: string;
  /** `X-Amz-Expires` of a presigned URL; any whole number. */
  readonly expiresInSeconds?: number;
  readonly sessionToken?: string;
  /** As sent. */
  readonly signature: string;
  /** Of the whole query, decoded as {@link readRequestQuery} does. */
  readonly queryParameters: readonly QueryParameter[];
}

/** The parts that a signature is made of, by the names of either form. */
export type SignaturePart =
  "Algorithm" | "Credential" | "SignedHeaders" | "Signature" | "Date" | "Expires";

/** Everything for which a signature is refused, in no order. */
export type RequestFailure =
  /** Both an `Authorization` header and a presigned query. */
  | { readonly kind: "two-signatures" }
  | { readonly kind: "no-signature" }
  /** Not even `name=value` parts, a name twice, or a query with broken escapes. */
  | { readonly kind: "unreadable-signature"; readonly form: SignatureForm }
  | { readonly kind: "unsupported-algorithm"; readonly form: SignatureForm }
  | {
      readonly kind: "incomplete-signature";
      readonly form: SignatureForm;
      readonly missing: readonly SignaturePart[];
      /** Length of the `Authorization` header; it is not shown, since what is in it is unknown. */
      readonly headerCharacters: number;
    }
  | { readonly kind: "malformed-credential" }
  | { readonly kind: "malformed-date" }
  | { readonly kind: "malformed-signed-headers" }
  | { readonly kind: "malformed-expires" }
  | { readonly kind: "expires-too-long"; readonly maxSeconds: number }
  /** `at` is the last moment of validity, `limit` what it is compared with. */
  | {
      readonly kind: "expired";
      readonly form: SignatureForm;
      readonly at: Date;
      readonly limit: Date;
      readonly now: Date;
    }
  | {
      readonly kind: "not-yet-valid";
      readonly at: Date;
      readonly limit: Date;
      readonly now: Date;
    }
  | { readonly kind: "wrong-scope-date"; readonly seen: string; readonly expected: string }
  | { readonly kind: "wrong-service"; readonly seen: string; readonly expected: readonly string[] }
  /** A header that has to be signed and is not: `host`, or one that begins with `x-amz-`. */
  | { readonly kind: "header-not-signed"; readonly header: string }
  /** A header that is said to be signed and is not there. */
  | { readonly kind: "signed-header-absent"; readonly header: string }
  | { readonly kind: "body-not-signed" }
  | { readonly kind: "body-hash-mismatch" }
  /** With what was computed, for the emulator's own voice; session tokens are redacted. */
  | {
      readonly kind: "signature-mismatch";
      readonly canonicalRequest: string;
      readonly stringToSign: string;
      /** First 8 hex digits. */
      readonly computedSignaturePrefix: string;
    };
