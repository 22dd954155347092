/**
 * Step 1 of SigV4 for any HTTP request: the canonical path, query and headers.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#create-canonical-request
 */
import { redactSecret } from "../shared/index.ts";
import type { QueryParameter } from "./auth-token.ts";
import { canonicalQueryString } from "./canonical-request.ts";
import { SECURITY_TOKEN_PARAMETER, SIGNATURE_PARAMETER } from "./constants.ts";
import { uriEncode } from "./percent-encoding.ts";
import type { RequestHeader, RequestSignature, SignedRequest } from "./request-signature.ts";

/** The session token of a request that is signed in its headers: a secret. */
export const SECURITY_TOKEN_HEADER = "x-amz-security-token";

/** Characters of a header value that count as white space. */
const SPACES = /[ \t]+/g;

/**
 * The canonical path. Every part is encoded as it was sent, so what was encoded for the wire is
 * encoded twice; `.`, `..` and empty parts are resolved. S3 alone signs the path as it is.
 *
 * @throws URIError for a lone surrogate, or in the path of an S3 request a broken escape
 */
export function canonicalPath(rawPath: string, service: string): string {
  if (service === "s3") {
    return rawPath
      .split("/")
      .map((part) => uriEncode(decodeURIComponent(part)))
      .join("/");
  }
  const parts: string[] = [];
  for (const part of rawPath.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(uriEncode(part));
  }
  const isFolder = /\/\.{0,2}$/.test(rawPath) && parts.length > 0;
  return `/${parts.join("/")}${isFolder ? "/" : ""}`;
}

/**
 * Splits and decodes a query; `undefined` if an escape is broken. A `+` is a space, as in the forms
 * that HTML sends: what is signed must be what is later read, or a `%2B` could be altered to a `+`.
 */
export function readRequestQuery(rawQuery: string): readonly QueryParameter[] | undefined {
  if (rawQuery === "") return [];
  try {
    return rawQuery
      .split("&")
      .filter((part) => part !== "")
      .map((part): QueryParameter => {
        const equals = part.indexOf("=");
        return equals === -1
          ? [decode(part), ""]
          : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
      });
  } catch {
    return undefined;
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

/**
 * The values of headers as they are signed, by lower-case name: all values of a name in their order,
 * each trimmed, runs of spaces as one.
 */
export function canonicalHeaders(headers: readonly RequestHeader[]): ReadonlyMap<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lowerCase = name.toLowerCase();
    const canonical = value.replace(SPACES, " ").trim();
    const present = values.get(lowerCase);
    if (present === undefined) values.set(lowerCase, [canonical]);
    else present.push(canonical);
  }
  return new Map([...values].map(([name, all]) => [name, all.join(",")]));
}

/** The canonical request: not for logs, since it contains a session token. */
export function requestToSign(
  request: SignedRequest,
  signature: RequestSignature,
  bodyHash: string,
): string {
  const query = canonicalQueryString(signature.queryParameters);
  return assemble(request, signature, bodyHash, query, (_name, value) => value);
}

/** The canonical request for people: session tokens replaced by their length. */
export function redactedRequestToSign(
  request: SignedRequest,
  signature: RequestSignature,
  bodyHash: string,
): string {
  const query = signature.queryParameters
    .filter(([name]) => name !== SIGNATURE_PARAMETER)
    .map(
      ([name, value]) =>
        `${uriEncode(name)}=${name === SECURITY_TOKEN_PARAMETER ? redactSecret(value) : uriEncode(value)}`,
    )
    .sort();
  return assemble(request, signature, bodyHash, query.join("&"), (name, value) =>
    name === SECURITY_TOKEN_HEADER ? redactSecret(value) : value,
  );
}

function assemble(
  { method, rawPath, headers }: SignedRequest,
  { credential, signedHeaders }: RequestSignature,
  bodyHash: string,
  query: string,
  show: (name: string, value: string) => string,
): string {
  const values = canonicalHeaders(headers);
  const headerLines = signedHeaders.map(
    (name) => `${name}:${show(name, values.get(name) ?? "")}\n`,
  );
  const path = canonicalPath(rawPath, credential.service);
  return `${method}\n${path}\n${query}\n${headerLines.join("")}\n${signedHeaders.join(";")}\n${bodyHash}`;
}
