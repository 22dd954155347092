/**
 * What an Aurora DSQL auth token says: a presigned `GET https://HOST/?Action=…` without its scheme.
 * Types only; nothing here has been proved by a signature.
 */
import type { ALGORITHM, SIGNED_HEADERS } from "./constants.ts";
import type { CredentialScope } from "./credential-scope.ts";

/** A decoded query parameter. */
export type QueryParameter = readonly [name: string, value: string];

/**
 * The facts of a well-formed auth token. `securityToken` is a secret; so is, for as long as the
 * token lives, `signature`.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
 */
export interface AuthToken {
  /** As sent: case and port kept, because the signer signed what it sent. */
  readonly host: string;
  /** As sent; not necessarily an action that exists. */
  readonly action: string;
  readonly algorithm: typeof ALGORITHM;
  readonly credential: CredentialScope;
  /** `X-Amz-Date` as a moment. */
  readonly signedAt: Date;
  /** `X-Amz-Date` as sent, `YYYYMMDDTHHMMSSZ`. */
  readonly amzDate: string;
  /** `X-Amz-Expires`: an integer, in no particular range. */
  readonly expiresInSeconds: number;
  readonly signedHeaders: typeof SIGNED_HEADERS;
  /** Session token of temporary credentials; absent for a long-term access key. */
  readonly securityToken?: string;
  /** 64 lower-case hex digits. */
  readonly signature: string;
  /** All parameters, decoded once, in the order of the token. */
  readonly queryParameters: readonly QueryParameter[];
}

/** A text that is an auth token by its form. */
export interface ParsedAuthToken {
  readonly kind: "parsed";
  readonly token: AuthToken;
}

/** The ways in which a text is no auth token. */
export type MalformedAuthTokenCode =
  | "too-long"
  | "no-query"
  | "invalid-host"
  | "invalid-character"
  | "invalid-escape"
  | "invalid-parameter"
  | "empty-parameter"
  | "unknown-parameter"
  | "duplicate-parameter"
  | "missing-parameter"
  | "unsupported-algorithm"
  | "invalid-credential"
  | "invalid-date"
  | "invalid-expires"
  | "unsupported-signed-headers"
  | "invalid-signature";

/**
 * A text that is no auth token. `problem` is in the emulator's voice and safe to log: it shows
 * names and short public values, and never a host, since the text may be a password of another kind.
 */
export interface MalformedAuthToken {
  readonly kind: "malformed";
  readonly code: MalformedAuthTokenCode;
  readonly problem: string;
}

/** Makes a {@link MalformedAuthToken}. */
export function malformed(code: MalformedAuthTokenCode, problem: string): MalformedAuthToken {
  return { kind: "malformed", code, problem };
}

/**
 * The longest value that a problem shows, in characters (our choice): longer than every correct
 * value that is shown, too short for the name of another parameter and a piece of its secret value
 * when an `&` is lost.
 */
const MAX_SHOWN_CHARACTERS = 20;

/** A value for a problem: in backticks if it is short, else its length. */
export function showValue(value: string): string {
  return value.length <= MAX_SHOWN_CHARACTERS && /^[\w .;:/-]*$/.test(value)
    ? `\`${value}\``
    : `a text of ${value.length} characters`;
}
