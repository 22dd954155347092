/**
 * The accounts of the emulator: who has an access key, and which policies apply to whom. Connections
 * and calls of the APIs are decided from here, as everything is at that moment.
 */
import {
  type AccessKey,
  type AccessKeyLookup,
  type AccessQuestion,
  type AccountMembership,
  type AttachedPolicy,
  type Caller,
  callerKeys,
  type Decision,
  evaluateAccess,
  type FoundAccessKey,
  type IamDirectory,
  parsePolicyText,
  type RequestContext,
} from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";
import type { OpenedSession, SessionTokens } from "./session-tokens.ts";

/** One account. */
export interface EmulatedAccount {
  readonly directory: IamDirectory;
  readonly membership?: AccountMembership | undefined;
}

/** What accounts are made from. */
export interface AccountsParts {
  readonly accounts: readonly EmulatedAccount[];
  readonly sessionTokens: SessionTokens;
  readonly clock: Clock;
}

/** Policies of a principal and of the organization, for a request to a resource of an account. */
export type PrincipalPolicies = Pick<
  AccessQuestion,
  "identity" | "boundary" | "session" | "serviceControl" | "resourceControl"
>;

/** All accounts. */
export class Accounts implements AccessKeyLookup {
  readonly #accounts: ReadonlyMap<string, EmulatedAccount>;
  readonly #sessionTokens: SessionTokens;
  readonly #clock: Clock;

  constructor({ accounts, sessionTokens, clock }: AccountsParts) {
    this.#accounts = new Map(accounts.map((account) => [account.directory.accountId, account]));
    this.#sessionTokens = sessionTokens;
    this.#clock = clock;
  }

  /** The IAM of an account. */
  directoryOf(accountId: string): IamDirectory | undefined {
    return this.#accounts.get(accountId)?.directory;
  }

  /** In the order of the configuration. */
  directories(): readonly IamDirectory[] {
    return [...this.#accounts.values()].map(({ directory }) => directory);
  }

  async findAccessKey(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): Promise<FoundAccessKey> {
    return (
      this.#findLongTermKey(accessKeyId, sessionToken) ??
      (sessionToken === undefined
        ? undefined
        : await this.#findSession(accessKeyId, sessionToken)) ?? {
        kind: "unknown",
        reason: unknownReason(accessKeyId, sessionToken),
      }
    );
  }

  /** What the principal may do at all; `resourceAccountId` is the account of the resource. */
  policiesOf(caller: Caller, resourceAccountId: string): PrincipalPolicies {
    const { accountId, arn, issuerArn } = caller;
    const own = this.#accounts.get(accountId);
    const ofPrincipal = own?.directory.effectivePolicies(issuerArn ?? arn);
    const resourceControl = this.#accounts.get(resourceAccountId)?.membership?.resourceControl;
    return {
      identity: ofPrincipal?.identity ?? [],
      boundary: ofPrincipal?.boundary,
      session: this.#sessionPolicies(caller),
      serviceControl: isServiceLinked(caller) ? undefined : own?.membership?.serviceControl,
      resourceControl: isServiceLinked(caller) ? undefined : resourceControl,
    };
  }

  /**
   * Decides on a call of an API. The request has the keys of the operation and of the connection;
   * those of the caller, the organization and the time are added.
   */
  authorize(
    caller: Caller,
    request: RequestContext,
    resourcePolicy?: AttachedPolicy,
    trustPolicy?: AttachedPolicy,
  ): Decision {
    const resourceAccountId = request.resourceAccountId ?? caller.accountId;
    const keys = new Map([
      ...callerKeys(caller, this.#clock.now()),
      ...this.resourceAccountKeys(resourceAccountId),
      ...request.keys,
    ]);
    return evaluateAccess({
      request: { ...request, keys },
      ...this.policiesOf(caller, resourceAccountId),
      resource: resourcePolicy,
      trust: trustPolicy,
    });
  }

  /** Keeps where a key, or the role of a session, was used last. */
  recordUse(
    caller: Caller,
    accessKeyId: string,
    use: { readonly service: string; readonly region: string },
  ): void {
    const directory = this.directoryOf(caller.accountId);
    if (caller.session === undefined) directory?.recordKeyUse(accessKeyId, use);
    else if (caller.kind === "assumed-role" && caller.issuerArn !== undefined) {
      directory?.recordRoleUse(caller.issuerArn, use.region);
    }
  }

  /** The keys that say whose the resource is. */
  resourceAccountKeys(accountId: string): ReadonlyMap<string, readonly string[]> {
    const membership = this.#accounts.get(accountId)?.membership;
    return new Map([
      ["aws:resourceaccount", [accountId]],
      ...(membership === undefined
        ? []
        : [
            ["aws:resourceorgid", [membership.organizationId]] as const,
            ["aws:resourceorgpaths", [membership.path]] as const,
          ]),
    ]);
  }

  #findLongTermKey(
    accessKeyId: string,
    sessionToken: string | undefined,
  ): FoundAccessKey | undefined {
    for (const { directory, membership } of this.#accounts.values()) {
      const key = directory.findAccessKey(accessKeyId);
      if (key === undefined) continue;
      const { arn, userId, userName, tags } = key.user;
      const accessKey: AccessKey = {
        accessKeyId,
        secretAccessKey: key.secretAccessKey,
        status: key.status,
        caller: {
          kind: "user",
          arn,
          accountId: directory.accountId,
          userId,
          userName,
          tags: tagRecord(tags),
          organization: membership,
        },
        sessionProblem:
          sessionToken === undefined
            ? undefined
            : {
                kind: "invalid",
                reason: `the token carries X-Amz-Security-Token, but \`${accessKeyId}\` is a long-term access key: unset AWS_SESSION_TOKEN`,
              },
      };
      return { kind: "found", accessKey };
    }
    return undefined;
  }

  async #findSession(
    accessKeyId: string,
    sessionToken: string,
  ): Promise<FoundAccessKey | undefined> {
    const opened = await this.#sessionTokens.open(accessKeyId, sessionToken);
    const account = opened && this.#accounts.get(opened.accountId);
    if (opened === undefined || account === undefined) return undefined;
    const identity = sessionIdentity(opened, account.directory);
    if (identity === undefined) {
      return { kind: "unknown", reason: goneReason(accessKeyId, opened) };
    }
    const { secretAccessKey, session, isExpired } = opened;
    const accessKey: AccessKey = {
      accessKeyId,
      secretAccessKey,
      status: "Active",
      caller: {
        ...identity,
        accountId: opened.accountId,
        tags: { ...identity.tags, ...session.tags },
        organization: account.membership,
        session,
      },
      sessionProblem: isExpired
        ? {
            kind: "expired",
            reason: `the temporary credentials \`${accessKeyId}\` expired at ${session.expiresAt.toISOString()}, the emulator's clock is ${this.#clock.now().toISOString()}`,
          }
        : undefined,
    };
    return { kind: "found", accessKey };
  }

