export { formatAmzDate, parseAmzDate } from "./amz-date.ts";
export type {
  AuthToken,
  MalformedAuthToken,
  MalformedAuthTokenCode,
  ParsedAuthToken,
  QueryParameter,
} from "./auth-token.ts";
export {
  canonicalQueryString,
  canonicalRequest,
  redactedCanonicalRequest,
} from "./canonical-request.ts";
export {
  checkCredentialScope,
  type ExpectedScope,
  type ScopeVerdict,
} from "./check-credential-scope.ts";
export {
  checkTokenLifetime,
  type LifetimeLimits,
  type LifetimeVerdict,
} from "./check-token-lifetime.ts";
export {
  ALGORITHM,
  AUTH_TOKEN_PARAMETERS,
  type AuthTokenParameter,
  EMPTY_PAYLOAD_HASH,
  SCOPE_TERMINATOR,
  SECURITY_TOKEN_PARAMETER,
  SIGNATURE_PARAMETER,
  SIGNED_HEADERS,
} from "./constants.ts";
export { type CredentialScope, formatScope } from "./credential-scope.ts";
export { parseAuthToken } from "./parse-auth-token.ts";
export { uriEncode } from "./percent-encoding.ts";
export { canonicalHeaders, canonicalPath, readRequestQuery } from "./request-canonical.ts";
export {
  type ParsedRequestSignature,
  parseRequestSignature,
  type RefusedRequest,
} from "./request-parse-signature.ts";
export type {
  RequestFailure,
  RequestHeader,
  RequestSignature,
  SignatureForm,
  SignaturePart,
  SignedRequest,
} from "./request-signature.ts";
export { SIGNING_CURES } from "./signing-cures.ts";
export { SigningKeyCache, signingKey } from "./signing-key.ts";
export { diagnoseSignature, type SignatureDiagnosis } from "./signing-mistakes.ts";
export { MAX_TRIED, type SigningMistakeKind, type SigningSurroundings } from "./token-changes.ts";
export { stringToSign } from "./string-to-sign.ts";
export {
  checkRequestSignature,
  REQUEST_SIGNATURE_LIMITS,
  type RequestExpectations,
  type RequestVerification,
  verifyRequestSignature,
} from "./verify-request.ts";
export {
  computeSignature,
  type SignatureVerdict,
  type SignatureVerification,
  verifySignature,
} from "./verify-signature.ts";
