/**
 * Temporary credentials. A session token is a signed JSON Web Token that says all there is to know of
 * its session, so that it needs no store and survives a restart; the secret is derived from the
 * access key id and the emulator's key, so that it does not stand in the token.
 */
import { createHmac, randomBytes } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import type {
  CallerSession,
  NewSession,
  SessionPrincipal,
  TemporaryCredentials,
} from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";
import { makeAccessKeyId } from "./access-key-id.ts";

const ISSUER = "dsql-emulator";
const ALGORITHM = "HS256";
/** 30 bytes are the 40 base64 characters of a secret. */
const SECRET_BYTES = 30;
const RANDOM_BYTES = 5;

/** A session as its token tells it. */
export interface OpenedSession {
  readonly accountId: string;
  readonly principal: SessionPrincipal;
  readonly session: CallerSession;
  readonly secretAccessKey: string;
  readonly isExpired: boolean;
}

/** What stands in a token besides the registered claims; times are in seconds. */
interface SessionClaims {
  readonly account: string;
  readonly principal: SessionPrincipal;
  readonly facts: Omit<
    NewSession,
    "accountId" | "principal" | "durationSeconds" | "mfaAuthenticatedAt"
  >;
  readonly mfa?: number;
}

/** Makes and opens session tokens. */
export class SessionTokens {
  readonly #key: Uint8Array;
  readonly #clock: Clock;

  /** @param key at least 32 bytes; tokens are good as long as it stays the same */
  constructor(key: Uint8Array, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** Begins a session. */
  async issue(grant: NewSession): Promise<TemporaryCredentials> {
    const { accountId, principal, durationSeconds, mfaAuthenticatedAt, ...facts } = grant;
    const accessKeyId = makeAccessKeyId("ASIA", accountId, randomBytes(RANDOM_BYTES));
    const issuedAt = seconds(this.#clock.now());
    const expiresAt = issuedAt + durationSeconds;
    const claims: SessionClaims = {
      account: accountId,
      principal,
      facts,
      ...(mfaAuthenticatedAt === undefined ? {} : { mfa: seconds(mfaAuthenticatedAt) }),
    };
    const sessionToken = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setJti(accessKeyId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(this.#key);
    return {
      accessKeyId,
      secretAccessKey: this.#secretOf(accessKeyId),
      sessionToken,
      expiration: new Date(expiresAt * 1000),
    };
  }

  /** The session of a token; `undefined` if the token is none of this access key. */
  async open(accessKeyId: string, sessionToken: string): Promise<OpenedSession | undefined> {
    const verified = await this.#verify(sessionToken);
    if (verified?.jti !== accessKeyId) return undefined;
    const { iat = 0, exp = 0, account, principal, facts, mfa } = verified;
    return {
      accountId: account,
      principal,
      session: {
        ...facts,
        ...(mfa === undefined ? {} : { mfaAuthenticatedAt: new Date(mfa * 1000) }),
        issuedAt: new Date(iat * 1000),
        expiresAt: new Date(exp * 1000),
      },
      secretAccessKey: this.#secretOf(accessKeyId),
      isExpired: this.#clock.now().getTime() >= exp * 1000,
    };
  }

  async #verify(
    token: string,
  ): Promise<(SessionClaims & { jti?: string; iat?: number; exp?: number }) | undefined> {
    try {
      // Whether it is over is told apart from whether it is one: any time before its end will do.
      const { payload } = await jwtVerify<SessionClaims>(token, this.#key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ["jti", "iat", "exp"],
        currentDate: new Date(0),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  #secretOf(accessKeyId: string): string {
    const digest = createHmac("sha256", this.#key).update(`secret of ${accessKeyId}`).digest();
    return digest.subarray(0, SECRET_BYTES).toString("base64");
  }
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
