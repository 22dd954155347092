/**
 * Why a signature is wrong: the verifier has the secret, so it can make the usual mistakes itself
 * and see which of them gives the client's signature.
 */
import type { AuthToken, QueryParameter } from "./auth-token.ts";
import { canonicalRequest } from "./canonical-request.ts";
import { EMPTY_PAYLOAD_HASH, SIGNATURE_PARAMETER } from "./constants.ts";
import { type CredentialScope, formatScope } from "./credential-scope.ts";
import { uriEncode } from "./percent-encoding.ts";
import { SigningKeyCache } from "./signing-key.ts";
import { stringToSign } from "./string-to-sign.ts";
import {
  MAX_TRIED,
  otherScopes,
  shiftedDate,
  type SigningMistakeKind,
  type SigningSurroundings,
  tokenChanges,
} from "./token-changes.ts";
import { computeSignature, isSameText } from "./verify-signature.ts";

/** A request that may have been signed in place of the token's own. */
export interface SigningMistake {
  readonly kind: SigningMistakeKind;
  /** In the emulator's voice; without secrets. */
  readonly description: string;
  readonly secretAccessKey: string;
  /** With the session token: not for logs. */
  readonly canonicalRequest: string;
  /** Date and scope of the string to sign. */
  readonly signed: Pick<AuthToken, "amzDate" | "credential">;
  /** What the signing key is derived for. */
  readonly keyScope: Pick<CredentialScope, "date" | "region" | "service">;
}

const NO_SURROUNDINGS: SigningSurroundings = { hosts: [], regions: [], accessKeys: [] };

const PRINTABLE_ASCII = /^[ -~]*$/;

/** What a copied secret may have around it. */
const USUAL_DAMAGES: readonly (readonly [words: string, damage: (secret: string) => string])[] = [
  ["with white space at its end", (secret) => `${secret}\n`],
  ["with white space at its end", (secret) => `${secret} `],
  ["with white space at its end", (secret) => `${secret}\r\n`],
  ["with white space at its end", (secret) => `${secret}\r`],
  ["with white space at its beginning", (secret) => ` ${secret}`],
  ["in quotation marks", (secret) => `"${secret}"`],
  ["in quotation marks", (secret) => `'${secret}'`],
  ["percent-encoded", (secret) => (PRINTABLE_ASCII.test(secret) ? uriEncode(secret) : secret)],
];

/** The mistake behind a wrong signature, without secrets. */
export interface SignatureDiagnosis {
  /** `undefined` when none of those that were tried gives the client's signature. */
  readonly mistake: Pick<SigningMistake, "kind" | "description"> | undefined;
  /** How many were tried. */
  readonly tried: number;
}

/** Finds the mistake that gives the token's signature. For wrong signatures: it takes some milliseconds. */
export function diagnoseSignature(
  token: AuthToken,
  secretAccessKey: string,
  surroundings: SigningSurroundings = NO_SURROUNDINGS,
): SignatureDiagnosis {
  // Of its own: the cache of the verifier is for keys that exist.
  const keys = new SigningKeyCache();
  const mistakes = signingMistakes(token, secretAccessKey, surroundings);
  const index = mistakes.findIndex((mistake) => {
    const { date, region, service } = mistake.keyScope;
    const key = keys.signingKey(mistake.secretAccessKey, date, region, service);
    const text = stringToSign(mistake.signed, mistake.canonicalRequest);
    return isSameText(computeSignature(key, text), token.signature);
  });
  const found = mistakes[index];
  return {
    mistake: found && { kind: found.kind, description: found.description },
    tried: found === undefined ? mistakes.length : index + 1,
  };
}

/** The mistakes that can be made with this token, the likelier ones first; fewer than 250. */
export function signingMistakes(
  token: AuthToken,
  secretAccessKey: string,
  surroundings: SigningSurroundings = NO_SURROUNDINGS,
): SigningMistake[] {
  const own = canonicalRequest(token);
  const { credential } = token;
  const base = { secretAccessKey, canonicalRequest: own, signed: token, keyScope: credential };
  return [
    ...secretMistakes(token, secretAccessKey, surroundings).map(
      ([kind, description, secret]): SigningMistake => ({
        ...base,
        kind,
        description,
        secretAccessKey: secret,
      }),
    ),
    ...tokenChanges(token, surroundings).map(([kind, description, changed]): SigningMistake => ({
      ...base,
      kind,
      description,
      canonicalRequest: canonicalRequest(changed),
      signed: changed,
      keyScope: changed.credential,
    })),
    ...keyMistakes(token, surroundings.regions).map(
      ([kind, description, keyScope]): SigningMistake => ({
        ...base,
        kind,
        description,
        keyScope,
      }),
    ),
    ...requestMistakes(token, own).map(([kind, description, request]): SigningMistake => ({
      ...base,
      kind,
      description,
      canonicalRequest: request,
    })),
  ];
}

