/** `X-Amz-Credential`: the access key id and the scope that the signing key is derived for. */
import { type MalformedAuthToken, malformed } from "./auth-token.ts";
import { SCOPE_TERMINATOR } from "./constants.ts";

/**
 * The five parts of a credential.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `YYYYMMDD` in a correct scope; compared with `X-Amz-Date`, not parsed. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: typeof SCOPE_TERMINATOR;
}

/**
 * Access key ids are word characters, at most 128; the published test keys are shorter than the
 * API's minimum of 16.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
 */
const ACCESS_KEY_ID = /^\w{1,128}$/;

/** Splits a decoded `X-Amz-Credential`. */
export function parseCredentialScope(
  text: string,
): { readonly kind: "parsed"; readonly credential: CredentialScope } | MalformedAuthToken {
  const parts = text.split("/");
  const [accessKeyId, date, region, service, terminator] = parts;
  if (parts.length !== 5 || !accessKeyId || !date || !region || !service || !terminator) {
    return malformed(
      "invalid-credential",
      `\`X-Amz-Credential\` has ${parts.length} parts or an empty one, expected access key id, date, region, service and \`${SCOPE_TERMINATOR}\` with \`/\` between them`,
    );
  }
  if (!ACCESS_KEY_ID.test(accessKeyId)) {
    return malformed(
      "invalid-credential",
      "the access key id in `X-Amz-Credential` must be 1 to 128 letters, digits or underscores: check that it is not the secret access key",
    );
  }
  if (terminator !== SCOPE_TERMINATOR) {
    return malformed(
      "invalid-credential",
      `\`X-Amz-Credential\` must end in \`${SCOPE_TERMINATOR}\``,
    );
  }
  return { kind: "parsed", credential: { accessKeyId, date, region, service, terminator } };
}

/** `date/region/service/aws4_request`, the line of the string to sign. */
export function formatScope(credential: CredentialScope): string {
  return `${credential.date}/${credential.region}/${credential.service}/${credential.terminator}`;
}
