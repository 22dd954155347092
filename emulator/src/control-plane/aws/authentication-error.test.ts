import { describe, expect, test } from "vitest";
import type { AuthenticationFailure } from "./authenticate-request.ts";
import { jsonAuthenticationError, queryAuthenticationError } from "./authentication-error.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const LATER = new Date("2026-01-02T03:14:05Z");
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const INVALID_TOKEN = "The security token included in the request is invalid.";

type Case = readonly [
  failure: AuthenticationFailure,
  query: readonly [code: string, status: number],
  json: string,
  message: string,
];

const INCOMPLETE = ["IncompleteSignature", 400] as const;
const WRONG = ["SignatureDoesNotMatch", 403] as const;
const UNKNOWN = ["InvalidClientTokenId", 403] as const;

const CASES: readonly Case[] = [
  [
    { kind: "two-signatures" },
    WRONG,
    "InvalidSignatureException",
    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  ],
  [
    { kind: "no-signature" },
    ["MissingAuthenticationToken", 403],
    "MissingAuthenticationTokenException",
    "Request is missing Authentication Token",
  ],
  [
    { kind: "unreadable-signature", form: "header" },
    INCOMPLETE,
    "IncompleteSignatureException",
    "The signature of the request is not readable.",
  ],
  [
    { kind: "unsupported-algorithm", form: "header" },
    INCOMPLETE,
    "IncompleteSignatureException",
    "Unsupported AWS 'algorithm': expected 'AWS4-HMAC-SHA256'.",
  ],
  [
    {
      kind: "incomplete-signature",
      form: "header",
      missing: ["Credential", "Signature", "SignedHeaders", "Date"],
      headerCharacters: 28,
    },
    INCOMPLETE,
    "IncompleteSignatureException",
    "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=<redacted, 28 characters>",
  ],
  [
    {
      kind: "incomplete-signature",
      form: "query",
      missing: ["Credential", "Expires"],
      headerCharacters: 0,
    },
    INCOMPLETE,
    "IncompleteSignatureException",
    "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Expires'. Re-examine the query-string parameters.",
  ],
  [
    { kind: "malformed-credential" },
    INCOMPLETE,
    "IncompleteSignatureException",
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, the last of them 'aws4_request'.",
  ],
  [
    { kind: "malformed-date" },
    INCOMPLETE,
    "IncompleteSignatureException",
    "Date must be in ISO-8601 'basic format'.",
  ],
  [
    { kind: "malformed-signed-headers" },
    INCOMPLETE,
    "IncompleteSignatureException",
    "SignedHeaders must be lower-case header names in order.",
  ],
  [
    { kind: "malformed-expires" },
    INCOMPLETE,
    "IncompleteSignatureException",
    "X-Amz-Expires must be a positive number of seconds.",
  ],
  [
    { kind: "expires-too-long", maxSeconds: 604_800 },
    INCOMPLETE,
    "IncompleteSignatureException",
    "X-Amz-Expires must be less than a week (in seconds).",
  ],
  [
    { kind: "expired", form: "header", at: NOW, limit: LATER, now: NOW },
    WRONG,
    "InvalidSignatureException",
    "Signature expired: 20260102T030405Z is now earlier than 20260102T031405Z (20260102T030405Z - 5 min.)",
  ],
  [
    { kind: "expired", form: "query", at: NOW, limit: LATER, now: LATER },
    WRONG,
    "InvalidSignatureException",
    "Signature expired: 20260102T030405Z is now earlier than 20260102T031405Z",
  ],
  [
    { kind: "not-yet-valid", at: LATER, limit: NOW, now: NOW },
    WRONG,
    "InvalidSignatureException",
    "Signature not yet current: 20260102T031405Z is still later than 20260102T030405Z (20260102T030405Z + 5 min.)",
  ],
  [
    { kind: "wrong-scope-date", seen: "20260101", expected: "20260102" },
    WRONG,
    "InvalidSignatureException",
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102'.",
  ],
  [
    { kind: "wrong-service", seen: "s3", expected: ["dsql"] },
    WRONG,
    "InvalidSignatureException",
    "Credential should be scoped to correct service: 'dsql'.",
  ],
  [
    { kind: "header-not-signed", header: "host" },
    WRONG,
    "InvalidSignatureException",
    "'Host' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    { kind: "header-not-signed", header: "x-amz-target" },
    WRONG,
    "InvalidSignatureException",
    "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    { kind: "signed-header-absent", header: "content-type" },
    WRONG,
    "InvalidSignatureException",
    MISMATCH,
  ],
  [
    { kind: "body-not-signed" },
    WRONG,
    "InvalidSignatureException",
    "The body of the request must be signed.",
  ],
  [{ kind: "body-hash-mismatch" }, WRONG, "InvalidSignatureException", MISMATCH],
  [
    {
      kind: "signature-mismatch",
      canonicalRequest: "",
      stringToSign: "",
      computedSignaturePrefix: "",
    },
    WRONG,
    "InvalidSignatureException",
    MISMATCH,
  ],
  [{ kind: "unknown-access-key" }, UNKNOWN, "UnrecognizedClientException", INVALID_TOKEN],
  [{ kind: "invalid-session-token" }, UNKNOWN, "UnrecognizedClientException", INVALID_TOKEN],
  [
    { kind: "expired-session-token" },
    ["ExpiredToken", 403],
    "ExpiredTokenException",
    "The security token included in the request is expired",
  ],
];

describe("a request that is not authenticated", () => {
  test.each(CASES)("for %j", (failure, [code, httpStatus], jsonCode, message) => {
    expect(queryAuthenticationError(failure)).toEqual({ code, httpStatus, message });
    expect(jsonAuthenticationError(failure)).toEqual({ code: jsonCode, httpStatus: 403, message });
  });
});
