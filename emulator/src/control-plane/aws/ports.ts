/** What the APIs of AWS ask of the rest of the emulator. */
import type {
  AttachedPolicy,
  Decision,
  IamDirectory,
  RequestContext,
  RequestPrincipal,
} from "../../iam/index.ts";

/** Who signed a request. */
export interface AwsCaller {
  readonly principal: RequestPrincipal;
  /**
   * As `GetCallerIdentity` shows it: `AIDA…` of a user, `AROA…:session` of a role, `account:name` of
   * a federated user, the account id of the root user.
   */
  readonly userId: string;
  /** Of an IAM user: operations that name no user are about this one. */
  readonly userName?: string;
  readonly accessKeyId: string;
}

/** What is known of an access key id and the session token that came with it. */
export type FoundCredentials =
  | { readonly kind: "unknown" }
  | {
      readonly kind: "found";
      readonly secretAccessKey: string;
      readonly caller: AwsCaller;
      /** What is wrong with the session token; it is told only to those who know the secret. */
      readonly sessionTokenProblem?: "invalid" | "expired";
    };

/** Finds long-term keys, which come without session token, and temporary ones. */
export interface CredentialLookup {
  /** An inactive key is unknown. */
  findCredentials(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Promise<FoundCredentials> | FoundCredentials;
}

/** The IAM of each account. */
export interface AccountDirectories {
  directoryOf(accountId: string): IamDirectory | undefined;
}

/** Decides whether a caller may do what it asks for. */
export interface CallAuthorization {
  /**
   * `request.keys` are those of the operation and of the HTTP request; keys of the principal, of the
   * organization and of the time are added by the implementation. `resourcePolicy` is the policy of
   * the resource, if it has one that counts for the action.
   */
  authorize(
    caller: AwsCaller,
    request: RequestContext,
    resourcePolicy?: AttachedPolicy,
  ): Promise<Decision> | Decision;
}

/** Makes the ids that answers carry. */
export interface RequestIdSource {
  /** A UUID. */
  newRequestId(): string;
}
