/** Who credentials belong to, and what policies can ask about it. */
import type { ContextKeys, RequestPrincipal } from "./request-context.ts";

/** Session policies: what a session may do is what they and its principal's policies allow. */
export interface SessionPolicies {
  /** JSON text. */
  readonly inline?: string | undefined;
  /** ARNs of managed policies. */
  readonly managed: readonly string[];
}

/** What the one who begins a session says of it; it goes with the session's credentials. */
export interface SessionFacts {
  /** `undefined` does not limit. */
  readonly policies?: SessionPolicies | undefined;
  /** Of the session itself. */
  readonly tags: Readonly<Record<string, string>>;
  /** Keys of the tags that sessions begun from this one have too. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string | undefined;
  /** ARN of the OpenID Connect provider that the session was begun with. */
  readonly federatedProvider?: string | undefined;
  /** When a second factor was given; left out if there was none. */
  readonly mfaAuthenticatedAt?: Date | undefined;
}

/** A session by its principal: that of a role, of a user, or of somebody for whom a user stands. */
export type SessionPrincipal =
  | { readonly kind: "assumed-role"; readonly roleId: string; readonly sessionName: string }
  | { readonly kind: "federated-user"; readonly userId: string; readonly name: string }
  | { readonly kind: "user"; readonly userId: string };

/** A session that is to begin. */
export interface NewSession extends SessionFacts {
  readonly accountId: string;
  readonly principal: SessionPrincipal;
  readonly durationSeconds: number;
}

/** What temporary credentials add to their caller. */
export interface CallerSession extends SessionFacts {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Temporary credentials. */
export interface TemporaryCredentials {
  /** `ASIA…`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The place of an account in an organization. */
export interface OrganizationMembership {
  /** `o-…`. */
  readonly organizationId: string;
  /** `o-…/r-…/ou-…/`: from the root down to the unit that the account is in. */
  readonly path: string;
}

/** Somebody with credentials. */
export interface Caller extends RequestPrincipal {
  /**
   * As `GetCallerIdentity` shows it: `AIDA…` of a user, `AROA…:session` of a role, `account:name` of
   * a federated user, the account id of the root user.
   */
  readonly userId: string;
  /** Of an IAM user, with and without a session. */
  readonly userName?: string;
  /** Of the user or role, with those of the session over them. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly organization?: OrganizationMembership | undefined;
  /** `undefined` for long-term credentials. */
  readonly session?: CallerSession | undefined;
}

/** The principal of a request of this caller. */
export function requestPrincipal({ kind, arn, accountId, issuerArn }: Caller): RequestPrincipal {
  return { kind, arn, accountId, ...(issuerArn === undefined ? {} : { issuerArn }) };
}

/** An access key, long-term or temporary, with its secret and its owner. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly status: "Active" | "Inactive";
  readonly caller: Caller;
  /** Why the session token that came with the key is not taken. */
  readonly sessionProblem?:
    { readonly kind: "invalid" | "expired"; readonly reason: string } | undefined;
}

/** What is known of an access key id and the session token that came with it. */
export type FoundAccessKey =
  | { readonly kind: "found"; readonly accessKey: AccessKey }
  /** `reason` is in the emulator's voice. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Finds long-term keys, which come without session token, and temporary ones. */
export interface AccessKeyLookup {
  findAccessKey(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Promise<FoundAccessKey> | FoundAccessKey;
}

const MS_PER_SECOND = 1000;

const PRINCIPAL_TYPES: Readonly<Record<RequestPrincipal["kind"], string | undefined>> = {
  user: "User",
  root: "Account",
  "assumed-role": "AssumedRole",
  "federated-user": "FederatedUser",
  "web-identity": undefined,
  service: undefined,
};

/**
 * The context keys that depend on the caller and the time alone. A key that nothing is known of is
 * left out, as AWS leaves it out.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function callerKeys(caller: Caller, now: Date): ContextKeys {
  const { kind, accountId, userId, userName, organization, session } = caller;
  const epochSeconds = Math.floor(now.getTime() / MS_PER_SECOND);
  return contextKeys({
    "aws:principalarn": principalArn(caller),
    "aws:principalaccount": accountId === "" ? undefined : accountId,
    "aws:principaltype": PRINCIPAL_TYPES[kind],
    "aws:principalisawsservice": String(kind === "service"),
    "aws:principalorgid": organization?.organizationId,
    "aws:principalorgpaths": organization?.path,
    "aws:userid": userId === "" ? undefined : userId,
    "aws:username": userName,
    "aws:currenttime": isoSeconds(now),
    "aws:epochtime": String(epochSeconds),
    "aws:viaawsservice": "false",
    ...sessionKeys(session, now),
    ...tagKeys("aws:principaltag", caller.tags),
  });
}

/** SPEC: of a role's session the key has the role; who has no credentials of AWS has none. */
function principalArn({ kind, arn, issuerArn }: Caller): string | undefined {
  if (kind === "web-identity") return undefined;
  return kind === "assumed-role" ? (issuerArn ?? arn) : arn;
}

function sessionKeys(
  session: CallerSession | undefined,
  now: Date,
): Readonly<Record<string, string | undefined>> {
  if (session === undefined) return {};
  const { issuedAt, sourceIdentity, federatedProvider, mfaAuthenticatedAt } = session;
  const mfaAge = (since: Date): number =>
    Math.max(0, Math.floor((now.getTime() - since.getTime()) / MS_PER_SECOND));
  return {
    "aws:tokenissuetime": isoSeconds(issuedAt),
    "aws:sourceidentity": sourceIdentity,
    "aws:federatedprovider": federatedProvider,
    // SPEC: there with temporary credentials only, but not with those of a web identity.
    "aws:multifactorauthpresent":
      federatedProvider === undefined ? String(mfaAuthenticatedAt !== undefined) : undefined,
    "aws:multifactorauthage":
      mfaAuthenticatedAt === undefined ? undefined : String(mfaAge(mfaAuthenticatedAt)),
  };
}

/** Keys with one value each, without those that have none. */
export function contextKeys(
  values: Readonly<Record<string, string | undefined>>,
): Map<string, readonly string[]> {
  return new Map(
    Object.entries(values).flatMap(([name, value]): [string, readonly string[]][] =>
      value === undefined ? [] : [[name, [value]]],
    ),
  );
}

/** `prefix/tag`: names of keys have no letter case, and the name of a tag is part of one. */
export function tagKeys(
  prefix: string,
  tags: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [`${prefix}/${name.toLowerCase()}`, value]),
  );
}

function isoSeconds(time: Date): string {
  return `${time.toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length)}Z`;
}