function secretMistakes(
  { credential, securityToken }: AuthToken,
  secretAccessKey: string,
  { accessKeys }: SigningSurroundings,
): (readonly [SigningMistakeKind, string, string])[] {
  const { accessKeyId } = credential;
  return [
    ...USUAL_DAMAGES.map(
      ([words, damage]) =>
        [
          "secret-damaged",
          `the secret access key was used ${words}`,
          damage(secretAccessKey),
        ] as const,
    ),
    ...accessKeys
      .filter((key) => key.accessKeyId !== accessKeyId)
      .slice(0, MAX_TRIED.accessKeys)
      .map(
        (key) =>
          [
            "secret-of-other-key",
            `the secret is that of access key \`${key.accessKeyId}\``,
            key.secretAccessKey,
          ] as const,
      ),
    [
      "secret-is-no-secret",
      "the access key id was used as the secret access key",
      accessKeyId,
    ] as const,
    ...(securityToken === undefined
      ? []
      : [
          [
            "secret-is-no-secret",
            "the session token was used as the secret access key",
            securityToken,
          ] as const,
        ]),
  ];
}

/** The signing key is not the one of the scope, which signers keep and hand in. */
function keyMistakes(
  token: AuthToken,
  regions: readonly string[],
): (readonly [SigningMistakeKind, string, CredentialScope])[] {
  const { credential } = token;
  const { date } = credential;
  const days = [-1, 1].map((offset) => shiftedDate(token, offset).slice(0, 8));
  return [
    ...days
      .filter((day) => day !== date)
      .map(
        (day) =>
          [
            "signing-key-of-other-day",
            `the signing key was derived for ${day}, the scope says ${date}: a signing key lasts one day (UTC)`,
            { ...credential, date: day },
          ] as const,
      ),
    ...otherScopes(credential, regions).map(
      ([what, scope]) =>
        [
          "signing-key-of-other-scope",
          `the signing key was derived for ${what}, the scope says \`${formatScope(credential)}\``,
          scope,
        ] as const,
    ),
  ];
}

/** Another request was hashed. */
function requestMistakes(
  token: AuthToken,
  own: string,
): (readonly [SigningMistakeKind, string, string])[] {
  const withQuery = (query: string): string =>
    own.replace(/^(GET\n\/\n).*/, (_all, start: string) => start + query);
  return [
    [
      "payload-hash",
      "the hashed payload was signed as `UNSIGNED-PAYLOAD`, expected the SHA-256 of nothing",
      own.replace(EMPTY_PAYLOAD_HASH, "UNSIGNED-PAYLOAD"),
    ],
    [
      "payload-hash",
      "the hashed payload was signed as an empty text, expected the SHA-256 of nothing",
      own.replace(EMPTY_PAYLOAD_HASH, ""),
    ],
    ["method", "the request was signed as a POST, expected GET", own.replace(/^GET/, "POST")],
    [
      "path",
      "the path was signed as an empty text, expected `/`",
      own.replace(/^GET\n\/\n/, "GET\n\n"),
    ],
    [
      "parameter-order",
      "the parameters were signed in the order of the token, expected sorted by name",
      withQuery(queryOf(token.queryParameters, uriEncode)),
    ],
    [
      "parameter-encoding",
      "the parameters were signed without percent-encoding",
      withQuery(queryOf(sorted(token), (text) => text)),
    ],
    [
      "parameter-encoding",
      "the parameters were percent-encoded twice when they were signed",
      withQuery(queryOf(sorted(token), (text) => uriEncode(uriEncode(text)))),
    ],
  ];
}

function queryOf(parameters: readonly QueryParameter[], encode: (text: string) => string): string {
  return parameters
    .filter(([name]) => name !== SIGNATURE_PARAMETER)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
}

function sorted({ queryParameters }: AuthToken): readonly QueryParameter[] {
  return queryParameters.toSorted(([left], [right]) => (left < right ? -1 : 1));
}
