/**
 * Makes auth tokens, as the AWS CLI's `generate-db-connect[-admin]-auth-token` does. It signs with
 * AWS's own library and shares no code with the verifier, so that each checks the other. Load it on
 * demand: only the commands that make tokens need the library.
 */
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AuthAction } from "../dsql/index.ts";

/** What a token is made of. */
export interface AuthTokenRequest {
  /** Signed as given: the cluster endpoint without port. */
  readonly hostName: string;
  readonly region: string;
  readonly action: AuthAction;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** From 1 to 604,800. */
  readonly expiresInSeconds: number;
  /** Milliseconds are cut off. */
  readonly signedAt: Date;
}

/** Longest lifetime of a presigned request, in seconds; the signing library has the same limit. */
const MAX_EXPIRES_IN_SECONDS = 604_800;

/**
 * Signs a token, its parameters in alphabetical order like those of `@aws-sdk/dsql-signer`.
 *
 * @throws RangeError when `expiresInSeconds` is not a whole number from 1 to 604,800
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
 */
export async function mintAuthToken(request: AuthTokenRequest): Promise<string> {
  const { hostName, region, action, credentials, expiresInSeconds, signedAt } = request;
  if (
    !Number.isInteger(expiresInSeconds) ||
    expiresInSeconds < 1 ||
    expiresInSeconds > MAX_EXPIRES_IN_SECONDS
  ) {
    throw new RangeError(
      `token lifetime is ${expiresInSeconds}, expected a whole number of seconds from 1 to ${MAX_EXPIRES_IN_SECONDS}`,
    );
  }
  const signer = new SignatureV4({ service: "dsql", region, credentials, sha256: NodeSha256 });
  const presigned = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname: hostName,
      path: "/",
      headers: { host: hostName },
      query: { Action: action },
    },
    { expiresIn: expiresInSeconds, signingDate: signedAt },
  );
  const query = Object.entries(presigned.query ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${rfc3986(name)}=${rfc3986(String(value))}`)
    .join("&");
  return `${hostName}/?${query}`;
}

function rfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

type SourceData = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, or HMAC-SHA-256 when made with a secret, in the form that the signing library asks for. */
class NodeSha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }

  update(data: SourceData): void {
    this.#hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytes(data: SourceData): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
