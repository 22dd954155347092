/** Who sent a request: its signature, checked against the credentials that it names. */
import { createHash } from "node:crypto";
import type { AccessKeyLookup } from "../../iam/index.ts";
import type { Clock } from "../../shared/index.ts";
import {
  checkRequestSignature,
  parseRequestSignature,
  type RequestFailure,
  type SignedRequest,
  type SigningKeyCache,
  verifyRequestSignature,
} from "../../sigv4/index.ts";
import type { AwsCaller, KeyUseRecorder } from "./ports.ts";

/** A request as it was received. */
export interface ReceivedRequest extends SignedRequest {
  readonly body: Uint8Array;
}

/** Why a request is nobody's. */
export type AuthenticationFailure =
  | RequestFailure
  | { readonly kind: "unknown-access-key" }
  | { readonly kind: "invalid-session-token" }
  | { readonly kind: "expired-session-token" };

/** The caller, with the scope that it signed for; or why there is none. */
export type Authentication =
  | {
      readonly kind: "authenticated";
      readonly caller: AwsCaller;
      readonly service: string;
      /** As the client is configured: with an endpoint of its own, any region. */
      readonly region: string;
    }
  | { readonly kind: "refused"; readonly failure: AuthenticationFailure };

/** What authentication is done with. */
export interface Authenticator {
  readonly clock: Clock;
  readonly accessKeys: AccessKeyLookup;
  readonly keyCache: SigningKeyCache;
  /** Told of each use of a key. */
  readonly uses?: KeyUseRecorder;
  /** Signing names that are taken here. */
  readonly services: readonly string[];
}

/**
 * Checks in the order that is known of the JSON services: form, clock, scope, access key, signature,
 * session token. What is wrong with a session token is told only to those who know the secret.
 */
export async function authenticateRequest(
  request: ReceivedRequest,
  authenticator: Authenticator,
): Promise<Authentication> {
  const { clock, accessKeys, keyCache, services } = authenticator;
  const parsed = parseRequestSignature(request);
  if (parsed.kind === "refused") return parsed;
  const { signature } = parsed;
  const early = checkRequestSignature(request, signature, { now: clock.now(), services });
  if (early !== undefined) return { kind: "refused", failure: early };
  const { accessKeyId, service, region } = signature.credential;
  const found = await accessKeys.findAccessKey(accessKeyId, signature.sessionToken);
  if (found.kind === "unknown" || found.accessKey.status === "Inactive") {
    return { kind: "refused", failure: { kind: "unknown-access-key" } };
  }
  const { secretAccessKey, caller, sessionProblem } = found.accessKey;
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const late = verifyRequestSignature({ request, signature, bodyHash, secretAccessKey, keyCache });
  if (late !== undefined) return { kind: "refused", failure: late };
  if (sessionProblem !== undefined) {
    return { kind: "refused", failure: { kind: `${sessionProblem.kind}-session-token` } };
  }
  authenticator.uses?.recordUse(caller, accessKeyId, { service, region });
  return { kind: "authenticated", caller: { ...caller, accessKeyId }, service, region };
}
