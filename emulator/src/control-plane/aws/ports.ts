/** What the APIs of AWS ask of the rest of the emulator. */
import type {
  AttachedPolicy,
  Caller,
  Decision,
  FoundProvider,
  IamDirectory,
  NewSession,
  RequestContext,
  TemporaryCredentials,
} from "../../iam/index.ts";

/** Who signed a request, and with which key. */
export interface AwsCaller extends Caller {
  readonly accessKeyId: string;
}

/** The IAM of each account. */
export interface AccountDirectories {
  directoryOf(accountId: string): IamDirectory | undefined;
  /**
   * Keeps what an operation has changed, before its answer is sent.
   *
   * @throws Error when it cannot be kept
   */
  keep(): Promise<void>;
}

/** Decides whether a caller may do what it asks for. */
export interface CallAuthorization {
  /**
   * `request.keys` are those of the operation and of the HTTP request; keys of the principal, of the
   * organization and of the time are added by the implementation. `resourcePolicy` is the policy of
   * the resource, if it has one that counts for the action, `trustPolicy` that of a role which is to
   * be assumed.
   */
  authorize(
    caller: Caller,
    request: RequestContext,
    resourcePolicy?: AttachedPolicy,
    trustPolicy?: AttachedPolicy,
  ): Promise<Decision> | Decision;
}

/** Begins sessions. */
export interface SessionIssuer {
  issue(session: NewSession): Promise<TemporaryCredentials>;
}

/** What a token of an OpenID Connect provider says, or why it is not taken. */
export type WebIdentityToken =
  | { readonly kind: "verified"; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly kind: "expired"; readonly expiredAt: Date; readonly now: Date }
  | { readonly kind: "no-keys" | "invalid"; readonly reason: string };

/** Verifies signature and times of tokens of OpenID Connect providers. */
export interface WebIdentityVerifier {
  verify(provider: FoundProvider, token: string): Promise<WebIdentityToken>;
}

/** Checks one-time passwords, each of which is good once. */
export interface OneTimePasswordCheck {
  take(seed: string, code: string, now: Date): boolean;
}

/** What STS needs besides. */
export interface StsSources {
  readonly sessions: SessionIssuer;
  readonly webIdentities: WebIdentityVerifier;
  readonly oneTimePasswords: OneTimePasswordCheck;
  /** The account that stands in an access key id. */
  readonly accountOfAccessKeyId: (accessKeyId: string) => string | undefined;
}

/** Keeps where keys and roles were last used. */
export interface KeyUseRecorder {
  recordUse(
    caller: Caller,
    accessKeyId: string,
    use: { readonly service: string; readonly region: string },
  ): void;
}

/** Makes the ids that answers carry. */
export interface RequestIdSource {
  /** A UUID. */
  newRequestId(): string;
}
