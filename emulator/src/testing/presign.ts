/** Signs with AWS's library, right or wrong as a test wants it; the emulator verifies with its own code. */
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

/** What a token or request is signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The contents of a token. */
export interface TokenContents {
  /** Host name, without port. */
  readonly host: string;
  readonly region: string;
  readonly service: string;
  readonly action: "DbConnect" | "DbConnectAdmin";
  readonly credentials: Credentials;
  /** From 1 to 604,800: the library signs no more. */
  readonly expiresInSeconds: number;
  readonly signedAt: Date;
}

/** A token with these contents. */
export async function presignToken(contents: TokenContents): Promise<string> {
  const { host, action, expiresInSeconds, signedAt } = contents;
  const { query = {} } = await signer(contents).presign(
    {
      method: "GET",
      protocol: "https:",
      hostname: host,
      path: "/",
      headers: { host },
      query: { Action: action },
    },
    { expiresIn: expiresInSeconds, signingDate: signedAt },
  );
  const parameters = Object.entries(query).map(
    ([name, value]) => `${encode(name)}=${encode(String(value))}`,
  );
  return `${host}/?${parameters.join("&")}`;
}

/** The headers of a signed POST of a form to `url`. */
export async function signForm(
  url: URL,
  body: string,
  scope: Pick<TokenContents, "region" | "service" | "credentials" | "signedAt">,
): Promise<Record<string, string>> {
  const { headers } = await signer(scope).sign(
    {
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, "content-type": "application/x-www-form-urlencoded" },
      body,
    },
    { signingDate: scope.signedAt },
  );
  return headers;
}

function signer({
  service,
  region,
  credentials,
}: Pick<TokenContents, "region" | "service" | "credentials">): SignatureV4 {
  return new SignatureV4({ service, region, credentials, sha256: Sha256 });
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

type Data = string | ArrayBuffer | ArrayBufferView;

/** A hash, or with a secret its HMAC, in the form that the library asks for. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: Data) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: Data): void {
    this.#hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytes(data: Data): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
