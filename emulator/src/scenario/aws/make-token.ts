/**
 * Makes tokens, also such as no signer makes. The key is derived and the text signed by AWS's library; what
 * is signed is put together here, since the library refuses wrong lifetimes.
 */
import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { isObject, scalarText } from "../format/json-value.ts";
import type { Credentials } from "../run/config-facts.ts";
import { Sha256 } from "./sha256.ts";

/** What a token is made of. */
export interface TokenContents {
  readonly host: string;
  readonly region: string;
  readonly service: string;
  readonly action: string;
  readonly credentials: Credentials;
  /** X-Amz-Expires as it is written. */
  readonly expiresIn: string;
  readonly signedAt: Date;
  /** YYYYMMDD; by default the day of `signedAt`. */
  readonly scopeDate?: string | undefined;
}

/**
 * Signs a token as AWS documents it: a presigned GET, without the scheme.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
 */
export async function makeToken(contents: TokenContents): Promise<string> {
  const { host, region, service, credentials, signedAt } = contents;
  const amzDate = signedAt.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = contents.scopeDate ?? amzDate.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const parameters: readonly (readonly [string, string])[] = [
    ["Action", contents.action],
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${scope}`],
    ["X-Amz-Date", amzDate],
    ["X-Amz-Expires", contents.expiresIn],
    ...(credentials.sessionToken === undefined
      ? []
      : [["X-Amz-Security-Token", credentials.sessionToken] as const]),
    ["X-Amz-SignedHeaders", "host"],
  ];
  const query = parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const canonical = ["GET", "/", query, `host:${host}`, "", "host", hash("")].join("\n");
  const text = ["AWS4-HMAC-SHA256", amzDate, scope, hash(canonical)].join("\n");
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const signingDate = new Date(
    `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00Z`,
  );
  const signature = await signer.sign(text, { signingDate });
  return `${host}/?${query}&X-Amz-Signature=${signature}`;
}

/**
 * Changes a token that has been signed.
 *
 * @param change `signature` for another last digit, or parameters with new values, `null` to leave one out
 */
export function tamper(token: string, change: unknown): string {
  if (change === "signature") {
    return token.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
  }
  if (!isObject(change)) return token;
  const [host = "", query = ""] = token.split("/?");
  const kept = query.split("&").flatMap((pair) => {
    const [name = "", value = ""] = pair.split("=");
    if (!Object.hasOwn(change, name)) return [`${name}=${value}`];
    return change[name] === null ? [] : [`${name}=${encode(scalarText(change[name]))}`];
  });
  const added = Object.entries(change)
    .filter(([name, value]) => value !== null && !query.includes(`${name}=`))
    .map(([name, value]) => `${encode(name)}=${encode(scalarText(value))}`);
  return `${host}/?${[...kept, ...added].join("&")}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
