/**
 * `AssumeRole`: the trust policy of the role decides, with the policies of the caller.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import type { Caller, FoundRole } from "../../../iam/index.ts";
import type { QueryCall } from "../query/answer-query.ts";
import { QueryError } from "../query/query-error.ts";
import { queryOperation } from "../query/query-operation.ts";
import { integer, optional, required, text } from "../query/shape.ts";
import { checkSecondFactor } from "./second-factor.ts";
import { packedPolicySize, sessionPolicies, sessionTags } from "./session-limits.ts";
import {
  ASSUMED_ROLE_USER,
  CREDENTIALS,
  POLICY_INPUT,
  ROLE_ARN,
  ROLE_DURATION,
  SECOND_FACTOR_INPUT,
  SESSION_NAME,
  SESSION_SECONDS,
  SOURCE_IDENTITY,
  TAGS_INPUT,
  TRANSITIVE_INPUT,
} from "./sts-shapes.ts";

const EXTERNAL_ID = optional(
  text({
    minCharacters: 2,
    maxCharacters: 1224,
    pattern: { expression: /^[\w+=,.@:/\\-]*$/, text: "[\\w+=,.@:\\/-]*" },
  }),
);

/** The operation. */
export const ASSUME_ROLE = queryOperation({
  input: {
    RoleArn: ROLE_ARN,
    RoleSessionName: SESSION_NAME,
    ...POLICY_INPUT,
    DurationSeconds: ROLE_DURATION,
    ...TAGS_INPUT,
    ...TRANSITIVE_INPUT,
    ExternalId: EXTERNAL_ID,
    ...SECOND_FACTOR_INPUT,
    SourceIdentity: SOURCE_IDENTITY,
  },
  output: {
    Credentials: required(CREDENTIALS),
    AssumedRoleUser: required(ASSUMED_ROLE_USER),
    PackedPolicySize: optional(integer()),
    SourceIdentity: optional(text()),
  },
  // More than one action may be needed, and the role may be of another account.
  access: (_input, _call: QueryCall) => undefined,
  run: async (input, call) => {
    const { roleArn, roleSessionName, durationSeconds } = input;
    const role = findRole(roleArn, call);
    const tags = chainedTags(input.tags, input.transitiveTagKeys, call.caller);
    const sourceIdentity = chainedSourceIdentity(input.sourceIdentity, call.caller);
    const mfaAuthenticatedAt = checkSecondFactor(input, call);
    await requireTrust({ ...input, sourceIdentity }, role, mfaAuthenticatedAt, call);
    const accountId = accountOf(roleArn);
    const directory = call.accounts.directoryOf(accountId);
    if (role === undefined || directory === undefined) throw refused(call.caller, roleArn);
    const policies = sessionPolicies(input, directory);
    const packedSize = packedPolicySize(policies, tags.all);
    const credentials = await call.sts.sessions.issue({
      accountId,
      principal: {
        kind: "assumed-role",
        roleId: role.role.roleId,
        sessionName: roleSessionName,
      },
      durationSeconds: durationOf(durationSeconds, role, call.caller),
      policies,
      tags: tags.all,
      transitiveTagKeys: tags.transitiveKeys,
      sourceIdentity,
      // SPEC: the trust policy sees the second factor, requests of the session do not.
      // @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    });
    return {
      credentials,
      assumedRoleUser: assumedRoleUser(accountId, role, roleSessionName),
      packedPolicySize: packedSize,
      sourceIdentity,
    };
  },
});

/** The account that stands in an ARN. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/**
 * The role of an ARN; `undefined` if there is none, which only those learn who may ask.
 *
 * @throws QueryError `ValidationError` when it is no ARN of a role
 */
export function findRole(
  roleArn: string,
  { accounts }: Pick<QueryCall, "accounts">,
): FoundRole | undefined {
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(roleArn)) {
    throw new QueryError("ValidationError", 400, `${roleArn} is invalid`);
  }
  return accounts.directoryOf(accountOf(roleArn))?.findRole(roleArn);
}

/** How an answer names the session of a role. */
export function assumedRoleUser(
  accountId: string,
  { role }: FoundRole,
  sessionName: string,
): { readonly assumedRoleId: string; readonly arn: string } {
  return {
    assumedRoleId: `${role.roleId}:${sessionName}`,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.roleName}/${sessionName}`,
  };
}

/**
 * The duration of a session of a role, in seconds.
 *
 * @throws QueryError `ValidationError` when it is longer than it may be
 */
export function durationOf(
  wanted: number | undefined,
  { role }: FoundRole,
  caller: Caller | undefined,
): number {
  const seconds = wanted ?? SESSION_SECONDS.usualOfRole;
  const isChained = caller?.kind === "assumed-role";
  if (isChained && seconds > SESSION_SECONDS.longestOfChain) {
    const message =
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    throw new QueryError("ValidationError", 400, message);
  }
  if (seconds > role.maxSessionDuration) {
    const message =
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    throw new QueryError("ValidationError", 400, message);
  }
  return seconds;
}

interface ChainedTags {
  readonly all: Readonly<Record<string, string>>;
  readonly transitiveKeys: readonly string[];
}

/** The tags of the request with those that the caller's session passes on. */
function chainedTags(
  requested: readonly { readonly key: string; readonly value: string }[] | undefined,
  requestedTransitive: readonly string[] = [],
  { session }: Caller,
): ChainedTags {
  const own = sessionTags(requested);
  const inherited = Object.fromEntries(
    Object.entries(session?.tags ?? {}).filter(([key]) =>
      isIn(session?.transitiveTagKeys ?? [], key),
    ),
  );
  if (Object.keys(own).some((key) => isIn(Object.keys(inherited), key))) {
    const message =
      "One or more of the requested session tags cannot be set: it is a transitive tag of the calling session.";
    throw new QueryError("InvalidParameterValue", 400, message);
  }
  if (requestedTransitive.some((key) => !isIn(Object.keys(own), key))) {
    const message = "The specified transitive tag key must be included in the requested tags.";
    throw new QueryError("InvalidParameterValue", 400, message);
  }
  return {
    all: { ...inherited, ...own },
    transitiveKeys: [...Object.keys(inherited), ...requestedTransitive],
  };
}

/** SPEC: once it is set, it stays for all sessions that follow. */
function chainedSourceIdentity(
  requested: string | undefined,
  { session }: Caller,
): string | undefined {
  const inherited = session?.sourceIdentity;
  if (inherited === undefined || requested === undefined || requested === inherited) {
    return requested ?? inherited;
  }
  const message = "The source identity of the calling session cannot be changed.";
  throw new QueryError("ValidationError", 400, message);
}

interface TrustInput {
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly externalId: string | undefined;
  readonly tags: readonly { readonly key: string; readonly value: string }[] | undefined;
  readonly transitiveTagKeys: readonly string[] | undefined;
  readonly sourceIdentity: string | undefined;
}

/** @throws QueryError `AccessDenied` */
async function requireTrust(
  input: TrustInput,
  found: FoundRole | undefined,
  mfaAuthenticatedAt: Date | undefined,
  call: QueryCall,
): Promise<void> {
  const { roleArn, roleSessionName, externalId, tags = [], transitiveTagKeys = [] } = input;
  // A role that is not there is refused as one that trusts nobody.
  if (found === undefined) throw refused(call.caller, roleArn);
  const keys = new Map<string, readonly string[]>([
    ["sts:rolesessionname", [roleSessionName]],
    ...(externalId === undefined ? [] : [["sts:externalid", [externalId]] as const]),
    ...(input.sourceIdentity === undefined
      ? []
      : [["sts:sourceidentity", [input.sourceIdentity]] as const]),
    ...(transitiveTagKeys.length === 0
      ? []
      : [["sts:transitivetagkeys", transitiveTagKeys] as const]),
    ...(tags.length === 0 ? [] : [["aws:tagkeys", tags.map(({ key }) => key)] as const]),
    ...tags.map(({ key, value }) => [`aws:requesttag/${key.toLowerCase()}`, [value]] as const),
    ...found.role.tags.flatMap(({ key, value }) =>
      ["aws", "iam"].map(
        (prefix) => [`${prefix}:resourcetag/${key.toLowerCase()}`, [value]] as const,
      ),
    ),
    ...(mfaAuthenticatedAt === undefined
      ? []
      : [
          ["aws:multifactorauthpresent", ["true"]] as const,
          ["aws:multifactorauthage", ["0"]] as const,
        ]),
  ]);
  const actions = [
    "sts:AssumeRole",
    ...(tags.length === 0 ? [] : ["sts:TagSession"]),
    ...(input.sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  for (const action of actions) {
    await call.requireAccess({
      action,
      resource: roleArn,
      resourceAccountId: accountOf(roleArn),
      keys,
      trustPolicy: found.trust,
    });
  }
}

function refused({ arn }: Caller, roleArn: string): QueryError {
  const message = `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
  return new QueryError("AccessDenied", 403, message);
}

function isIn(keys: readonly string[], key: string): boolean {
  return keys.some((other) => other.toLowerCase() === key.toLowerCase());
}
