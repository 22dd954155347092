/**
 * Whether an HTTP request is signed right: time, scope, what is covered, the body, and last the
 * signature. The checks that need no secret are apart from those that do, so that a front end can
 * look the access key up between them.
 */
import { timingSafeEqual } from "node:crypto";
import { checkTokenLifetime } from "./check-token-lifetime.ts";
import { canonicalHeaders, redactedRequestToSign, requestToSign } from "./request-canonical.ts";
import type { RequestFailure, RequestSignature, SignedRequest } from "./request-signature.ts";
import type { SigningKeyCache } from "./signing-key.ts";
import { stringToSign } from "./string-to-sign.ts";
import { computeSignature } from "./verify-signature.ts";

/** Limits of signed requests; seconds. */
export const REQUEST_SIGNATURE_LIMITS = {
  /** Either way. Five minutes is what most services of AWS allow; that of DSQL, IAM and STS is not documented. */
  maxSkewSeconds: 300,
  /** SPEC: a week. @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
  maxPresignedSeconds: 604_800,
} as const;

/** How much of a computed signature may be shown, in hex digits. */
const SHOWN_SIGNATURE_DIGITS = 8;

/** Header, and parameter of a presigned URL, with the hash of the body. */
const BODY_HASH_HEADER = "x-amz-content-sha256";
const BODY_HASH_PARAMETER = "X-Amz-Content-Sha256";

/** What a request is compared with. */
export interface RequestExpectations {
  readonly now: Date;
  /** Signing names of the services that are behind the endpoint. */
  readonly services: readonly string[];
}

/**
 * The checks that need neither secret nor body: clock, credential scope, signed headers. The first
 * failure is told.
 */
export function checkRequestSignature(
  request: SignedRequest,
  signature: RequestSignature,
  expectations: RequestExpectations,
): RequestFailure | undefined {
  return (
    checkTime(signature, expectations.now) ??
    checkCoverage(request, signature) ??
    checkScope(signature, expectations.services)
  );
}

/** What a signature is verified with. */
export interface RequestVerification {
  readonly request: SignedRequest;
  readonly signature: RequestSignature;
  /** SHA-256 of the body as it was received, 64 lower-case hex digits. */
  readonly bodyHash: string;
  /** The secret that belongs to the signature's access key id. */
  readonly secretAccessKey: string;
  readonly keyCache: SigningKeyCache;
}

/**
 * Computes the signature anew and compares in constant time; before that, the hash of the body that
 * the request gives must be that of its body. `undefined` if all is right.
 */
export function verifyRequestSignature(
  verification: RequestVerification,
): RequestFailure | undefined {
  const { request, signature, bodyHash, secretAccessKey, keyCache } = verification;
  const bodyFailure = checkBodyHash(request, signature, bodyHash);
  if (bodyFailure !== undefined) return bodyFailure;
  const text = stringToSign(signature, requestToSign(request, signature, bodyHash));
  const { date, region, service } = signature.credential;
  const key = keyCache.signingKey(secretAccessKey, date, region, service);
  const computed = computeSignature(key, text);
  if (isSameText(computed, signature.signature)) return undefined;
  return {
    kind: "signature-mismatch",
    canonicalRequest: redactedRequestToSign(request, signature, bodyHash),
    stringToSign: text,
    computedSignaturePrefix: computed.slice(0, SHOWN_SIGNATURE_DIGITS),
  };
}

function checkTime(signature: RequestSignature, now: Date): RequestFailure | undefined {
  const { maxSkewSeconds, maxPresignedSeconds } = REQUEST_SIGNATURE_LIMITS;
  const { form, signedAt, expiresInSeconds } = signature;
  if (expiresInSeconds === undefined) {
    const earliest = new Date(now.getTime() - maxSkewSeconds * 1000);
    if (signedAt < earliest) return { kind: "expired", form, at: signedAt, limit: earliest, now };
    const latest = new Date(now.getTime() + maxSkewSeconds * 1000);
    if (signedAt <= latest) return undefined;
    return { kind: "not-yet-valid", at: signedAt, limit: latest, now };
  }
  const verdict = checkTokenLifetime(
    { signedAt, expiresInSeconds },
    { now, maxSkewSeconds, maxLifetimeSeconds: maxPresignedSeconds },
  );
  switch (verdict.kind) {
    case "valid":
      return undefined;
    case "lifetime-too-long":
      return { kind: "expires-too-long", maxSeconds: maxPresignedSeconds };
    case "lifetime-not-positive":
      return { kind: "malformed-expires" };
    case "not-yet-valid":
      return { kind: "not-yet-valid", at: signedAt, limit: verdict.limit, now };
    case "expired":
      return { kind: "expired", form, at: verdict.expiredAt, limit: now, now };
  }
}

function checkCoverage(
  { headers }: SignedRequest,
  { signedHeaders }: RequestSignature,
): RequestFailure | undefined {
  const signed = new Set(signedHeaders);
  const present = new Set(headers.map(([name]) => name.toLowerCase()));
  const mustBeSigned = ["host", ...[...present].filter((name) => name.startsWith("x-amz-"))];
  const unsigned = mustBeSigned.find((name) => !signed.has(name));
  if (unsigned !== undefined) return { kind: "header-not-signed", header: unsigned };
  const absent = signedHeaders.find((name) => !present.has(name));
  return absent === undefined ? undefined : { kind: "signed-header-absent", header: absent };
}

function checkScope(
  { credential, amzDate }: RequestSignature,
  services: readonly string[],
): RequestFailure | undefined {
  const { service, date } = credential;
  if (!services.includes(service)) {
    return { kind: "wrong-service", seen: service, expected: services };
  }
  const expected = amzDate.slice(0, "YYYYMMDD".length);
  return date === expected ? undefined : { kind: "wrong-scope-date", seen: date, expected };
}

function checkBodyHash(
  { headers }: SignedRequest,
  { queryParameters }: RequestSignature,
  bodyHash: string,
): RequestFailure | undefined {
  const inQuery = queryParameters.find(([name]) => name === BODY_HASH_PARAMETER)?.[1];
  for (const given of [canonicalHeaders(headers).get(BODY_HASH_HEADER), inQuery]) {
    if (given === undefined || given === bodyHash) continue;
    const isNoHash = /^(?:UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/.test(given);
    return { kind: isNoHash ? "body-not-signed" : "body-hash-mismatch" };
  }
  return undefined;
}

function isSameText(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left);
  const rightBytes = Buffer.from(right);
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes);
}
