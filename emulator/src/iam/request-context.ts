/** The request that policies are evaluated against. */

/**
 * Context keys by lower-cased name, such as `aws:sourceip`; a key that the request does not have is
 * not in it. The value of a key of binary type is its base64 form.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export type ContextKeys = ReadonlyMap<string, readonly string[]>;

/**
 * Who asks. `root` is the root user of the account, `web-identity` somebody with a token of an OIDC
 * provider and no AWS credentials, `service` an AWS service.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export interface RequestPrincipal {
  readonly kind: "user" | "root" | "assumed-role" | "federated-user" | "web-identity" | "service";
  /**
   * As `GetCallerIdentity` shows it, a session's own for a session. Of a web identity the provider
   * as a `Federated` principal names it, of a service the service principal.
   */
  readonly arn: string;
  /** Empty for a web identity and a service. */
  readonly accountId: string;
  /** The role of an assumed-role session, with its path; the user of a federated session. */
  readonly issuerArn?: string;
}

/** Who wants to do what to which resource, and under which circumstances. */
export interface RequestContext {
  readonly principal: RequestPrincipal;
  /** `service:Action`. */
  readonly action: string;
  /** The resource's ARN; `*` for an action that has none. */
  readonly resource: string;
  /** The account that has the resource; without it, the principal's. */
  readonly resourceAccountId?: string;
  readonly keys: ContextKeys;
}
