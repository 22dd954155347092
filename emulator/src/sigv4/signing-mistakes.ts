/**
 * Why a signature is wrong: the verifier has the secret, so it can make the usual mistakes itself
 * and see which of them gives the client's signature.
 */
import type { AuthToken } from "./auth-token.ts";
import { canonicalRequest } from "./canonical-request.ts";
import { EMPTY_PAYLOAD_HASH, SECURITY_TOKEN_PARAMETER, SIGNATURE_PARAMETER } from "./constants.ts";
import { uriEncode } from "./percent-encoding.ts";

/** A request that may have been signed in place of the token's own. */
export interface SigningMistake {
  /** In the emulator's voice; without secrets. */
  readonly description: string;
  readonly secretAccessKey: string;
  /** With the session token: not for logs. */
  readonly canonicalRequest: string;
}

/** The ports that clients add to a host: PostgreSQL's and that of https. */
const USUAL_PORTS = [5432, 443] as const;

/** What a copied secret may have at its end. */
const USUAL_WHITE_SPACE = ["\n", " ", "\r\n", "\r"] as const;

/** The mistakes that can be made with this token, the likelier ones first; at most a dozen. */
export function signingMistakes(token: AuthToken, secretAccessKey: string): SigningMistake[] {
  const own = canonicalRequest(token);
  const mistake = (description: string, request: string): SigningMistake => ({
    description,
    secretAccessKey,
    canonicalRequest: request,
  });
  return [
    ...USUAL_WHITE_SPACE.map((space) => ({
      description: "the secret access key was used with white space at its end",
      secretAccessKey: `${secretAccessKey}${space}`,
      canonicalRequest: own,
    })),
    ...hostMistakes(token).map(([description, host]) =>
      mistake(description, canonicalRequest({ ...token, host })),
    ),
    ...parameterMistakes(token).map(([description, queryParameters]) =>
      mistake(description, canonicalRequest({ ...token, queryParameters })),
    ),
    mistake(
      "the hashed payload was signed as `UNSIGNED-PAYLOAD`, expected the SHA-256 of nothing",
      own.replace(EMPTY_PAYLOAD_HASH, "UNSIGNED-PAYLOAD"),
    ),
    mistake("the request was signed as a POST, expected GET", own.replace(/^GET/, "POST")),
    mistake(
      "the parameters were signed in the order of the token, expected sorted by name",
      own.replace(/^(GET\n\/\n).*/, (_all, start: string) => start + unsortedQuery(token)),
    ),
  ];
}

function hostMistakes({ host }: AuthToken): [description: string, host: string][] {
  const lowerCase = host.toLowerCase();
  const withoutPort = host.replace(/:\d+$/, "");
  if (withoutPort !== host) {
    return [["the host was signed without the port that the token has", withoutPort]];
  }
  return [
    ...(lowerCase === host
      ? []
      : [pair("the host was signed in lower case, but the token has it in upper case", lowerCase)]),
    ...USUAL_PORTS.map((port) =>
      pair(`the host was signed with port ${port}, but the token has no port`, `${host}:${port}`),
    ),
  ];
}

function parameterMistakes(
  token: AuthToken,
): [description: string, parameters: AuthToken["queryParameters"]][] {
  const { action, securityToken, queryParameters } = token;
  const signedAction = action === "DbConnect" ? "DbConnectAdmin" : "DbConnect";
  return [
    pair(
      `the token was signed for \`${signedAction}\` and \`Action\` was changed afterwards`,
      queryParameters.map(([name, value]) => [name, name === "Action" ? signedAction : value]),
    ),
    ...(securityToken === undefined
      ? []
      : [
          pair(
            `\`${SECURITY_TOKEN_PARAMETER}\` was added after signing`,
            queryParameters.filter(([name]) => name !== SECURITY_TOKEN_PARAMETER),
          ),
        ]),
  ];
}

function unsortedQuery({ queryParameters }: AuthToken): string {
  return queryParameters
    .filter(([name]) => name !== SIGNATURE_PARAMETER)
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .join("&");
}

function pair<Value>(description: string, value: Value): [string, Value] {
  return [description, value];
}
