/**
 * From the password of a connection to the facts of an auth token. Works on the raw text: whatever
 * a URL parser would normalize (case of the host, default port, user name, fragment, `//`) is
 * either kept for the signature or refused.
 */

import { parseAmzDate } from "./amz-date.ts";
import {
  type AuthToken,
  type MalformedAuthToken,
  malformed,
  type ParsedAuthToken,
  showValue,
} from "./auth-token.ts";
import {
  ALGORITHM,
  AUTH_TOKEN_PARAMETERS,
  SECURITY_TOKEN_PARAMETER,
  SIGNATURE_PARAMETER,
  SIGNED_HEADERS,
} from "./constants.ts";
import { parseCredentialScope } from "./credential-scope.ts";
import { type ParsedQuery, parseQueryParameters } from "./parse-query-parameters.ts";

const SCHEME = "https://";

/** Our choice: a token with the longest session tokens in use has a few thousand characters. */
const MAX_TOKEN_CHARACTERS = 65_536;

/** A name or IPv4 address, with or without a port: a signer signs a port, so it is not cut off. */
const HOST = /^[A-Za-z0-9._-]+(?::\d{1,5})?$/;

/** A sign and at most 15 digits (our choice), so that the number is exact. */
const EXPIRES = /^-?\d{1,15}$/;

const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Reads an auth token, strictly. Some signers write no `/` before the `?`, and a leading `https://`
 * is tolerated; ranges, the scope and the action's value are for later checks.
 *
 * @see {@link parseQueryParameters} for the rules of the query
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
 */
export function parseAuthToken(raw: string): ParsedAuthToken | MalformedAuthToken {
  if (raw.length > MAX_TOKEN_CHARACTERS) {
    return malformed(
      "too-long",
      `it has ${raw.length} characters, more than ${MAX_TOKEN_CHARACTERS}`,
    );
  }
  const queryStart = raw.indexOf("?");
  if (queryStart === -1) {
    return malformed("no-query", "there is no `?` after the host name");
  }
  const host = hostBefore(raw, queryStart);
  if (!HOST.test(host)) {
    return malformed(
      "invalid-host",
      host === ""
        ? "there is no host name before the `?`"
        : "before the `?` must stand a host name and at most one `/`, without user name, path, fragment or white space",
    );
  }
  const query = parseQueryParameters(raw.slice(queryStart + 1));
  return query.kind === "malformed" ? query : readParameters(host, query);
}

function hostBefore(raw: string, queryStart: number): string {
  const start = raw.startsWith(SCHEME) ? SCHEME.length : 0;
  const end = queryStart > start && raw[queryStart - 1] === "/" ? queryStart - 1 : queryStart;
  return raw.slice(start, end);
}

function readParameters(
  host: string,
  { values, parameters }: ParsedQuery,
): ParsedAuthToken | MalformedAuthToken {
  const action = values.get("Action");
  const algorithm = values.get("X-Amz-Algorithm");
  const scope = values.get("X-Amz-Credential");
  const amzDate = values.get("X-Amz-Date");
  const expires = values.get("X-Amz-Expires");
  const signedHeaders = values.get("X-Amz-SignedHeaders");
  const signature = values.get(SIGNATURE_PARAMETER);
  const securityToken = values.get(SECURITY_TOKEN_PARAMETER);
  if (
    action === undefined ||
    algorithm === undefined ||
    scope === undefined ||
    amzDate === undefined ||
    expires === undefined ||
    signedHeaders === undefined ||
    signature === undefined
  ) {
    return missingParameters(values);
  }
  if (algorithm !== ALGORITHM) {
    return unexpected("unsupported-algorithm", "X-Amz-Algorithm", algorithm, `\`${ALGORITHM}\``);
  }
  const credential = parseCredentialScope(scope);
  if (credential.kind === "malformed") return credential;
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === undefined) {
    return unexpected("invalid-date", "X-Amz-Date", amzDate, "a real date as `YYYYMMDDTHHMMSSZ`");
  }
  if (!EXPIRES.test(expires)) {
    return unexpected("invalid-expires", "X-Amz-Expires", expires, "a whole number of seconds");
  }
  if (signedHeaders !== SIGNED_HEADERS) {
    const expected = `\`${SIGNED_HEADERS}\``;
    return unexpected("unsupported-signed-headers", "X-Amz-SignedHeaders", signedHeaders, expected);
  }
  if (!SIGNATURE.test(signature)) {
    return malformed(
      "invalid-signature",
      `\`X-Amz-Signature\` must be 64 lower-case hex digits, this one has ${signature.length} characters`,
    );
  }
  const token: AuthToken = {
    host,
    action,
    algorithm,
    credential: credential.credential,
    signedAt,
    amzDate,
    expiresInSeconds: Number(expires),
    signedHeaders,
    ...(securityToken === undefined ? undefined : { securityToken }),
    signature,
    queryParameters: parameters,
  };
  return { kind: "parsed", token };
}

function missingParameters(values: ReadonlyMap<string, string>): MalformedAuthToken {
  const missing = AUTH_TOKEN_PARAMETERS.filter(
    (name) => name !== SECURITY_TOKEN_PARAMETER && !values.has(name),
  );
  return malformed(
    "missing-parameter",
    `the query has no ${missing.map((name) => `\`${name}\``).join(", ")}`,
  );
}

function unexpected(
  code: MalformedAuthToken["code"],
  name: string,
  value: string,
  expected: string,
): MalformedAuthToken {
  return malformed(code, `\`${name}\` is ${showValue(value)}, expected ${expected}`);
}
