/**
 * Step 1 of SigV4, the canonical request, for the one request that an auth token stands for:
 * `GET /` with the token's parameters, the header `host`, and no body.
 */
import { redactSecret } from "../shared/index.ts";
import type { AuthToken, QueryParameter } from "./auth-token.ts";
import { EMPTY_PAYLOAD_HASH, SECURITY_TOKEN_PARAMETER, SIGNATURE_PARAMETER } from "./constants.ts";
import { uriEncode } from "./percent-encoding.ts";

/**
 * All parameters but `X-Amz-Signature`, encoded, then sorted by name and by value.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#create-canonical-request
 */
export function canonicalQueryString(parameters: readonly QueryParameter[]): string {
  return joinSorted(
    parameters
      .filter(([name]) => name !== SIGNATURE_PARAMETER)
      .map(([name, value]) => [uriEncode(name), uriEncode(value)]),
  );
}

/**
 * The canonical request of a token. It contains the session token, so it is not for logs: those get
 * {@link redactedCanonicalRequest}.
 */
export function canonicalRequest(token: AuthToken): string {
  return requestOf(token, canonicalQueryString(token.queryParameters));
}

/** The canonical request for people: the session token replaced by its length. */
export function redactedCanonicalRequest(token: AuthToken): string {
  const parameters = token.queryParameters
    .filter(([name]) => name !== SIGNATURE_PARAMETER)
    .map(([name, value]): QueryParameter => [
      uriEncode(name),
      name === SECURITY_TOKEN_PARAMETER ? redactSecret(value) : uriEncode(value),
    ]);
  return requestOf(token, joinSorted(parameters));
}

function requestOf(token: AuthToken, query: string): string {
  // SPEC: method, path, query, headers (each with a line feed), an empty line's end, signed headers, hashed payload.
  return `GET\n/\n${query}\nhost:${token.host}\n\n${token.signedHeaders}\n${EMPTY_PAYLOAD_HASH}`;
}

function joinSorted(encoded: QueryParameter[]): string {
  return encoded
    .sort(byNameThenValue)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By code units, which for encoded texts is the byte order that the specification wants. */
function byNameThenValue(left: QueryParameter, right: QueryParameter): number {
  if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
  if (left[1] === right[1]) return 0;
  return left[1] < right[1] ? -1 : 1;
}
