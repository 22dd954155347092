/**
 * Verifies the tokens of OpenID Connect providers with the providers' keys: given inline, in a file,
 * or behind a URL on a loopback address. The emulator calls no other address.
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import type { FoundProvider } from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";

/** Signature algorithms that are taken; SPEC: those that providers of AWS may use. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];
const FETCH_TIMEOUT_MS = 5000;
const MAX_BODY_BYTES = 262_144;

/** What a token says once its signature is verified, or why it is not. */
export type VerifiedToken =
  | { readonly kind: "verified"; readonly claims: JWTPayload }
  | { readonly kind: "expired"; readonly expiredAt: Date; readonly now: Date }
  | { readonly kind: "no-keys"; readonly reason: string }
  | { readonly kind: "invalid"; readonly reason: string };

/** Verifies signature and times of tokens; for whom they are is the caller's to ask. */
export class OidcTokens {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Verifies that the provider signed the token. */
  async verify(provider: FoundProvider, token: string): Promise<VerifiedToken> {
    let keys: JWTVerifyGetKey;
    try {
      keys = createLocalJWKSet(await keySetOf(provider));
    } catch (error) {
      return { kind: "no-keys", reason: `keys of ${provider.url}: ${messageOf(error)}` };
    }
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        requiredClaims: ["exp"],
        // The times are looked at afterwards, since the answers differ.
        clockTolerance: Number.MAX_SAFE_INTEGER,
      });
      return this.#checkTimes(payload);
    } catch (error) {
      if (isForged(error)) return { kind: "invalid", reason: error.message };
      // The key is not in the set, or is none that can be used: too short, not on its curve.
      return { kind: "no-keys", reason: `keys of ${provider.url}: ${messageOf(error)}` };
    }
  }

  #checkTimes(claims: JWTPayload): VerifiedToken {
    const now = this.#clock.now();
    const { exp = 0, nbf = 0 } = claims;
    if (exp * 1000 <= now.getTime()) {
      return { kind: "expired", expiredAt: new Date(exp * 1000), now };
    }
    if (nbf * 1000 > now.getTime()) return { kind: "invalid", reason: "it is not valid yet (nbf)" };
    return { kind: "verified", claims };
  }
}

/** Whether the token is what is wrong, and not the key for it. */
function isForged(error: unknown): error is Error {
  return error instanceof errors.JOSEError && !(error instanceof errors.JWKSNoMatchingKey);
}

async function keySetOf({ url, keys }: FoundProvider): Promise<JSONWebKeySet> {
  if (keys?.jwks !== undefined) return keys.jwks as unknown as JSONWebKeySet;
  if (keys?.jwksFile !== undefined) {
    return JSON.parse(await readFile(keys.jwksFile, "utf8")) as JSONWebKeySet;
  }
  if (keys?.jwksUrl !== undefined) return (await fetchJson(keys.jwksUrl)) as JSONWebKeySet;
  const discovered = await fetchJson(`https://${url}/.well-known/openid-configuration`);
  const { jwks_uri: keysUrl } = (discovered ?? {}) as { readonly jwks_uri?: unknown };
  if (typeof keysUrl !== "string") throw new Error("the provider's configuration has no jwks_uri");
  return (await fetchJson(keysUrl)) as JSONWebKeySet;
}

async function fetchJson(url: string): Promise<unknown> {
  if (!isLoopback(new URL(url).hostname)) {
    throw new Error(`${url} is not on a loopback address: give the keys as jwks or jwksFile`);
  }
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_BODY_BYTES) throw new Error(`${url} answered more than a key set`);
  return JSON.parse(text);
}

/** Whether a host is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
