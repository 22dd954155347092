/** Makes tokens: valid ones, and one for each way to be wrong. */
import { ADMIN_ROLE, requiredAuthAction } from "../dsql/index.ts";
import { clusterOf } from "./cluster-of.ts";
import { type Credentials, presignToken, type TokenContents } from "./presign.ts";
import type { TestEmulator } from "./test-emulator.ts";

/** Whom and what a token is for. */
export interface TokenOptions {
  readonly emulator: TestEmulator;
  /** Identifier, ARN or endpoint; by default the first cluster. */
  readonly cluster?: string;
  /** Role of the database; `admin` by default. */
  readonly role?: string;
  /** By default those of the emulator's administrator. */
  readonly credentials?: Credentials;
}

/** Makes the password of a connection, at the emulator's time. */
export type TokenFactory = (options: TokenOptions) => Promise<string>;

/** As AWS's signers: 15 minutes. */
const LIFETIME_SECONDS = 900;
const LONGEST_LIFETIME_SECONDS = 604_800;
const TEN_MINUTES_MS = 600_000;

async function make(
  options: TokenOptions,
  change: (right: TokenContents) => Partial<TokenContents> = () => ({}),
): Promise<string> {
  const { emulator, role = ADMIN_ROLE, credentials = emulator.credentials } = options;
  const { endpoint, region } = clusterOf(emulator, options.cluster);
  const right: TokenContents = {
    host: endpoint,
    region,
    service: "dsql",
    action: requiredAuthAction(role),
    credentials,
    expiresInSeconds: LIFETIME_SECONDS,
    signedAt: await emulator.clock.now(),
  };
  return presignToken({ ...right, ...change(right) });
}

function later(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms);
}

/** Factories of tokens. Each of the wrong ones names the reason that it is refused for. */
export const tokens = {
  /** A token that is right, for 15 minutes. */
  valid: (options: TokenOptions): Promise<string> => make(options),

  /** Its lifetime is over: `token_expired`. */
  expired: (options: TokenOptions): Promise<string> =>
    make(options, ({ signedAt }) => ({
      signedAt: later(signedAt, -(LIFETIME_SECONDS * 1000 + TEN_MINUTES_MS)),
    })),

  /** Signed ten minutes ahead of the emulator's clock: `token_not_yet_valid`. */
  notYetValid: (options: TokenOptions): Promise<string> =>
    make(options, ({ signedAt }) => ({ signedAt: later(signedAt, TEN_MINUTES_MS) })),

  /** `DbConnect` for `admin`, `DbConnectAdmin` for any other role: `action_not_for_user`. */
  wrongAction: (options: TokenOptions): Promise<string> =>
    make(options, ({ action }) => ({
      action: action === "DbConnect" ? "DbConnectAdmin" : "DbConnect",
    })),

  /** Signed for another region than the cluster's: `scope_region_wrong`. */
  wrongRegion: (options: TokenOptions): Promise<string> =>
    make(options, ({ region }) => ({
      region: region === "us-west-2" ? "us-east-1" : "us-west-2",
    })),

  /** Signed for the service of RDS: `scope_service_wrong`. */
  wrongService: (options: TokenOptions): Promise<string> =>
    make(options, () => ({ service: "rds-db" })),

  /** Signed for a cluster that is not there: `token_host_mismatch`. */
  wrongHost: (options: TokenOptions): Promise<string> =>
    make(options, ({ region }) => ({
      host: `otherclusterthatisnothere2.dsql.${region}.on.aws`,
    })),

  /** Signed with a secret that is not the access key's: `signature_mismatch`. */
  wrongSecret: (options: TokenOptions): Promise<string> =>
    make(options, ({ credentials }) => ({
      credentials: { ...credentials, secretAccessKey: "fake-secret-of-nobody" },
    })),

  /** Signed with an access key that nobody has: `access_key_unknown`. */
  unknownKey: (options: TokenOptions): Promise<string> =>
    make(options, () => ({
      credentials: { accessKeyId: "AKIAFAKENOBODYS00000", secretAccessKey: "fake-secret" },
    })),

  /** Of a right access key, with a session token that was made up: `session_token_invalid`. */
  wrongSessionToken: (options: TokenOptions): Promise<string> =>
    make(options, ({ credentials }) => ({
      credentials: { ...credentials, sessionToken: "fake-session-token" },
    })),

  /** Its lifetime was changed after it had been signed: `signature_mismatch`. */
  tampered: async (options: TokenOptions): Promise<string> =>
    withLifetime(await make(options), LIFETIME_SECONDS + 1),

  /**
   * Asks for a second more than a week: `token_lifetime_too_long`. No signer makes such a token, so it
   * is changed after signing; the lifetime is looked at before the signature.
   */
  tooLong: async (options: TokenOptions): Promise<string> =>
    withLifetime(await make(options), LONGEST_LIFETIME_SECONDS + 1),

  /** A password that is no token: `token_malformed`. */
  malformed: async (_options: TokenOptions): Promise<string> => "not-a-token",

  /** A factory of right tokens that are signed with these credentials, such as those of `assumeRole`. */
  withSession:
    (credentials: Credentials): TokenFactory =>
    (options) =>
      make({ ...options, credentials }),
};

function withLifetime(token: string, seconds: number): string {
  return token.replace(/(?<=[?&]X-Amz-Expires=)\d+/, String(seconds));
}
