/**
 * What the services answer to a request that is not authenticated. The texts are those observed on
 * AWS's JSON front end; the codes are those of the two families of front ends.
 *
 * @see https://github.com/architect/dynalite
 * @see https://github.com/dacut/scratchstack-aws-signature
 */
import { redactSecret } from "../../shared/index.ts";
import { formatAmzDate, type SignaturePart } from "../../sigv4/index.ts";
import type { AuthenticationFailure } from "./authenticate-request.ts";

/** Code and HTTP status of an error answer. */
export interface ErrorKind {
  readonly code: string;
  readonly httpStatus: number;
}

/** An error answer. */
export interface AuthenticationError extends ErrorKind {
  readonly message: string;
}

type Reason = "ambiguous" | "missing" | "incomplete" | "wrong" | "unknown" | "expired-token";

const REASON_OF: Readonly<Record<AuthenticationFailure["kind"], Reason>> = {
  "two-signatures": "ambiguous",
  "no-signature": "missing",
  "unreadable-signature": "incomplete",
  "unsupported-algorithm": "incomplete",
  "incomplete-signature": "incomplete",
  "malformed-credential": "incomplete",
  "malformed-date": "incomplete",
  "malformed-signed-headers": "incomplete",
  "malformed-expires": "incomplete",
  "expires-too-long": "incomplete",
  expired: "wrong",
  "not-yet-valid": "wrong",
  "wrong-scope-date": "wrong",
  "wrong-service": "wrong",
  "header-not-signed": "wrong",
  "signed-header-absent": "wrong",
  "body-not-signed": "wrong",
  "body-hash-mismatch": "wrong",
  "signature-mismatch": "wrong",
  "unknown-access-key": "unknown",
  "invalid-session-token": "unknown",
  "expired-session-token": "expired-token",
};

/** IAM and STS. */
const QUERY_KINDS: Readonly<Record<Reason, ErrorKind>> = {
  ambiguous: { code: "SignatureDoesNotMatch", httpStatus: 403 },
  missing: { code: "MissingAuthenticationToken", httpStatus: 403 },
  incomplete: { code: "IncompleteSignature", httpStatus: 400 },
  wrong: { code: "SignatureDoesNotMatch", httpStatus: 403 },
  unknown: { code: "InvalidClientTokenId", httpStatus: 403 },
  "expired-token": { code: "ExpiredToken", httpStatus: 403 },
};

/** DSQL. */
const JSON_KINDS: Readonly<Record<Reason, ErrorKind>> = {
  ambiguous: { code: "InvalidSignatureException", httpStatus: 403 },
  missing: { code: "MissingAuthenticationTokenException", httpStatus: 403 },
  incomplete: { code: "IncompleteSignatureException", httpStatus: 403 },
  wrong: { code: "InvalidSignatureException", httpStatus: 403 },
  unknown: { code: "UnrecognizedClientException", httpStatus: 403 },
  "expired-token": { code: "ExpiredTokenException", httpStatus: 403 },
};

/** What IAM and STS answer. */
export function queryAuthenticationError(failure: AuthenticationFailure): AuthenticationError {
  return { ...QUERY_KINDS[REASON_OF[failure.kind]], message: messageOf(failure) };
}

/** What a JSON service such as DSQL answers. */
export function jsonAuthenticationError(failure: AuthenticationFailure): AuthenticationError {
  return { ...JSON_KINDS[REASON_OF[failure.kind]], message: messageOf(failure) };
}

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

const BY_HEADER: Readonly<Record<SignaturePart, string>> = {
  Algorithm: "Authorization header requires 'Algorithm' parameter.",
  Credential: "Authorization header requires 'Credential' parameter.",
  Signature: "Authorization header requires 'Signature' parameter.",
  SignedHeaders: "Authorization header requires 'SignedHeaders' parameter.",
  Date: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
  Expires: "Authorization header requires 'Expires' parameter.",
};

function messageOf(failure: AuthenticationFailure): string {
  switch (failure.kind) {
    case "no-signature":
      return "Request is missing Authentication Token";
    case "two-signatures":
      return "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    case "incomplete-signature":
      if (failure.form === "query") {
        const parameters = failure.missing.map(
          (part) => `AWS query-string parameters must include 'X-Amz-${part}'.`,
        );
        return `${parameters.join(" ")} Re-examine the query-string parameters.`;
      }
      // DEVIATION: the service ends with the whole header; it may hold a secret that was put there by mistake.
      return `${failure.missing.map((part) => BY_HEADER[part]).join(" ")} Authorization=${redactSecret("x".repeat(failure.headerCharacters))}`;
    case "unsupported-algorithm":
      return "Unsupported AWS 'algorithm': expected 'AWS4-HMAC-SHA256'.";
    case "malformed-credential":
      return "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, the last of them 'aws4_request'.";
    case "malformed-date":
      return "Date must be in ISO-8601 'basic format'.";
    case "wrong-scope-date":
      return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${failure.seen}' != '${failure.expected}'.`;
    case "wrong-service":
      return `Credential should be scoped to correct service: '${failure.expected.join("' or '")}'.`;
    case "header-not-signed":
      return failure.header === "host"
        ? "'Host' must be a 'SignedHeader' in the AWS Authorization."
        : `'${failure.header}' must be a 'SignedHeader' in the AWS Authorization.`;
    case "expired":
      return failure.form === "header"
        ? `Signature expired: ${formatAmzDate(failure.at)} is now earlier than ${formatAmzDate(failure.limit)} (${formatAmzDate(failure.now)} - 5 min.)`
        : `Signature expired: ${formatAmzDate(failure.at)} is now earlier than ${formatAmzDate(failure.now)}`;
    case "not-yet-valid":
      return `Signature not yet current: ${formatAmzDate(failure.at)} is still later than ${formatAmzDate(failure.limit)} (${formatAmzDate(failure.now)} + 5 min.)`;
    case "unknown-access-key":
    case "invalid-session-token":
      return "The security token included in the request is invalid.";
    case "expired-session-token":
      return "The security token included in the request is expired";
    case "signature-mismatch":
      return MISMATCH;
    default:
      return CHOSEN_TEXTS[failure.kind];
  }
}

/** Chosen: what the services say in these cases is not published. */
const CHOSEN_TEXTS = {
  "unreadable-signature": "The signature of the request is not readable.",
  "malformed-signed-headers": "SignedHeaders must be lower-case header names in order.",
  "malformed-expires": "X-Amz-Expires must be a positive number of seconds.",
  "expires-too-long": "X-Amz-Expires must be less than a week (in seconds).",
  "signed-header-absent": MISMATCH,
  "body-not-signed": "The body of the request must be signed.",
  "body-hash-mismatch": MISMATCH,
} as const;
