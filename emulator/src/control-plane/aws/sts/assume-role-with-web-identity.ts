/**
 * `AssumeRoleWithWebIdentity`: a token of an OpenID Connect provider in place of a signature.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
import {
  type Caller,
  type FoundProvider,
  type FoundRole,
  type IamDirectory,
} from "../../../iam/index.ts";
import type { UnsignedCall } from "../query/answer-query.ts";
import { QueryError } from "../query/query-error.ts";
import { unsignedOperation } from "../query/query-operation.ts";
import { integer, optional, required, text } from "../query/shape.ts";
import { accountOf, assumedRoleUser, durationOf, findRole } from "./assume-role.ts";
import { packedPolicySize, sessionPolicies, sessionTags } from "./session-limits.ts";
import {
  ASSUMED_ROLE_USER,
  CREDENTIALS,
  POLICY_INPUT,
  ROLE_ARN,
  ROLE_DURATION,
  SESSION_NAME,
} from "./sts-shapes.ts";
import {
  readWebIdentity,
  type UnusableClaims,
  unverifiedIssuer,
  type WebIdentity,
} from "./web-identity.ts";

/** The operation. */
export const ASSUME_ROLE_WITH_WEB_IDENTITY = unsignedOperation({
  input: {
    RoleArn: ROLE_ARN,
    RoleSessionName: SESSION_NAME,
    WebIdentityToken: required(text({ minCharacters: 4, maxCharacters: 20_000 })),
    ProviderId: optional(text({ minCharacters: 4, maxCharacters: 2048 })),
    ...POLICY_INPUT,
    DurationSeconds: ROLE_DURATION,
  },
  output: {
    Credentials: required(CREDENTIALS),
    SubjectFromWebIdentityToken: optional(text()),
    AssumedRoleUser: required(ASSUMED_ROLE_USER),
    PackedPolicySize: optional(integer()),
    Provider: optional(text()),
    Audience: optional(text()),
    SourceIdentity: optional(text()),
  },
  run: async (input, call: UnsignedCall) => {
    const { roleArn, roleSessionName, webIdentityToken } = input;
    if (input.providerId !== undefined) {
      // SPEC: only for the OAuth 2.0 tokens of two providers, which the emulator does not know.
      const message = "ProviderId must not be specified for an OpenID Connect token";
      throw new QueryError("ValidationError", 400, message);
    }
    const role = findRole(roleArn, call);
    const accountId = accountOf(roleArn);
    const directory = call.accounts.directoryOf(accountId);
    if (role === undefined || directory === undefined) throw notAuthorized();
    const identity = await verifiedIdentity(webIdentityToken, directory, call);
    await requireTrust(identity, roleSessionName, role, call);
    const policies = sessionPolicies(input, directory);
    const tags = sessionTags(identity.tags);
    const packedSize = packedPolicySize(policies, tags);
    const credentials = await call.sts.sessions.issue({
      accountId,
      principal: {
        kind: "assumed-role",
        roleId: role.role.roleId,
        sessionName: roleSessionName,
      },
      durationSeconds: durationOf(input.durationSeconds, role, undefined),
      policies,
      tags,
      transitiveTagKeys: identity.transitiveTagKeys,
      sourceIdentity: identity.sourceIdentity,
      federatedProvider: identity.provider.arn,
    });
    return {
      credentials,
      subjectFromWebIdentityToken: identity.subject,
      assumedRoleUser: assumedRoleUser(accountId, role, roleSessionName),
      packedPolicySize: packedSize,
      provider: identity.provider.arn,
      audience: identity.audience,
      sourceIdentity: identity.sourceIdentity,
    };
  },
});

async function verifiedIdentity(
  token: string,
  directory: IamDirectory,
  { sts }: UnsignedCall,
): Promise<WebIdentity> {
  const issuer = unverifiedIssuer(token);
  if (issuer === undefined)
    throw invalid(
      "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    );
  const provider = findProvider(issuer, directory);
  if (provider === undefined) {
    throw invalid(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  const verified = await sts.webIdentities.verify(provider, token);
  switch (verified.kind) {
    case "no-keys":
      throw invalid(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
      );
    case "invalid":
      throw invalid(
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
      );
    case "expired": {
      const [now, end] = [verified.now, verified.expiredAt].map((time) =>
        Math.floor(time.getTime() / 1000),
      );
      const message = `Token expired: current date/time ${now} must be before the expiration date/time ${end}`;
      throw new QueryError("ExpiredTokenException", 400, message);
    }
    case "verified": {
      const identity = readWebIdentity(verified.claims, provider);
      if (typeof identity !== "string") return identity;
      throw invalid(UNUSABLE_CLAIMS[identity]);
    }
  }
}

/** That of the audience is the service's, the others are chosen: they are not published. */
const UNUSABLE_CLAIMS: Readonly<Record<UnusableClaims, string>> = {
  "wrong-audience": "Incorrect token audience",
  "malformed-tags": "The session tags in the ID Token are malformed.",
  "malformed-source-identity": "The source identity in the ID Token is malformed.",
};

function findProvider(issuer: string, directory: IamDirectory): FoundProvider | undefined {
  const bare = issuer.replace(/^https:\/\//, "");
  return directory.findProvider(`arn:aws:iam::${directory.accountId}:oidc-provider/${bare}`);
}

/** @throws QueryError `AccessDenied` */
async function requireTrust(
  identity: WebIdentity,
  sessionName: string,
  { role, trust }: FoundRole,
  call: UnsignedCall,
): Promise<void> {
  const { provider, tags, transitiveTagKeys, sourceIdentity } = identity;
  const caller: Caller = { kind: "web-identity", arn: provider.arn, accountId: "", userId: "" };
  const keys = new Map<string, readonly string[]>([
    ...identity.keys,
    ["aws:federatedprovider", [provider.arn]],
    ["sts:rolesessionname", [sessionName]],
    ...(sourceIdentity === undefined ? [] : [["sts:sourceidentity", [sourceIdentity]] as const]),
    ...(transitiveTagKeys.length === 0
      ? []
      : [["sts:transitivetagkeys", transitiveTagKeys] as const]),
    ...(tags.length === 0 ? [] : [["aws:tagkeys", tags.map(({ key }) => key)] as const]),
    ...tags.map(({ key, value }) => [`aws:requesttag/${key.toLowerCase()}`, [value]] as const),
  ]);
  const actions = [
    "sts:AssumeRoleWithWebIdentity",
    ...(tags.length === 0 ? [] : ["sts:TagSession"]),
    ...(sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  for (const action of actions) {
    const { decision } = await call.decide(caller, {
      action,
      resource: role.arn,
      resourceAccountId: accountOf(role.arn),
      keys,
      trustPolicy: trust,
    });
    if (decision.kind !== "Allow") throw notAuthorized(action);
  }
}

function notAuthorized(action = "sts:AssumeRoleWithWebIdentity"): QueryError {
  return new QueryError("AccessDenied", 403, `Not authorized to perform ${action}`);
}

function invalid(message: string): QueryError {
  return new QueryError("InvalidIdentityToken", 400, message);
}