  #sessionPolicies({ accountId, arn, session }: Caller): readonly AttachedPolicy[] | undefined {
    const policies = session?.policies;
    if (policies === undefined) return undefined;
    const directory = this.directoryOf(accountId);
    const inline =
      policies.inline === undefined
        ? []
        : [
            {
              document: parsePolicyText(policies.inline).document,
              source: { kind: "inline", name: "session policy", attachedTo: arn } as const,
            },
          ];
    // A managed policy that is gone allows nothing.
    return [
      ...inline,
      ...policies.managed.flatMap((policy) => directory?.findManagedPolicy(policy, arn) ?? []),
    ];
  }
}

type SessionIdentity = Omit<Caller, "accountId" | "organization" | "session">;

/** Who a session is, as its role or user is now; `undefined` if that is gone. */
function sessionIdentity(
  { accountId, principal }: OpenedSession,
  directory: IamDirectory,
): SessionIdentity | undefined {
  if (principal.kind === "assumed-role") {
    const role = directory.findRoleById(principal.roleId)?.role;
    if (role === undefined) return undefined;
    return {
      kind: "assumed-role",
      arn: `arn:aws:sts::${accountId}:assumed-role/${role.roleName}/${principal.sessionName}`,
      issuerArn: role.arn,
      userId: `${role.roleId}:${principal.sessionName}`,
      tags: tagRecord(role.tags),
    };
  }
  const user = directory.findUserById(principal.userId);
  if (user === undefined) return undefined;
  const { arn, userId, userName, tags } = user;
  if (principal.kind === "user") {
    return { kind: "user", arn, userId, userName, tags: tagRecord(tags) };
  }
  return {
    kind: "federated-user",
    arn: `arn:aws:sts::${accountId}:federated-user/${principal.name}`,
    issuerArn: arn,
    userId: `${accountId}:${principal.name}`,
    // SPEC: the user's tags go with those of the session. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    tags: tagRecord(tags),
  };
}

function isServiceLinked({ issuerArn }: Caller): boolean {
  // SPEC: no control policy limits them, of whatever kind.
  // @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
  // @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
  return issuerArn?.includes(":role/aws-service-role/") === true;
}

function unknownReason(accessKeyId: string, sessionToken: string | undefined): string {
  if (!accessKeyId.startsWith("ASIA")) {
    return `no access key \`${accessKeyId}\` exists in the emulator`;
  }
  return sessionToken === undefined
    ? `\`${accessKeyId}\` is a temporary access key, but no session token came with it: set AWS_SESSION_TOKEN`
    : `the session token is not the one that the emulator's STS gave for \`${accessKeyId}\``;
}

function goneReason(accessKeyId: string, { principal }: OpenedSession): string {
  const issuer =
    principal.kind === "assumed-role" ? `role ${principal.roleId}` : `user ${principal.userId}`;
  return `the temporary credentials \`${accessKeyId}\` are of ${issuer}, which is no longer there`;
}

function tagRecord(
  tags: readonly { readonly key: string; readonly value: string }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}
