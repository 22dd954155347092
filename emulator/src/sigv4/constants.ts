/** Fixed texts of Signature Version 4 as a presigned request uses them; all from the specification. */

/**
 * The only algorithm of an auth token.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export const ALGORITHM = "AWS4-HMAC-SHA256";

/** Last part of every credential scope. */
export const SCOPE_TERMINATOR = "aws4_request";

/** Prefix of the secret access key in the first step of the key derivation. */
export const SECRET_PREFIX = "AWS4";

/** The headers that an auth token signs: its host and nothing else. */
export const SIGNED_HEADERS = "host";

/**
 * SHA-256 of nothing, the hashed payload of an auth token. Presigned requests of S3 have
 * `UNSIGNED-PAYLOAD` here; the published DSQL tokens are reproduced only with this one.
 *
 * @see https://github.com/awslabs/aws-sdk-rust/blob/main/sdk/dsql/src/auth_token.rs
 */
export const EMPTY_PAYLOAD_HASH =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The one parameter that is not signed, because it is the signature. */
export const SIGNATURE_PARAMETER = "X-Amz-Signature";

/** The session token of temporary credentials: a secret. */
export const SECURITY_TOKEN_PARAMETER = "X-Amz-Security-Token";

/**
 * Every parameter that an auth token can have.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export const AUTH_TOKEN_PARAMETERS = [
  "Action",
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  SECURITY_TOKEN_PARAMETER,
  SIGNATURE_PARAMETER,
  "X-Amz-SignedHeaders",
] as const;

/** Name of a parameter of an auth token, spelled exactly. */
export type AuthTokenParameter = (typeof AUTH_TOKEN_PARAMETERS)[number];
